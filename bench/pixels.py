"""Work out 10,000 random values of each shipped network by hand, and compare each with what PyTorch computed.

    python bench/pixels.py             # some minutes, most of them training

Both networks are trained for 100 steps first, so that weights and running statistics are real ones. Each value is
compared twice. In float64, where PyTorch's own rounding is far below what is asked for, the worked sum must be within
1e-5 of PyTorch's value, relative to that value. In float32, as networks are run, a value that is small because its
products cancel carries the rounding of those products; there the bar is 1e-5 of the layer's largest value, and the
share of the values that are within 1e-5 of their own size is printed. Exit status 1 if a bar is missed.
"""

import random
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

import convlens
from convlens.byhand.pixels import explain, record
from convlens.byhand.recording import Recording
from convlens.predictor import normalise

_VALUES, _PICTURES, _STEPS, _BAR = 10_000, 100, 100, 1e-5


@dataclass
class Errors:
    """The largest errors so far, and how many values were off by more than the bar relative to themselves."""

    own_size: float = 0.0
    layer_size: float = 0.0
    beyond_own_size: int = 0

    def add(self, worked: float, computed: float, largest: float) -> None:
        """Count one value."""
        error = abs(worked - computed)
        relative = error / abs(computed) if computed else error
        self.own_size = max(self.own_size, relative)
        self.layer_size = max(self.layer_size, error / largest if largest else error)
        self.beyond_own_size += relative > _BAR


def main() -> None:
    """Train, compare, and print two lines for each network."""
    missed = False
    with tempfile.TemporaryDirectory() as temporary:
        for network in ("swift", "lecture"):
            run = convlens.train(network=network, steps=_STEPS, out=Path(temporary) / network)
            pictures = normalise(run.load_data().test.images[:_PICTURES], run.predictor.mean, run.predictor.std)
            single = compare(run.network, pictures)
            double = compare(run.network.double(), pictures.double())
            print(f"{network}: {_VALUES} values; float64: largest error {double.own_size:.1e} of the value itself")
            share = 100 * single.beyond_own_size / _VALUES
            print(
                f"{network}: float32: largest error {single.layer_size:.1e} of the layer's largest value; "
                f"{share:.2f} % of the values are off by more than {_BAR:g} of their own size",
                flush=True,
            )
            missed |= double.own_size > _BAR or single.layer_size > _BAR
    sys.exit(missed)


def compare(network: torch.nn.Module, pictures: Tensor) -> Errors:
    """Work out random values of random layers of each picture."""
    chance = random.Random(0)
    errors = Errors()
    for picture in pictures:
        recording = record(network, picture[None])
        for _ in range(_VALUES // len(pictures)):
            _compare_one(recording, chance, errors)
    return errors


def _compare_one(recording: Recording, chance: random.Random, errors: Errors) -> None:
    operation = chance.choice(recording.operations[1:])
    channel, *at = (chance.randrange(length) for length in operation.output.shape[1:])
    explained = explain(recording, operation.label, tuple(at), channel)
    errors.add(explained.value, explained.computed, float(operation.output.abs().max()))


if __name__ == "__main__":
    main()
