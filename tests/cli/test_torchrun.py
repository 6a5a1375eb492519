"""Two processes that train together end where one does, and go on where one stopped."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import safetensors.torch
import torch

from convlens.config import resolve
from convlens.errors import InterruptedTraining
from convlens.training import session
from convlens.training.observer import Observer
from tests.cli.conftest import Command, Result

# At a low rate: at a high one rounding grows within a few steps, as it does between one thread and two.
STEPS, RATE = 12, 0.002


def torchrun(*arguments: object) -> Result:
    """`torchrun --nproc-per-node 2 -m convlens ...`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    launch = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", str(port), "-m", "convlens"]
    done = subprocess.run(
        [sys.executable, *launch, *map(str, arguments)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def assert_same_run(found: Path, expected: Path) -> None:
    """The same losses, scores and weights but for rounding."""
    ours, theirs = (
        [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()] for run in (found, expected)
    )
    assert [line["step"] for line in ours] == [line["step"] for line in theirs]
    for key in ("loss", "validation_loss"):
        values = [[line[key] for line in log if key in line] for log in (ours, theirs)]
        assert values[0] == pytest.approx(values[1], rel=1e-3)
    weights = [safetensors.torch.load_file(run / "weights.safetensors") for run in (found, expected)]
    assert weights[0].keys() == weights[1].keys()
    for name, value in weights[1].items():
        torch.testing.assert_close(weights[0][name], value, rtol=0, atol=1e-3, msg=name)


@pytest.mark.parametrize("network", ["swift", "lecture"])  # batch norm and skipping; dropout
def test_two_processes_train_as_one(network: str, convlens: Command, pictures: Path, tmp_path: Path) -> None:
    options = ["train", "--data", pictures, "--network", network, "--steps", STEPS, "--learning-rate", RATE]
    options += ["--dropout", 0.3, "--skip", 0.5, "--batch-size", 64]
    one = convlens(*options, "--threads", 1, "--out", tmp_path / "one")
    assert one.status == 0, one.errors
    two = torchrun(*options, "--out", tmp_path / "two")
    assert two.status == 0, two.errors
    assert two.output.count("test accuracy") == 1  # one of them speaks
    assert_same_run(tmp_path / "two", tmp_path / "one")


def test_two_processes_go_on_where_one_stopped(convlens: Command, pictures: Path, tmp_path: Path) -> None:
    options = {"data": str(pictures), "steps": STEPS, "learning_rate": RATE, "batch_size": 64, "threads": 1}
    asked = iter([False] * 4 + [True])
    with pytest.raises(InterruptedTraining):
        session.begin(resolve(options), tmp_path / "run", observer=Observer(), should_stop=lambda: next(asked))
    done = torchrun("train", "--resume", tmp_path / "run")
    assert done.status == 0, done.errors
    session.begin(resolve(options), tmp_path / "whole", observer=Observer())
    assert_same_run(tmp_path / "run", tmp_path / "whole")
    again = torchrun("train", "--resume", tmp_path / "run")  # of a finished run: nothing to do, for neither
    assert again.status == 0, again.errors
    assert again.output == done.output.splitlines(keepends=True)[-1]


def test_a_batch_that_cannot_be_shared_evenly_is_refused(pictures: Path, tmp_path: Path) -> None:
    done = torchrun("train", "--data", pictures, "--steps", 2, "--batch-size", 33, "--out", tmp_path / "run")
    assert done.status != 0
    assert re.search(
        r"batch of 33 pictures cannot be shared evenly among 2 processes; use --batch-size 32", done.errors
    )
