"""Published data files that are known byte for byte: nothing of them is used before its checksum fits."""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from convlens.errors import DataError


class Fingerprint(NamedTuple):
    """The size in bytes and the SHA-256 (64 hexadecimal digits) of some bytes."""

    size: int
    sha256: str

    @classmethod
    def of(cls, data: bytes) -> "Fingerprint":
        """The fingerprint of `data`."""
        return cls(len(data), hashlib.sha256(data).hexdigest())


@dataclass(frozen=True)
class DataFile:
    """One published file: gzip-compressed as it is passed around, plain as it is used.

    Attributes:
        name: the name of the plain file; the compressed one is called `NAME.gz`.
        plain: the only bytes the plain file may have.
        compressed: the encodings of those bytes that are in circulation, the authors' own first.
    """

    name: str
    plain: Fingerprint
    compressed: tuple[Fingerprint, ...]

    @property
    def compressed_name(self) -> str:
        """The name of the compressed file."""
        return self.name + ".gz"

    def check(self, compressed: bytes) -> bytes:
        """Return `compressed` when it is one of the known encodings.

        Raises:
            DataError: it is not; the message names the file and what differs.
        """
        return _known(compressed, self.compressed, self.compressed_name)

    def read_compressed(self, folder: Path) -> bytes:
        """Return the verified bytes of the compressed file in `folder`; DataError when they are not there."""
        return _read_known(folder / self.compressed_name, self.compressed)

    def read_plain(self, folder: Path) -> bytes:
        """Return the verified bytes of the plain file in `folder`; DataError when they are not there."""
        return _read_known(folder / self.name, (self.plain,))

    def read(self, folder: Path) -> bytes:
        """Return the verified plain bytes from whichever of the two files stands in `folder`.

        Raises:
            DataError: neither is there, or the one that is there is not the published file.
        """
        if (folder / self.name).exists():
            return self.read_plain(folder)
        return self.decompress(self.read_compressed(folder))

    def decompress(self, compressed: bytes) -> bytes:
        """Return the verified plain bytes; a stream that would grow beyond them is stopped there.

        Raises:
            DataError: the stream is broken, or holds other bytes.
        """
        stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)  # + 16: with a gzip header and its checksum
        try:
            plain = stream.decompress(compressed, self.plain.size + 1)
        except zlib.error as error:
            raise DataError(f"{self.compressed_name} cannot be decompressed: {error}.") from error
        return _known(plain, (self.plain,), self.name)


def _read_known(path: Path, known: Sequence[Fingerprint]) -> bytes:
    # The size is compared first: it costs nothing and tells a cut download without reading it.
    try:
        size = path.stat().st_size
        if size not in {fingerprint.size for fingerprint in known}:
            raise DataError(_mismatch(path.name, size, known))
        with path.open("rb") as file:
            return _known(file.read(size), known, path.name)
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror}.") from error


def _known(data: bytes, known: Sequence[Fingerprint], name: str) -> bytes:
    if len(data) not in {fingerprint.size for fingerprint in known}:
        raise DataError(_mismatch(name, len(data), known))
    if Fingerprint.of(data) not in known:
        raise DataError(
            f"{name} has the size of the published file and other contents: it is damaged or not that file."
        )
    return data


def _mismatch(name: str, size: int, known: Sequence[Fingerprint]) -> str:
    expected = " or ".join(str(fingerprint.size) for fingerprint in known)
    return f"{name} should have {expected} bytes and has {size}: it is cut, damaged or another file."
