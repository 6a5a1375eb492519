"""What the README shows works as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_python_example_runs(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(example.splitlines()) <= 15
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("test accuracy")
    assert "conv2 (1, 64, 14, 14)" in done.stdout


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`convlens ([a-z]+) ", README))))
def test_every_command_it_names_exists(command: str) -> None:
    from convlens.cli import app

    assert command in {known.callback.__name__ for known in app.registered_commands if known.callback}


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make ([a-z]+)`", README))))
def test_every_make_target_it_names_exists(target: str) -> None:
    makefile = (Path(__file__).parent.parent / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_the_check_prints_what_is_shown(tmp_path: Path) -> None:
    (shown,) = re.findall(r"\$ convlens check lecture\.py\n(.*?)```", README, re.DOTALL)
    clean = (Path(__file__).parent.parent / "bench/corpus/clean/lecture.py").read_text(encoding="utf-8")
    mistaken = clean.replace(", shuffle=True", "").replace("    net.eval()\n", "")
    (tmp_path / "lecture.py").write_text(mistaken)
    command = [sys.executable, "-m", "convlens", "check", "lecture.py"]
    width = {**os.environ, "COLUMNS": "80"}
    done = subprocess.run(command, cwd=tmp_path, env=width, capture_output=True, text=True, check=False)
    parts = shown.split("  ...\n")
    assert len(parts) > 2
    assert all(part in done.stdout for part in parts)
