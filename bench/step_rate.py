"""How close the training step comes to what this machine's processor can do with convolutions.

    python bench/step_rate.py                 # about a minute; run it alone

The machine's own rate is the best that PyTorch reaches here on a plain convolution, forward and backward. The step's
rate counts only the multiply-adds of its convolutions and linear layers, but all of its time: batch, augmentation,
normalisation, activation, pooling, loss and optimizer included. Both are measured in turns, so that a slow moment of
the machine hits both.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from convlens import images, networks
from convlens.config import resolve
from convlens.training import machine
from convlens.training.loop import Trainer
from convlens.training.state import TrainingState

# (channels, side): shapes that the processor likes; the fastest one is the machine's rate.
_SHAPES = ((64, 28), (64, 14), (128, 14))
_BATCH = 128
_ROUNDS = 15


def convolution(channels: int, side: int) -> tuple[Callable[[], None], int]:
    """One forward and backward pass of a 3x3 convolution, and its floating-point operations."""
    layer = nn.Conv2d(channels, channels, 3, padding=1)
    layer.weight.data = layer.weight.data.contiguous(memory_format=torch.channels_last)
    x = torch.randn(_BATCH, channels, side, side).to(memory_format=torch.channels_last).requires_grad_()

    def once() -> None:
        y = layer(x)
        y.backward(y.detach())

    return once, _operations(once)


def training_step(network: str) -> tuple[Callable[[], None], int, int]:
    """One training step of a network with its own recipe, its operations, and the pictures in it."""
    config = resolve({"network": network, "steps": 10**6})
    data = images.load(config.data)
    module = networks.build(network, data.picture_shape, len(data.classes), dropout=config.dropout, seed=0)
    trainer = Trainer(config, data, TrainingState.fresh(config, module, 10**6, data.train.size), torch.device("cpu"))

    def once() -> None:
        trainer.take_step(10**6)

    return once, _operations(once), config.batch_size


def _operations(action: Callable[[], None]) -> int:
    with FlopCounterMode(display=False) as counter:
        action()
    return int(counter.get_total_flops())


def _seconds(action: Callable[[], None], at_least: float = 0.15) -> float:
    begun, count = time.perf_counter(), 0
    while (spent := time.perf_counter() - begun) < at_least:
        action()
        count += 1
    return spent / count


def main() -> None:
    """Measure in turns, print the rates, and the share as the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", default="swift")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with machine.prepared(machine.available_threads()):
        step, step_operations, pictures = training_step(asked.network)
        references = [convolution(*shape) for shape in _SHAPES]
        step()
        rates: dict[str, list[float]] = {name: [] for name in ("step", *(f"{c} x {s} x {s}" for c, s in _SHAPES))}
        shares: list[float] = []
        for _ in range(_ROUNDS):
            step_rate = step_operations / _seconds(step) / 1e9
            rates["step"].append(step_rate)
            of_shapes = [operations / _seconds(once) / 1e9 for once, operations in references]
            for (channels, side), rate in zip(_SHAPES, of_shapes, strict=True):
                rates[f"{channels} x {side} x {side}"].append(rate)
            shares.append(step_rate / max(of_shapes))
    if asked.json:
        print(json.dumps({"rates": rates, "shares": shares, "operations": step_operations, "pictures": pictures}))
        return
    print(f"a step of {asked.network}: {pictures} pictures, {step_operations / 1e9:.2f} Gflop in its layers")
    for name, values in rates.items():
        print(f"{name:>14}: {_summary(values)} Gflop/s")
    print(f"share of the machine's convolution rate: {_summary([100 * share for share in shares])} %")


def _summary(values: list[float]) -> str:
    low, *_, high = sorted(values)
    return f"{statistics.median(values):6.1f} (from {low:.1f} to {high:.1f}, {len(values)} rounds)"


if __name__ == "__main__":
    main()
