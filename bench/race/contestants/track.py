"""What every contestant shares: the pictures as plain arrays, the seed, and the line that reports a score."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

SEED = int(os.environ["RACE_SEED"])
TRIAL = "RACE_TRIAL" in os.environ  # a few pictures and one epoch, to see that a contestant works


def load():
    """Return training images, training labels, test images, test labels: uint8, N x 28 x 28 and N."""
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    arrays = [_read(Path(os.environ["RACE_DATA"]) / f"{name}-ubyte") for name in names]
    return [array[:600] for array in arrays] if TRIAL else arrays


def _read(file: Path):
    # A header of 4 bytes, the last of which counts the dimensions, and 4 bytes for each of them; then the elements.
    content = file.read_bytes()
    shape = np.frombuffer(content, dtype=">u4", count=content[3], offset=4)
    return np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * content[3]).reshape(shape).copy()


def rounds(number: int) -> int:
    """How many epochs (or steps, or trees) to go: as many as the contestant's documentation says."""
    return 1 if TRIAL else number


def report(score: Callable[[], float]) -> None:
    """Score the test pictures; tell the accuracy, 0 to 1, and how long this scoring took."""
    begun = time.perf_counter()
    accuracy = float(score())
    seconds = time.perf_counter() - begun
    print("\n" + json.dumps({"accuracy": accuracy, "scoring": seconds}), flush=True)  # on a line of its own
