"""Layers for a batch that is spread over several processes: with them it is treated as in one."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd

Share = Callable[[Tensor], Tensor]
"""Cuts this process's share out of (N, ...)."""


def share_layers(network: nn.Module, share: Share) -> nn.Module:
    """Put shared layers in place of the batch norms and dropouts of `network`, and return it."""
    for name, child in network._modules.items():  # where one layer is used twice, named_children() has it once
        if child is None:
            continue
        if isinstance(child, _BatchNorm):
            setattr(network, name, _SharedBatchNorm(child))
        elif isinstance(child, _DropoutNd):
            setattr(network, name, _SharedDropout(child, share))
        else:
            share_layers(child, share)
    return network


class _Mean(torch.autograd.Function):
    """The mean of a tensor over all processes."""

    @staticmethod
    def forward(ctx: Any, local: Tensor) -> Tensor:
        return _mean(local)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        # Each process's loss depends on every process's part of the mean.
        return _mean(gradients[0])


def _mean(local: Tensor) -> Tensor:
    total = local.contiguous().clone()
    distributed.all_reduce(total)
    return total / distributed.get_world_size()


class _SharedBatchNorm(nn.Module):
    """Batch norm with the whole batch's statistics. PyTorch's SyncBatchNorm does the same, on graphics cards only."""

    def __init__(self, plain: _BatchNorm) -> None:
        super().__init__()
        self.plain = plain

    def forward(self, x: Tensor) -> Tensor:
        plain = self.plain
        running_mean, running_var, batches = plain.running_mean, plain.running_var, plain.num_batches_tracked
        if running_mean is not None and not plain.training:
            return plain(x)  # type: ignore[no-any-return]
        places, shape = [0, *range(2, x.ndim)], [1, -1] + [1] * (x.ndim - 2)
        mean = _Mean.apply(x.mean(places))  # type: ignore[no-untyped-call]
        centred = x - mean.view(shape)
        variance = _Mean.apply(centred.square().mean(places))  # type: ignore[no-untyped-call]
        if running_mean is not None and running_var is not None and batches is not None:
            # As PyTorch follows them: the variance without bias; without a momentum, the mean over all batches.
            with torch.no_grad():
                batches += 1
                share = 1 / int(batches) if plain.momentum is None else plain.momentum
                count = x.numel() // x.shape[1] * distributed.get_world_size()
                running_mean.lerp_(mean, share)
                running_var.lerp_(variance * (count / (count - 1)), share)
        y: Tensor = centred * (variance + plain.eps).rsqrt().view(shape)
        return y * plain.weight.view(shape) + plain.bias.view(shape) if plain.affine else y


class _SharedDropout(nn.Module):
    """Dropout that draws for the whole batch and uses its share: what one process with the same seed would silence."""

    def __init__(self, plain: _DropoutNd, share: Share) -> None:
        super().__init__()
        self.plain, self.share = plain, share

    def forward(self, x: Tensor) -> Tensor:
        if not self.plain.training or isinstance(self.plain, nn.AlphaDropout | nn.FeatureAlphaDropout):
            return self.plain(x)  # type: ignore[no-any-return]
        whole = torch.ones_like(x).repeat(distributed.get_world_size(), *[1] * (x.ndim - 1))
        if x.ndim == 4 and x.is_contiguous(memory_format=torch.channels_last):  # masks are drawn in memory's order
            whole = whole.contiguous(memory_format=torch.channels_last)
        return x * self.share(type(self.plain)(self.plain.p)(whole))
