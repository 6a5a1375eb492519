import pytest

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


@pytest.mark.parametrize(
    ("change", "rule", "words"),
    [
        (("torch.flatten(x, 1)", "x.view(32, -1)"), "batch-size-hard-coded", "x.view(32"),
        (
            ("self.fc = nn.Linear(4 * 6 * 6, 4)", "self.fc = nn.Linear(4 * 6 * 6, 2)"),
            "class-count-mismatch",
            "cross_entropy",
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
