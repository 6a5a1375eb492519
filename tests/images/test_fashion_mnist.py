import socket
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from convlens.errors import DataError, SourceError
from convlens.images import ImageData, fashion_mnist, idx
from convlens.images.datafiles import DataFile, Fingerprint
from convlens.images.fashion_mnist import FILES, SIDE, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS

# When the authors compressed each file, and when Debian did: the only difference between the two encodings beside the
# file's name, which gzip keeps at the authors' and Debian does without.
AUTHORS_TIMES = {
    TRAIN_IMAGES: 1504176606,
    TRAIN_LABELS: 1504176606,
    TEST_IMAGES: 1504176627,
    TEST_LABELS: 1504176627,
}
DEBIANS_TIME = 1591347949


def test_the_splits_are_as_described(fashion: ImageData) -> None:
    assert fashion.name == "fashion-mnist"
    assert fashion.classes[0] == "T-shirt/top"
    assert len(fashion.classes) == 10
    assert fashion.counts == dict.fromkeys(fashion.classes, (5500, 500, 1000))
    assert fashion.preparation == "object"
    for split in (fashion.train, fashion.validation, fashion.test):
        assert split.images.shape == (split.size, 1, SIDE, SIDE)
        assert (split.images.dtype, split.labels.dtype) == (torch.uint8, torch.int64)


def test_every_published_picture_is_in_exactly_one_split(fashion: ImageData, published: Path) -> None:
    def rows(*images: torch.Tensor) -> list[bytes]:
        return sorted(image.numpy().tobytes() for each in images for image in each)

    original = torch.tensor(idx.parse(TRAIN_IMAGES.read_plain(published)))
    assert rows(fashion.train.images, fashion.validation.images) == rows(original)
    assert torch.equal(fashion.test.images[:, 0], torch.tensor(idx.parse(TEST_IMAGES.read_plain(published))))
    assert torch.equal(fashion.test.labels, torch.tensor(idx.parse(TEST_LABELS.read_plain(published))).long())


def test_the_seed_and_nothing_else_chooses_the_validation_pictures(fashion: ImageData, published: Path) -> None:
    again = fashion_mnist.load(folder=published, seed=0)
    other = fashion_mnist.load(folder=published, seed=1)
    assert again.sha256 == fashion.sha256
    assert other.counts == fashion.counts
    assert not torch.equal(other.validation.images, fashion.validation.images)
    assert torch.equal(other.test.images, fashion.test.images)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_known_encodings_are_those_of_the_authors_and_of_debian(file: DataFile, published: Path) -> None:
    compressed = file.read_compressed(published)
    has_name = compressed[3] & 0x08
    stream = compressed[10 + has_name // 8 * (len(file.name) + 1) :]
    authors = struct.pack("<4sIBB", b"\x1f\x8b\x08\x08", AUTHORS_TIMES[file], 0, 3) + file.name.encode() + b"\0"
    debian = struct.pack("<4sIBB", b"\x1f\x8b\x08\x00", DEBIANS_TIME, 0, 3)
    assert file.compressed == (Fingerprint.of(authors + stream), Fingerprint.of(debian + stream))


def test_other_sizes_are_resized(fashion: ImageData, published: Path) -> None:
    data = fashion_mnist.load(folder=published, size=14)
    assert data.picture_shape == (1, 14, 14)
    assert torch.equal(data.test.labels, torch.tensor(idx.parse(TEST_LABELS.read_plain(published))).long())
    for number, original in enumerate(idx.parse(TEST_IMAGES.read_plain(published))[:20]):
        by_pillow = np.asarray(Image.fromarray(original).resize((14, 14), Image.Resampling.BILINEAR))
        difference = data.test.images[number, 0].int() - torch.tensor(by_pillow).int()
        assert difference.abs().max() <= 1  # two roundings
    assert torch.equal(data.validation.labels, fashion.validation.labels)


def test_a_full_cache_needs_neither_web_nor_sources(
    fashion: ImageData, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_web(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", no_web)
    monkeypatch.setattr(fashion_mnist, "SOURCES", ())
    assert fashion_mnist.load(cache=published.parent).sha256 == fashion.sha256


def test_an_empty_cache_asks_the_sources_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [source.name.split("/")[0] for source in fashion_mnist.SOURCES] == [
        "the system's folder ",
        "https:",
        "https:",
        "the Debian package dataset-fashion-mnist",
    ]

    class Empty:
        name = "the empty shelf"

        def deliver(self, wanted: Sequence[DataFile], progress: object) -> Iterator[tuple[DataFile, bytes]]:
            assert tuple(wanted) == FILES
            raise SourceError("nothing here")

    monkeypatch.setattr(fashion_mnist, "SOURCES", (Empty(),))
    with pytest.raises(SourceError, match="the empty shelf: nothing here"):
        fashion_mnist.load(cache=tmp_path)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_named_folder_must_hold_the_very_files(published: Path, tmp_path: Path, suffix: str) -> None:
    for file in FILES:
        (tmp_path / (file.name + suffix)).symlink_to(published / (file.name + suffix))
    assert fashion_mnist.load(folder=tmp_path).test.size == 10_000
    labels = tmp_path / (TEST_LABELS.name + suffix)
    labels.unlink()
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte[.]gz cannot be read: No such file"):
        fashion_mnist.load(folder=tmp_path)
    labels.write_bytes((published / labels.name).read_bytes()[:-1])
    with pytest.raises(DataError, match="should hold the four files of Fashion-MNIST unchanged, but t10k-labels"):
        fashion_mnist.load(folder=tmp_path)
