"""Checkpoints: the whole training state as one checksummed safetensors file, the newest two kept."""

import json
import struct
from collections.abc import Callable
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

from convlens.errors import DamagedFileError
from convlens.files import checksum_path, read_with_checksum, write_with_checksum

_KEEP = 2


def save(folder: Path, step: int, tensors: dict[str, Tensor], text: str) -> Path:
    """Write the checkpoint of `step`, then delete those of later steps (a resumed run left them behind) and all
    but the newest two.

    Until the new one stands complete with its checksum, the one before it is left alone.
    """
    folder.mkdir(exist_ok=True)
    path = folder / f"step-{step:08d}.safetensors"
    write_with_checksum(path, to_bytes(tensors, text))
    later = [other for other in _newest_first(folder) if other.name > path.name]
    earlier = [other for other in _newest_first(folder) if other.name < path.name]
    for useless in later + earlier[_KEEP - 1 :]:
        checksum_path(useless).unlink(missing_ok=True)
        useless.unlink()
    return path


def load_newest(folder: Path, tell: Callable[[str], None]) -> tuple[dict[str, Tensor], str] | None:
    """Read the newest undamaged checkpoint, or None where there is none.

    Args:
        folder: where `save` wrote.
        tell: receives a sentence about each damaged checkpoint that was passed over.
    """
    for path in _newest_first(folder):
        if not checksum_path(path).exists():
            continue  # the process ended while saving it: never finished, so nothing is lost
        try:
            return from_bytes(read_with_checksum(path))
        except DamagedFileError as error:
            tell(f"{error} The checkpoint before it is used.")
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
