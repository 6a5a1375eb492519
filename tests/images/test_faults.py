"""A small helping of `make faults`, and a look at whether it could fail at all."""

import importlib.util
import math
import random
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from convlens.errors import IdxError
from convlens.images import fashion_mnist, idx
from convlens.images.datafiles import DataFile
from convlens.images.fashion_mnist import FILES

SCRIPT = Path(__file__).parents[2] / "bench" / "faults_data.py"


@pytest.fixture(scope="module")
def faults() -> ModuleType:
    spec = importlib.util.spec_from_file_location("faults_data", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def labels(published: Path, tmp_path: Path, faults: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with nothing but the labels of the test pictures, and the script restricted to them."""
    for name in (fashion_mnist.TEST_LABELS.name, fashion_mnist.TEST_LABELS.compressed_name):
        shutil.copy(published / name, tmp_path)
    monkeypatch.setattr(fashion_mnist, "FILES", (fashion_mnist.TEST_LABELS,))
    return tmp_path


def test_no_damage_and_no_mutant_goes_unnoticed(published: Path) -> None:
    small = ["--flips", "40", "--step", "500000", "--loads", "2", "--mutants", "2000"]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *small], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    _, *rows = done.stdout.splitlines()
    sizes = [(published / name).stat().st_size for file in FILES for name in (file.compressed_name, file.name)]
    cuts = [math.ceil(size / 500_000) for size in sizes]
    assert [int(row.split()[-3]) for row in rows] == [40, 40, sum(cuts[::2]), sum(cuts[1::2]), 2, 2000]
    assert [int(row.split()[-2]) for row in rows] == [0] * 6


def test_a_careless_reader_would_be_found_out(faults: ModuleType, labels: Path) -> None:
    def careless(file: DataFile, folder: Path) -> bytes:
        return (folder / file.name).read_bytes()

    assert faults.flips("labels", labels, 10, "", careless) == ("bit flips in the labels", 10, 10)
    assert faults.cuts("labels", labels, 512, "", careless) == ("truncations of the labels", 20, 20)
    assert faults.cuts("labels", labels, 512, "", DataFile.read_plain).unnoticed == 0


@pytest.mark.parametrize("fault", [ValueError("another kind"), MemoryError(), None])
def test_a_careless_parser_would_be_found_out(
    faults: ModuleType, monkeypatch: pytest.MonkeyPatch, fault: Exception | None
) -> None:
    def careless(data: bytes) -> bytes:
        if fault is not None:
            raise fault
        return bytes(100_000)

    monkeypatch.setattr(faults.idx, "parse", careless)
    assert faults.mutants(20).unnoticed == 20


def test_mutants_are_of_both_kinds(faults: ModuleType) -> None:
    chance = random.Random(3)
    answers: list[bool | str] = []
    for _ in range(1000):
        try:
            answers.append(idx.parse(faults.mutated_idx(chance)).size > 0)
        except IdxError as error:
            answers.append(str(error)[:35])
    assert 20 <= answers.count(True) <= 500
    assert len(set(answers)) >= 6
