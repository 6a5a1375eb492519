"""`convlens check --run` as a person starts it."""

import re
from pathlib import Path

import pytest

from convlens.checking.probe import apart
from convlens.checking.probe.watching import loading, loops
from tests.checking.pieces import DATA, HEAD, MISTAKEN, MODEL, TRAINING
from tests.cli.conftest import Command

WANTING = """\
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float, required=True)
print(parser.parse_args().rate)
"""


def test_the_help_says_what_a_run_does_and_where_it_ends(convlens: Command, tmp_path: Path) -> None:
    shown = re.sub(r"[\s│]+", " ", convlens("check", "--help", folder=tmp_path).output)
    assert f"at most {apart.SECONDS} s of the processor and {apart.MEMORY // 2**30} GiB of memory" in shown
    assert (loops.EPOCHS, loading.BATCHES) == (2, 3)
    assert "Loops over epochs get two turns and loaders three batches" in shown
    assert "without the network" in shown


def test_arguments_that_a_script_wants(convlens: Command, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(WANTING)
    wanting = convlens("check", "train.py", "--run", "--trust", folder=tmp_path)
    assert wanting.status == 2
    assert "it wants other arguments: the following arguments are required: --rate" in wanting.errors
    assert '--arguments "..."' in wanting.errors
    assert "Traceback" not in wanting.errors
    assert convlens("check", "train.py", "--run", "--trust", "--arguments", "--rate 0.1", folder=tmp_path).status == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--arguments", "--rate 1"], "belongs to --run"), (["--run", "--arguments", "'"], "cannot be taken apart")],
)
def test_arguments_that_make_no_sense(convlens: Command, tmp_path: Path, options: list[str], words: str) -> None:
    (tmp_path / "train.py").write_text(MISTAKEN)
    refused = convlens("check", "train.py", *options, folder=tmp_path)
    assert (refused.status, words in refused.errors) == (2, True)


SOFTENED = (
    HEAD
    + DATA
    + MODEL.replace("model = nn.Sequential(", "body = nn.Sequential(")
    .replace("optimizer", "\n\ndef model(images):\n    return body(images).softmax(dim=1)\n\n\noptimizer")
    .replace("model.parameters()", "body.parameters()")
    + TRAINING
)


def test_a_mistake_that_is_read_and_seen_is_told_once(convlens: Command, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SOFTENED)
    result = convlens("check", "train.py", "--run", "--trust", "--format", "json", folder=tmp_path)
    assert result.output.count('"softmax-before-cross-entropy"') == 1
    assert '"both"' in result.output


def test_a_crash_in_a_neighbour_names_the_neighbour(convlens: Command, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("def help():\n    return {}['x']\n")
    (tmp_path / "train.py").write_text("import torch\nimport helper\nhelper.help()\n")
    result = convlens("check", "train.py", "--run", "--trust", folder=tmp_path)
    assert "train.py stopped in line 2 of helper.py when it was run: 'x'." in result.errors
