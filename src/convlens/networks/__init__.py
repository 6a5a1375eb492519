"""Networks: each file one, each class a plain `nn.Module` that returns logits and named feature maps."""

import torch
from torch import Tensor, nn

from convlens.errors import NetworkError
from convlens.networks.lecture import Lecture
from convlens.networks.own import build_own, check_on_one_batch, is_own
from convlens.networks.swift import Swift

_SHIPPED: dict[str, type[Lecture] | type[Swift]] = {"swift": Swift, "lecture": Lecture}

__all__ = ["Lecture", "Swift", "build", "logits_of"]


def build(
    network: str, picture_shape: tuple[int, int, int], classes: int, *, dropout: float | None, seed: int
) -> nn.Module:
    """Make a network with initial weights that depend on the seed alone.

    Args:
        network: the name of a shipped network, or FILE.py:Class.
        picture_shape: (C, H, W) of the pictures; H equals W.
        classes: K, the number of classes.
        dropout: the share of neurons silenced while training; None is the network's own default.
        seed: of the initial weights.

    Raises:
        NetworkError: there is no such network, or it does not answer as a classifier should.
    """
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        if is_own(network):
            module = build_own(network, picture_shape, classes, dropout)
            check_on_one_batch(module, picture_shape, classes)
            return module
        if network not in _SHIPPED:
            raise NetworkError(f"There is no network {network!r}; there are {', '.join(_SHIPPED)} and FILE.py:Class.")
        channels, size, _ = picture_shape
        shape = {"channels": channels, "size": size, "classes": classes}
        return _SHIPPED[network](**shape) if dropout is None else _SHIPPED[network](**shape, dropout=dropout)


def logits_of(network: nn.Module, images: Tensor) -> Tensor:
    """The logits (N, K) of normalised pictures (N, C, H, W), from networks with and without feature maps."""
    answer = network(images)
    logits: Tensor = answer[0] if isinstance(answer, tuple) else answer
    return logits
