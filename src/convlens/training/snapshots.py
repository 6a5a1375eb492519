"""Snapshots: the weights as they were at a dozen moments of a run, small, for whoever wants to see it learn."""

import math
from collections.abc import Iterable
from pathlib import Path

import torch
from torch import nn

from convlens.files import sync_folder, write_atomically
from convlens.training.checkpoint import to_bytes

LARGEST = 2_000_000
"""Parameters of a network whose snapshots are still small files: 4 MB each."""
MOST = 12
"""In a run: the weights before the first step, and after at most eleven validations."""


def are_kept(network: nn.Module) -> bool:
    """Whether a network is small enough for snapshots."""
    return sum(parameter.numel() for parameter in network.parameters()) <= LARGEST


def snapshot_steps(validations: Iterable[int]) -> frozenset[int]:
    """After which steps to keep one: 0, and evenly spread validations with the last among them."""
    steps = sorted(validations)
    times = min(MOST - 1, len(steps))
    return frozenset({0, *(steps[math.ceil(len(steps) * (index + 1) / times) - 1] for index in range(times))})


def save(path: Path, network: nn.Module) -> None:
    """Write a network's parameters and running means as float16; the same weights give the same bytes."""
    if not path.parent.exists():
        path.parent.mkdir()
        sync_folder(path.parent.parent)
    largest = torch.finfo(torch.float16).max  # a running variance may lie beyond
    state = network.state_dict().items()
    tensors = {name: value.clamp(-largest, largest).half() for name, value in state if value.is_floating_point()}
    write_atomically(path, to_bytes(tensors))
