"""The only module that writes files: whole or not at all, and with a checksum where it matters.

A file is written under a temporary name in the same folder, flushed to the disk, and then renamed over the final
name, so that a reader sees the old bytes or the new ones and never a mixture, whenever the power goes. Files that
hold state (checkpoints, weights) get a companion `NAME.sha256` in the format of `sha256sum`, so that
`sha256sum --check NAME.sha256` verifies them without convlens.
"""

import hashlib
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

from convlens.errors import DamagedFileError

if sys.platform == "darwin":
    import fcntl

# The moments inside one write at which a crash leaves the disk in a different state. The fault tests kill the
# process at each of them.
POINTS = ("begun", "half-written", "written", "synced", "renamed", "folder-synced", "half-appended", "appended")

# Called with (point, path) at each of POINTS; replaced by the fault tests only.
at_point: Callable[[str, Path], None] = lambda point, path: None  # noqa: E731


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path` so that after a crash either the old or the new content stands there, never a mixture.

    Raises:
        OSError: the folder does not exist, is not writable, or the disk is full; `path` is then unchanged.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            at_point("begun", path)
            half = len(data) // 2
            file.write(data[:half])
            file.flush()
            at_point("half-written", path)
            file.write(data[half:])
            file.flush()
            at_point("written", path)
            _flush(file.fileno())
        at_point("synced", path)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    at_point("renamed", path)
    sync_folder(path.parent)
    at_point("folder-synced", path)


def write_with_checksum(path: Path, data: bytes) -> str:
    """Write `data`, then its companion `NAME.sha256`; the companion is what makes the file count. Return the digest."""
    digest = hashlib.sha256(data).hexdigest()
    write_atomically(path, data)
    write_atomically(checksum_path(path), f"{digest}  {path.name}\n".encode())
    return digest


def read_with_checksum(path: Path) -> bytes:
    """Return the bytes of a file written by `write_with_checksum`.

    Raises:
        DamagedFileError: the file or its companion is missing, or they do not agree.
    """
    try:
        data = path.read_bytes()
        companion = checksum_path(path).read_bytes()
    except OSError as error:
        raise DamagedFileError(f"{path} cannot be read with its checksum: {error.strerror}.") from error
    expected = f"{hashlib.sha256(data).hexdigest()}  {path.name}\n".encode()
    if companion != expected:
        raise DamagedFileError(f"{path} is damaged: its bytes do not agree with {checksum_path(path).name}.")
    return data


def checksum_path(path: Path) -> Path:
    """The companion of a checksummed file: `weights.safetensors` has `weights.safetensors.sha256`."""
    return path.with_name(path.name + ".sha256")


def append_durably(path: Path, data: bytes) -> int:
    """Append `data`, flush it to the disk, and return the file's length in bytes."""
    is_new = not path.exists()
    with path.open("ab") as file:
        half = len(data) // 2
        file.write(data[:half])
        file.flush()
        at_point("half-appended", path)
        file.write(data[half:])
        file.flush()
        _flush(file.fileno())
        at_point("appended", path)
        length = file.tell()
    if is_new:
        sync_folder(path.parent)
    return length


def truncate(path: Path, length: int) -> None:
    """Cut `path` to its first `length` bytes, dropping what was appended after the last checkpoint.

    Raises:
        DamagedFileError: the file is shorter than that.
    """
    found = path.stat().st_size if path.exists() else 0
    if found < length:
        raise DamagedFileError(
            f"{path} should hold at least {length} bytes and holds {found}: put it back, or begin anew."
        )
    with path.open("ab") as file:
        file.truncate(length)
        _flush(file.fileno())


def remove_leftovers(folder: Path) -> None:
    """Delete the temporary files that a killed process left in `folder`: `.NAME.PROCESS.tmp`."""
    for path in folder.glob(".*.tmp"):
        if re.fullmatch(r"\..+\.[0-9]+\.tmp", path.name):
            path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Flush a folder's list of names to the disk, where the system lets a folder be opened (not on Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush(descriptor: int) -> None:
    if sys.platform == "darwin":
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)  # there, fsync stops at the drive's own cache
    else:
        os.fsync(descriptor)
