"""Small networks for the page's tests."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from convlens.byhand.recording import record
from convlens.web.graph import Program, program_of


class Does(nn.Module):
    """A network that does what it is told to.

    Args:
        forward: given the layers' owner and the picture.
        layers: by name.
    """

    def __init__(self, forward: Callable[[Any, Tensor], Tensor], **layers: nn.Module) -> None:
        super().__init__()
        self.does = forward
        for name, layer in layers.items():
            self.add_module(name, layer)

    def forward(self, x: Tensor) -> Tensor:
        return self.does(self, x)


def picture(*shape: int) -> Tensor:
    """Noise of a shape, (1, C, H, W) as a rule."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def programmed(network: nn.Module, *shape: int) -> Program:
    """The program of a network for pictures (C, H, W), of 4 x 6 x 6 unless told otherwise."""
    return program_of(record(network, picture(1, *(shape or (4, 6, 6)))), network.state_dict())
