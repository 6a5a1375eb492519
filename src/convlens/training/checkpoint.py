"""Checkpoints: the whole training state as one checksummed safetensors file, the newest two kept."""

import json
import struct
from collections.abc import Callable
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

from convlens.errors import DamagedFileError
from convlens.files import checksum_path, read_with_checksum, sync_folder, write_with_checksum

_KEEP = 2


def save(folder: Path, step: int, tensors: dict[str, Tensor], text: str) -> Path:
    """Write the checkpoint of `step`, then delete those of later steps (a resumed run left them behind) and all
    but the newest two.

    Until the new one stands complete with its checksum, the one before it is left alone.
    """
    if not folder.exists():
        folder.mkdir()
        sync_folder(folder.parent)
    path = folder / f"step-{step:08d}.safetensors"
    write_with_checksum(path, to_bytes(tensors, text))
    later = [other for other in _newest_first(folder) if other.name > path.name]
    earlier = [other for other in _newest_first(folder) if other.name < path.name]
    _delete(later + earlier[_KEEP - 1 :])
    return path


def load_newest(folder: Path, tell: Callable[[str], None]) -> tuple[dict[str, Tensor], str] | None:
    """Read the newest undamaged checkpoint, or None where there is none; newer ones that are of no use are deleted.

    Args:
        folder: where `save` wrote.
        tell: receives a sentence about each damaged checkpoint.
    """
    useless: list[Path] = []
    for path in _newest_first(folder):
        try:
            # Without its checksum it was never finished: the process ended while saving it, and nothing is lost.
            found = from_bytes(read_with_checksum(path)) if checksum_path(path).exists() else None
        except DamagedFileError as error:
            tell(f"{error} An older one is used, or the run begins anew.")
            found = None
        if found is not None:
            # Left in place, they would count as one of the two that are kept.
            _delete(useless)
            return found
        useless.append(path)
    return None


def to_bytes(tensors: dict[str, Tensor], text: str = "") -> bytes:
    """The bytes of a safetensors file that holds `tensors`, and `text` as its metadata."""
    # Clones, for a layer used under two names is one tensor under two names, which safetensors refuses.
    plain = {name: value.detach().cpu().clone(memory_format=torch.contiguous_format) for name, value in tensors.items()}
    return safetensors.torch.save(plain, {"convlens": text})


def from_bytes(data: bytes) -> tuple[dict[str, Tensor], str]:
    """The inverse of `to_bytes`; the bytes' checksum has been verified before."""
    (length,) = struct.unpack("<Q", data[:8])
    text: str = json.loads(data[8 : 8 + length])["__metadata__"]["convlens"]
    return safetensors.torch.load(data), text


def _newest_first(folder: Path) -> list[Path]:
    return sorted(folder.glob("step-*.safetensors"), reverse=True)


def _delete(paths: list[Path]) -> None:
    for path in paths:
        checksum_path(path).unlink(missing_ok=True)  # first: a file without one does not count
        path.unlink()
