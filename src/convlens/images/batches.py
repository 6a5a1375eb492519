"""The order in which pictures are trained on. Batches are cut from tensors in memory: no loader is as fast."""

import torch
from torch import Tensor

from convlens import seeds


def steps_per_epoch(size: int, batch_size: int) -> int:
    """The number of whole batches in `size` pictures; a rest that fills none waits for another epoch's order."""
    return max(size // batch_size, 1)


def order(size: int, seed: int, epoch: int) -> Tensor:
    """The order of `size` pictures in an epoch: int64 (size,), a pure function of (seed, epoch)."""
    return torch.randperm(size, generator=seeds.generator(seed, "order", epoch))
