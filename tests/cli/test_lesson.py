import os
import select
import subprocess
import sys

import pytest

from convlens.byhand.lessons import TOPICS
from tests.cli.conftest import Command


@pytest.mark.parametrize("topic", TOPICS)
def test_prints_every_step_into_a_pipe_at_80_columns(convlens: Command, topic: str) -> None:
    result = convlens("lesson", topic)
    assert result.status == 0, result.errors
    assert max(len(line) for line in result.output.splitlines()) <= 80
    assert "Remember:" in result.output
    assert "Enter" not in result.output


def test_the_lectures_convolution_step_by_step(convlens: Command) -> None:
    output = convlens("lesson", "convolution").output
    assert output.count("Step ") == 9
    assert "[1][1][1] 0  0    1 0 1    1 0 1      [4] .  ." in output
    assert "1*1 + 1*0 + 1*1 + 0*0 + 1*1 + 1*0 + 0*1 + 0*0 + 1*1 = 4" in output


def test_takes_own_numbers(convlens: Command) -> None:
    output = convlens("lesson", "pooling", "--picture", "1 5 2; 0 3 4; 7 1 1", "--kernel", 2, "--stride", 1).output
    assert "max(1, 5, 0, 3) = 5" in output
    assert "n_out = floor((32 + 2*2 - 5) / 2) + 1 = 16" in convlens(
        "lesson", "formula", "--size", 32, "--kernel", 5, "--stride", 2, "--padding", 2
    ).output  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ["colours"],
        ["stride", "--stride", 0],
        ["pooling", "--kernel", "1 0; 0 1"],
        ["convolution", "--picture", "1 2; 3"],
        ["padding", "--size", 5, "--picture", "1"],
    ],
)
def test_says_what_is_wrong(convlens: Command, arguments: list[object]) -> None:
    result = convlens("lesson", *arguments)
    assert result.status == 2
    assert "Traceback" not in result.errors


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
def test_waits_for_enter_at_a_terminal_and_ends_with_q() -> None:
    terminal, inside = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "convlens", "lesson", "convolution"], stdin=inside, stdout=inside, stderr=inside
    )
    os.close(inside)
    said = _read_until(terminal, b"Enter")
    assert b"Step 1" not in said
    os.write(terminal, b"\n")
    said = _read_until(terminal, b"Enter")
    assert b"Step 1" in said
    assert b"Step 2" not in said
    os.write(terminal, b"q\n")
    assert process.wait(30) == 0
    os.close(terminal)


def _read_until(terminal: int, word: bytes) -> bytes:
    said = b""
    while word not in said:
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, said
        said += os.read(terminal, 4096)
    return said
