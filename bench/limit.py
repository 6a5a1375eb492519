"""How close training comes to what this machine's processor can do, and where the rest of the time goes.

    python bench/limit.py                           # about two minutes; run it alone
    python bench/limit.py --picture docs/limit.svg  # the profile as a picture too

The machine's rates are the best that PyTorch reaches here on a plain matrix product and on a plain convolution, forward
and backward. The step's rate counts only the multiply-adds of its convolutions and linear layers, but all of its time:
batch, augmentation, normalisation, activation, pooling, loss and optimizer included. All are measured in turns, so that
a slow moment of the machine hits each of them. The floor of a minute is the time that the steps of a minute would take
if they were nothing but multiply-adds at the best of these rates.
"""

import argparse
import html
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile, record_function
from torch.utils.flop_counter import FlopCounterMode

from convlens import images, networks
from convlens.config import resolve
from convlens.quick_start import keep_memory
from convlens.training import machine
from convlens.training.loop import Trainer
from convlens.training.state import TrainingState

# (channels, side): shapes that the processor likes; the fastest one is the machine's rate.
_SHAPES = ((64, 28), (64, 14), (128, 14))
_BATCH = 128
_MATRIX = 2048
_ROUNDS = 15
_PROFILED_STEPS = 50
# What PyTorch's operations do, by a part of their names; the first that fits decides.
_KINDS = (
    ("conv", "convolutions"),
    ("mm", "matrix products"),
    ("pool", "pooling"),
    ("batch_norm", "normalisation"),
    ("relu", "activation"),
    ("clamp_min", "activation"),
    ("threshold", "activation"),
    ("softmax", "loss"),
    ("nll", "loss"),
    ("cross_entropy", "loss"),
)
_COLOURS = ("#2f6fb0", "#4f93d1", "#7fb4e3", "#c98a1b", "#d9a94e", "#e7c98d", "#7a8a52", "#a3b27c", "#9a9a9a")


def convolution(channels: int, side: int) -> tuple[Callable[[], None], int]:
    """One forward and backward pass of a 3x3 convolution, and its floating-point operations."""
    layer = nn.Conv2d(channels, channels, 3, padding=1)
    layer.weight.data = layer.weight.data.contiguous(memory_format=torch.channels_last)
    x = torch.randn(_BATCH, channels, side, side).to(memory_format=torch.channels_last).requires_grad_()

    def once() -> None:
        y = layer(x)
        y.backward(y.detach())

    return once, _operations(once)


def matrix_product() -> tuple[Callable[[], None], int]:
    """One product of two square matrices, and its floating-point operations."""
    a, b = torch.randn(2, _MATRIX, _MATRIX)

    def once() -> None:
        torch.mm(a, b)

    return once, _operations(once)


def trainer_of(network: str) -> Trainer:
    """A trainer of a network with its own recipe, long before the end of its run."""
    config = resolve({"network": network, "steps": 10**6})
    data = images.load(config.data)
    module = networks.build(network, data.picture_shape, len(data.classes), dropout=config.dropout, seed=0)
    state = TrainingState.fresh(config, module, 10**6, data.train.size)
    return Trainer(config, data, state, torch.device("cpu"))


def profile_of(trainer: Trainer) -> dict[str, float]:
    """Milliseconds of a step by what they are spent on, the largest first."""
    choose = trainer._batch

    def named(number: int, chosen: torch.Tensor) -> Any:
        with record_function("batch"):
            return choose(number, chosen)

    trainer._batch = named  # type: ignore[method-assign]
    with profile(activities=[ProfilerActivity.CPU]) as seen:
        begun = time.perf_counter()
        for _ in range(_PROFILED_STEPS):
            trainer.take_step(10**6)
        total = time.perf_counter() - begun
    trainer._batch = choose  # type: ignore[method-assign]
    spent: dict[str, float] = defaultdict(float)
    for event in seen.events() or ():
        kind = _kind(event)
        if kind:
            spent[kind] += event.self_cpu_time_total / 1e3 / _PROFILED_STEPS
    spent["everything else"] = max(1e3 * total / _PROFILED_STEPS - sum(spent.values()), 0.0)
    return dict(sorted(spent.items(), key=lambda item: -item[1]))


def _kind(event: Any) -> str | None:
    one = event
    while one is not None:
        if one.name == "batch":
            return "batch and augmentation"
        if one.name.startswith("Optimizer.step"):
            return "optimizer"
        one = one.cpu_parent
    return next((kind for part, kind in _KINDS if part in event.name.lower() and "aten::" in event.name), None)


