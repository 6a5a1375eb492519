"""Data to test with: the real files, and small ones of the same kind."""

import gzip
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from convlens import images
from convlens.images import fashion_mnist
from convlens.images.datafiles import DataFile, Fingerprint


@pytest.fixture(scope="session")
def fashion() -> images.ImageData:
    """Fashion-MNIST from the user's own cache, which fills itself the first time."""
    return images.load("fashion-mnist")


@pytest.fixture(scope="session")
def published(fashion: images.ImageData) -> Path:
    """The folder that holds the four files of Fashion-MNIST, compressed and plain. Not to be changed."""
    return fashion_mnist.cache_folder()


@dataclass(frozen=True)
class Published:
    """A data file made up for a test, with its bytes."""

    file: DataFile
    plain: bytes
    compressed: bytes

    def write_to(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / self.file.compressed_name).write_bytes(self.compressed)


def publish(name: str, size: int, seed: int = 0) -> Published:
    plain = random.Random(f"{name} {seed}").randbytes(size)
    compressed = gzip.compress(plain, mtime=0)
    return Published(DataFile(name, Fingerprint.of(plain), (Fingerprint.of(compressed),)), plain, compressed)


@pytest.fixture
def two_files() -> tuple[Published, Published]:
    return publish("pictures", 300_000), publish("labels", 2_000)
