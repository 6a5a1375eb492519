from pathlib import Path

import pytest

from convlens.checking.probe import advise, observe
from tests.checking.probe.conftest import Observe, confirmed
from tests.checking.probe.scripts import CLEAN, line_of

WRONG_SIZE = CLEAN.replace("nn.Linear(4 * 6 * 6, 4)", "nn.Linear(4 * 5 * 5, 4)")


def test_a_shape_error_is_answered_by_hand(watch: Observe) -> None:
    observation = watch(WRONG_SIZE)
    crash = observation.crash
    assert crash is not None
    assert (crash.kind, crash.rule) == ("error", "flatten-size-mismatch")
    assert "4 x 6 x 6 = 144" in crash.explanation
    assert confirmed(observation)["flatten-size-mismatch"].line == line_of(WRONG_SIZE, "nn.Linear(")
    assert crash.place is not None
    assert crash.place.line == line_of(WRONG_SIZE, "return self.fc")


FROM_A_FILE = (
    CLEAN.replace("import torch\n", "import json, pathlib\nimport torch\n", 1)
    .replace("class Net", "SIZES = json.loads(pathlib.Path('sizes.json').read_text())\n\nclass Net")
    .replace("nn.Linear(4 * 6 * 6, 4)", "nn.Linear(SIZES['flat'], 4)")
)


def test_a_size_that_comes_from_a_file_is_answered_from_the_layer(tmp_path: Path) -> None:
    (tmp_path / "sizes.json").write_text('{"flat": 100}')
    (tmp_path / "script.py").write_text(FROM_A_FILE)
    observation = observe(tmp_path / "script.py", trust=True)
    seen = confirmed(observation)["flatten-size-mismatch"]
    assert seen.line == line_of(FROM_A_FILE, "SIZES['flat']")
    assert "100" in seen.sentence and "144" in seen.sentence


def test_a_crash_that_is_no_mistake_of_the_catalogue_is_named_where_it_happens(watch: Observe) -> None:
    script = CLEAN.replace("return self.fc(", "return self.fc.weights + self.fc(")
    crash = watch(script).crash
    assert crash is not None
    assert (crash.kind, crash.rule, crash.edit) == ("error", "", None)
    assert crash.place is not None
    assert crash.place.line == line_of(script, "self.fc.weights")


@pytest.mark.parametrize(
    ("change", "rule", "words"),
    [
        (("torch.flatten(x, 1)", "x.view(32, -1)"), "batch-size-hard-coded", "x.view(32"),
        (
            ("self.fc = nn.Linear(4 * 6 * 6, 4)", "self.fc = nn.Linear(4 * 6 * 6, 2)"),
            "class-count-mismatch",
            "self.fc = ",
        ),
        (("F.cross_entropy(net(x), y)", "F.cross_entropy(net(x), y).detach()"), "loss-detached", "loss.backward()"),
    ],
)
def test_a_crash_goes_with_a_rule(watch: Observe, change: tuple[str, str], rule: str, words: str) -> None:
    script = CLEAN.replace(*change)
    assert confirmed(watch(script))[rule].line == line_of(script, words)


def test_what_is_not_here_is_nobodys_mistake(watch: Observe) -> None:
    observation = watch("import a_package_that_is_not_here\n" + CLEAN)
    assert observation.crash is not None
    assert observation.crash.kind == "missing"
    assert confirmed(observation) == {}


def test_the_time_is_limited_and_what_was_seen_is_kept(watch: Observe) -> None:
    script = CLEAN + "\nwhile True:\n    pass\n"
    observation = watch(script, timeout=8)
    assert observation.crash is not None
    assert observation.crash.kind == "time"
    assert observation.crash.place is not None
    assert observation.crash.place.line >= line_of(script, "while True")
    assert len(observation.passes) == 4


FROZEN = CLEAN.replace("net = Net()\n", "net = Net()\nfor p in net.parameters():\n    p.requires_grad = p.ndim > 9\n")


def test_frozen_parameters_are_told_where_they_are_frozen(watch: Observe) -> None:
    assert confirmed(watch(FROZEN))["parameters-frozen"].line == line_of(FROZEN, "p.requires_grad")


@pytest.mark.parametrize(
    ("script", "kind", "words"),
    [
        (
            "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--data', required=True)\n"
            "parser.parse_args()\n",
            "usage",
            'the following arguments are required: --data; give them with --arguments "..."',
        ),
        ("import sys\nepochs = int(sys.argv[1])\n", "error", "reads arguments from sys.argv that are not there"),
        ("epochs = int(input('epochs? '))\n", "missing", "waits for input(), and nobody answers"),
        ("import os\nfolder = os.environ['MY_DATA']\n", "error", "environment variable 'MY_DATA', which is not set"),
        ("import not_installed_here\n", "missing", "No module named 'not_installed_here'; install it beside convlens"),
        ("open('gone.csv')\n", "missing", "a script is run in its own folder"),
        ("raise SystemExit(3)\n", "exit", "ended itself with status 3"),
    ],
)
def test_what_was_missing_is_said_with_what_to_do(watch: Observe, script: str, kind: str, words: str) -> None:
    crash = watch(script).crash
    assert crash is not None
    assert crash.kind == kind
    assert words in advise(crash)


def test_arguments_are_handed_over(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("import sys\nprint(sys.argv[1:])\n")
    observation = observe(tmp_path / "script.py", trust=True, arguments=["--epochs", "2"])
    assert observation.output == "['--epochs', '2']\n"