def _operations(action: Callable[[], object]) -> int:
    with FlopCounterMode(display=False) as counter:
        action()
    return int(counter.get_total_flops())


def _seconds(action: Callable[[], object], at_least: float = 0.15) -> float:
    begun, count = time.perf_counter(), 0
    while (spent := time.perf_counter() - begun) < at_least:
        action()
        count += 1
    return spent / count


def main() -> None:
    """Measure in turns; print rates, floor and profile, and as the last line the share of the convolution rate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", default="swift")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg")
    asked = parser.parse_args()
    keep_memory()  # as the command line does
    with machine.prepared(machine.available_threads()):
        trainer = trainer_of(asked.network)

        def step() -> None:
            trainer.take_step(10**6)

        measured = {"step": (step, _operations(step)), "matrix product": matrix_product()} | {
            f"convolution {channels} x {side} x {side}": convolution(channels, side) for channels, side in _SHAPES
        }
        rates: dict[str, list[float]] = {name: [] for name in measured}
        for _ in range(_ROUNDS):
            for name, (action, operations) in measured.items():
                rates[name].append(operations / _seconds(action) / 1e9)
        spent = profile_of(trainer)
    operations = measured["step"][1]
    convolutions = [name for name in rates if name.startswith("convolution")]
    best = max(statistics.median(rates[name]) for name in rates if name != "step")
    milliseconds = operations / statistics.median(rates["step"]) / 1e6
    floor = operations / best / 1e6
    print(
        f"a step of {asked.network}: {trainer.config.batch_size} pictures, {operations / 1e9:.2f} Gflop in its layers"
    )
    for name, values in rates.items():
        print(f"{name:>26}: {_summary(values)} Gflop/s")
    print(f"a step takes {milliseconds:.1f} ms; its floor at {best:.0f} Gflop/s is {floor:.1f} ms")
    print(f"so the floor of a minute of steps is {60 * floor / milliseconds:.0f} s")
    for kind, took in spent.items():
        print(f"{kind:>26}: {took:6.2f} ms, {100 * took / sum(spent.values()):4.1f} %")
    if asked.picture:
        asked.picture.write_text(picture(asked.network, spent, floor), encoding="utf-8")
    of_products = [100 * ours / theirs for ours, theirs in zip(rates["step"], rates["matrix product"], strict=True)]
    print(f"share of the machine's rate in matrix products: {_summary(of_products)} %")
    fastest = [max(of_shapes) for of_shapes in zip(*(rates[name] for name in convolutions), strict=True)]
    shares = [100 * ours / theirs for ours, theirs in zip(rates["step"], fastest, strict=True)]
    print(f"share of the machine's convolution rate: {_summary(shares)} %")


def picture(network: str, spent: dict[str, float], floor: float) -> str:
    """The profile as a bar from left to right, in milliseconds, with the floor as a line. SVG, light and dark."""
    width, left, total = 720.0, 20.0, sum(spent.values())
    parts, x = [], left
    for row, ((kind, took), colour) in enumerate(zip(spent.items(), _COLOURS, strict=False)):
        wide = width * took / total
        parts.append(f'<rect x="{x:.1f}" y="56" width="{wide:.1f}" height="44" fill="{colour}"/>')
        column, line = divmod(row, 3)
        at, below = left + column * 250, 140 + line * 24
        parts.append(f'<rect x="{at:.0f}" y="{below - 11}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{at + 20:.0f}" y="{below}">{html.escape(kind)}: {took:.1f} ms</text>')
        x += wide
    at = left + width * floor / total
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 205" role="img" font-family="system-ui, sans-serif" '
        f'font-size="14"><title>Where a training step of {html.escape(network)} spends its {total:.1f} ms</title>'
        "<style>text{fill:#222}line{stroke:#222}@media (prefers-color-scheme:dark){text{fill:#ddd}line{stroke:#ddd}}"
        f'</style><text x="{left}" y="22" font-weight="600">A step of {html.escape(network)}: {total:.1f} ms</text>'
        f'{"".join(parts)}<line x1="{at:.1f}" x2="{at:.1f}" y1="46" y2="106" stroke-width="2"/>'
        f'<text x="{at + 6:.1f}" y="48">multiply-adds alone: {floor:.1f} ms</text></svg>\n'
    )


def _summary(values: list[float]) -> str:
    low, *_, high = sorted(values)
    return f"{statistics.median(values):6.1f} (from {low:.1f} to {high:.1f}, {len(values)} rounds)"


if __name__ == "__main__":
    main()
