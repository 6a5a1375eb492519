import hashlib
import json
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

from convlens.runs import RunFolder
from tests.cli.conftest import Command, Result

# The contract's last line.
LAST_LINE = r"test accuracy \d+\.\d\d % \(\d+ of \d+\) after \d+ s; run in .+"


def digests(run: Path) -> list[str]:
    return [hashlib.sha256((run / name).read_bytes()).hexdigest() for name in ("weights.safetensors", "metrics.json")]


def test_ends_with_the_contracts_line(trained: tuple[Path, Result]) -> None:
    out, result = trained
    assert result.status == 0, result.errors
    assert re.fullmatch(LAST_LINE, result.last_line)
    assert result.last_line.endswith(str(out))


def test_learns_something(trained: tuple[Path, Result]) -> None:
    metrics = json.loads((trained[0] / "metrics.json").read_text())
    assert metrics["test"]["accuracy"] > 0.5  # ten classes, 320 pictures: chance is 0.1


def test_without_a_terminal_prints_a_line_per_validation(trained: tuple[Path, Result]) -> None:
    out, result = trained
    validations = [line for line in (out / "log.jsonl").read_text().splitlines() if "validation_accuracy" in line]
    lines = [line for line in result.output.splitlines() if re.match(r" +\d+\.\d\d +\d\.\d{3} ", line)]
    assert len(lines) == len(validations) >= 10


def test_logs_the_rate_of_every_step(trained: tuple[Path, Result]) -> None:
    records = [json.loads(line) for line in (trained[0] / "log.jsonl").read_text().splitlines()]
    steps = [record for record in records if "learning_rate" in record]
    total = tomllib.loads((trained[0] / "config.toml").read_text())["steps"]
    assert [record["step"] for record in steps] == list(range(1, total + 1))
    assert steps[0]["learning_rate"] == 0.05 > steps[-1]["learning_rate"]


def test_a_repeated_configuration_repeats_every_bit(
    convlens: Command, trained: tuple[Path, Result], tmp_path: Path
) -> None:
    result = convlens("train", "--config", trained[0] / "config.toml", "--out", tmp_path / "again")
    assert result.status == 0, result.errors
    assert digests(tmp_path / "again") == digests(trained[0])


