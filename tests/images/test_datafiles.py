import gzip
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from convlens.errors import DataError
from convlens.images.datafiles import Fingerprint

from .conftest import publish

LABELS = publish("labels", 100)


def test_either_form_is_read(tmp_path: Path) -> None:
    LABELS.write_to(tmp_path)
    assert LABELS.file.read(tmp_path) == LABELS.plain
    assert LABELS.file.read_compressed(tmp_path) == LABELS.compressed
    (tmp_path / "labels.gz").unlink()
    (tmp_path / "labels").write_bytes(LABELS.plain)
    assert LABELS.file.read(tmp_path) == LABELS.plain


@pytest.mark.parametrize("name", ["labels", "labels.gz"])
def test_every_bit_and_every_byte_of_length_counts(tmp_path: Path, name: str) -> None:
    whole = LABELS.compressed if name.endswith(".gz") else LABELS.plain
    path = tmp_path / name
    for bit in range(8 * len(whole)):
        path.write_bytes(whole[: bit // 8] + bytes([whole[bit // 8] ^ 1 << bit % 8]) + whole[bit // 8 + 1 :])
        with pytest.raises(DataError, match=f"{name} has the size .* other contents"):
            LABELS.file.read(tmp_path)
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError, match=f"{name} should have {len(whole)} bytes and has {length}:"):
            LABELS.file.read(tmp_path)
    path.write_bytes(whole + b"\0")
    with pytest.raises(DataError, match="should have"):
        LABELS.file.read(tmp_path)
    path.write_bytes(whole)
    assert LABELS.file.read(tmp_path) == LABELS.plain


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"labels\.gz cannot be read: No such file"):
        LABELS.file.read(tmp_path)
    (tmp_path / "labels").mkdir()
    with pytest.raises(DataError, match="labels"):
        LABELS.file.read(tmp_path)


def test_two_encodings_of_the_same_contents_are_accepted() -> None:
    other = gzip.compress(LABELS.plain, compresslevel=1, mtime=7)
    both = replace(LABELS.file, compressed=(*LABELS.file.compressed, Fingerprint.of(other)))
    assert both.decompress(both.check(other)) == both.decompress(both.check(LABELS.compressed)) == LABELS.plain
    with pytest.raises(DataError, match="it is"):
        LABELS.file.check(other)


def test_decompression_is_bounded() -> None:
    bomb = gzip.compress(bytes(100_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="labels should have 100 bytes and has 101"):
            LABELS.file.decompress(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize("stream", [b"", b"no gzip", LABELS.compressed[:-50], gzip.compress(b"other")])
def test_a_broken_stream_is_an_error(stream: bytes) -> None:
    with pytest.raises(DataError):
        LABELS.file.decompress(stream)
