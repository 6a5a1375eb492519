"""Damage checkpoints in every way a disk can, and see that it is always noticed and the one before is used.

    python bench/faults_checkpoints.py             # some minutes

2,000 random bit flips in the newest checkpoint and its checksum, and every truncation of both at steps of 512 bytes.
Exit status 1 if any damage goes unnoticed.
"""

import json
import random
import sys
import tempfile
from pathlib import Path

import torch

from convlens import networks
from convlens.config import resolve
from convlens.files import checksum_path
from convlens.training import checkpoint
from convlens.training.state import TrainingState

_FLIPS, _CUT = 2000, 512


def main() -> None:
    """Run the trials and print one line for each kind of damage."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        newest = make_checkpoints(folder)
        chance = random.Random(0)
        unnoticed = 0
        for path in (newest, checksum_path(newest)):
            whole = path.read_bytes()
            flips = (flipped(whole, chance.randrange(8 * len(whole))) for _ in range(_FLIPS))
            cuts = (whole[:length] for length in range(0, len(whole), min(_CUT, len(whole) // 8)))
            for kind, damages in (("bit flips", flips), ("truncations", cuts)):
                results = [notices(folder, path, damage) for damage in damages]
                unnoticed += results.count(False)
                print(f"{path.name}: {len(results)} {kind}, {results.count(False)} unnoticed", flush=True)
            path.write_bytes(whole)
    sys.exit(unnoticed > 0)


def make_checkpoints(folder: Path) -> Path:
    """Write the checkpoints of steps 1 and 2 of a real network with its optimizer's state; return the newer one."""
    config = resolve({"network": "swift", "steps": 10})
    state = TrainingState.fresh(config, networks.build("swift", (1, 28, 28), 10, dropout=0.0, seed=0), 10, 1000)
    for step in (1, 2):
        networks.logits_of(state.network, torch.randn(4, 1, 28, 28)).sum().backward()
        state.optimizer.step()
        state.progress.step = step
        newest = checkpoint.save(folder, step, *state.pack())
    return newest


def flipped(data: bytes, bit: int) -> bytes:
    """The data with one bit turned over."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def notices(folder: Path, path: Path, damage: bytes) -> bool:
    """Whether loading passes over the damaged newest checkpoint, says so, and returns the one before."""
    path.write_bytes(damage)
    told: list[str] = []
    found = checkpoint.load_newest(folder, told.append)
    return found is not None and json.loads(found[1])["progress"]["step"] == 1 and len(told) == 1


if __name__ == "__main__":
    main()