def test_ctrl_c_saves_and_resume_ends_with_the_same_bits_though_the_pictures_moved(
    convlens: Command, trained: tuple[Path, Result], pictures: Path, tmp_path: Path
) -> None:
    out = tmp_path / "interrupted"
    process = subprocess.Popen(
        [sys.executable, "-m", "convlens", "train", "--config", str(trained[0] / "config.toml"), "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while "%" not in process.stdout.readline():  # the first validation: training has begun
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"convlens train --resume {out}" in errors
    assert not (out / "metrics.json").exists()

    (tmp_path / "moved").symlink_to(pictures)
    resumed = convlens("train", "--resume", out, "--data", tmp_path / "moved")
    assert resumed.status == 0, resumed.errors
    assert digests(out) == digests(trained[0])


def test_a_folder_has_one_trainer(convlens: Command, pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "busy"
    first = subprocess.Popen(
        [sys.executable, "-m", "convlens", "train", "--data", str(pictures), "--steps", "100000", "--out", str(out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 240
        while not (out / "config.toml").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        second = convlens("train", "--resume", out)
    finally:
        first.kill()
        first.wait()
    assert second.status == 1
    assert "Another process is training" in second.errors
    with RunFolder(out).locked():  # the lock went with the process that was killed
        pass


def test_a_finished_run_is_not_trained_over(convlens: Command, trained: tuple[Path, Result]) -> None:
    again = convlens("train", "--config", trained[0] / "config.toml", "--out", trained[0])
    assert again.status == 1
    assert "--out" in again.errors
    assert convlens("train", "--resume", trained[0]).last_line == trained[1].last_line


def test_writes_down_the_steps_that_the_minutes_came_to(convlens: Command, pictures: Path, tmp_path: Path) -> None:
    result = convlens("train", "--data", pictures, "--minutes", 0.2, "--out", tmp_path / "run")
    assert result.status == 0, result.errors
    config = tomllib.loads((tmp_path / "run" / "config.toml").read_text())
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert config["minutes"] == 0.2
    assert config["steps"] == metrics["steps"]  # how well the time is kept is measured in bench/accuracy.py


def test_a_length_is_given_once(convlens: Command) -> None:
    result = convlens("train", "--epochs", 5, "--steps", 100)
    assert result.status == 2
    assert "--epochs or --steps" in result.errors


def test_a_folder_with_other_files_is_left_alone(convlens: Command, pictures: Path, tmp_path: Path) -> None:
    (tmp_path / ".mine.tmp").write_text("precious")
    result = convlens("train", "--data", pictures, "--out", tmp_path)
    assert result.status == 1
    assert ".mine.tmp" in result.errors
    assert [path.name for path in tmp_path.iterdir()] == [".mine.tmp"]


def test_debug_shows_a_traceback_wherever_it_stands(convlens: Command, tmp_path: Path) -> None:
    for arguments in (("--debug", "evaluate", tmp_path), ("evaluate", tmp_path, "--debug")):
        assert "Traceback" in convlens(*arguments).errors
    assert "Traceback" not in convlens("evaluate", tmp_path).errors


def test_unknown_keys_name_the_nearest(convlens: Command, tmp_path: Path) -> None:
    (tmp_path / "options.toml").write_text('learning-rte = 0.1\nnetwork = "lecture"\n')
    result = convlens("train", "--config", tmp_path / "options.toml")
    assert result.status == 2
    assert "learning_rate" in result.errors
    assert len(result.errors.strip().splitlines()) == 1


def test_trains_a_network_of_ones_own(convlens: Command, pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from torch import nn\n"
        "class Mine(nn.Sequential):\n"
        "    def __init__(self):\n"
        "        super().__init__(nn.Conv2d(1, 8, 3, stride=2), nn.ReLU(), nn.Flatten(), nn.LazyLinear(10))\n"
    )
    result = convlens(
        "train", "--network", "mine.py:Mine", "--data", pictures, "--epochs", 1, "--out", "run", folder=tmp_path
    )
    assert result.status == 0, result.errors
    assert convlens("evaluate", tmp_path / "run").status == 0
    # Code that came with a run folder is not run unless somebody names it.
    (tmp_path / "mine.py").unlink()
    gone = convlens("evaluate", tmp_path / "run")
    assert gone.status == 1
    assert "network.py:Mine" in gone.errors
    # Neither a relative name nor one inside the folder makes the copy run.
    config = (tmp_path / "run" / "config.toml").read_text()
    for disguise in ("network.py:Mine", f"{tmp_path / 'run' / 'network.py'}:Mine"):
        (tmp_path / "run" / "config.toml").write_text(config.replace(f"{tmp_path / 'mine.py'}:Mine", disguise))
        assert "if you trust it" in convlens("evaluate", tmp_path / "run", folder=tmp_path / "run").errors
    named = convlens("evaluate", tmp_path / "run", "--network", f"{tmp_path / 'run' / 'network.py'}:Mine")
    assert named.status == 0, named.errors


def test_a_network_that_does_not_fit_is_told_before_training(convlens: Command, pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text(
        "from torch import nn\nclass Wrong(nn.Sequential):\n"
        "    def __init__(self):\n        super().__init__(nn.Flatten(), nn.Linear(784, 7))\n"
    )
    result = convlens("train", "--network", tmp_path / "wrong.py:Wrong", "--data", pictures, "--out", tmp_path / "run")
    assert result.status == 1
    assert "(2, 10)" in result.errors and "(2, 7)" in result.errors
    assert not (tmp_path / "run" / "config.toml").exists()
