"""Runs made once and looked at by many tests."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from convlens import images
from convlens.trained import Run, open_run


@dataclass(frozen=True)
class Result:
    """What a command left on the terminal."""

    status: int
    output: str
    errors: str

    @property
    def last_line(self) -> str:
        return self.output.strip().splitlines()[-1]


Command = Callable[..., Result]


@pytest.fixture(scope="session")
def convlens() -> Command:
    """The command line as a person starts it: a process of its own."""

    def call(*arguments: object, folder: Path | None = None, given: str | None = None) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "convlens", *map(str, arguments)],
            input=given,
            env={**os.environ, "COLUMNS": "80"},
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=300,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of real pictures, 40 of each Fashion-MNIST class, as PNG files in a sub-folder per class."""
    folder = tmp_path_factory.mktemp("pictures")
    data = images.load("fashion-mnist")
    for label, name in enumerate(data.classes):
        home = folder / name.replace("/", " or ")
        home.mkdir()
        for number, picture in enumerate(data.train.images[data.train.labels == label][:40]):
            Image.fromarray(picture[0].numpy()).save(home / f"{number:02d}.png")
    return folder


@pytest.fixture(scope="session")
def trained(convlens: Command, pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A finished run of the lecture's network on `pictures`, and what the command said."""
    out = tmp_path_factory.mktemp("runs") / "lecture"
    return out, convlens("train", "--data", pictures, "--network", "lecture", "--epochs", 30, "--out", out)


@pytest.fixture(scope="session")
def run(trained: tuple[Path, Result]) -> Run:
    return open_run(trained[0])
