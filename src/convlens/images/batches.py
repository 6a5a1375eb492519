"""Batches by indexing tensors that are already in memory: faster here than any loader with worker processes."""

import torch
from torch import Tensor

from convlens import seeds
from convlens.images.dataset import Split


def steps_per_epoch(size: int, batch_size: int) -> int:
    """The number of whole batches in `size` pictures; a rest that fills none waits for another epoch's order."""
    return max(size // batch_size, 1)


def order(size: int, seed: int, epoch: int) -> Tensor:
    """The order of `size` pictures in an epoch: int64 (size,), a pure function of (seed, epoch)."""
    return torch.randperm(size, generator=seeds.generator(seed, "order", epoch))


def batch(split: Split, order_of_epoch: Tensor, index: int, batch_size: int) -> tuple[Split, Tensor]:
    """Batch number `index` of an epoch, and the pictures' numbers (N,) in the split."""
    chosen = order_of_epoch[index * batch_size : (index + 1) * batch_size].to(split.labels.device)
    return Split(split.images[chosen], split.labels[chosen]), chosen
