"""Whole networks as the page gets them, recorded and turned into its operations by `convlens.web.graph`."""

import random
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from convlens.byhand.recording import record
from convlens.web.graph import program_of, values_of
from tests.browser.programs import Operation

Place = tuple[int, list[int]]
"""An operation's number, and the index of one of its values."""


class Recorded:
    """A network in evaluation.

    Attributes:
        operations: as in the document.
        weights: those that take part, by name.
    """

    def __init__(self, network: nn.Module, picture: Tensor) -> None:
        self._network = network.eval()
        self._program = program_of(record(network, picture), network.state_dict())
        self.weights = {name: network.state_dict()[name] for name in self._program.weights}
        self.operations: list[Operation] = [
            {
                "id": number,
                "op": node.op,
                "inputs": list(node.inputs),
                "output": list(node.output),
                "options": node.options,
                "weights": node.weights,
                "known": node.unknown is None,
            }
            for number, node in enumerate(self._program.nodes)
        ]

    def values(self, picture: Tensor) -> list[Tensor]:
        """What PyTorch computes for a picture (1, C, H, W)."""
        values = values_of(self._program, record(self._network, picture))
        shapes = [operation["output"] for operation in self.operations]
        parts = values.split([torch.Size(shape).numel() for shape in shapes])
        return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def random_places(operations: Sequence[Operation], chance: random.Random, count: int) -> list[tuple[int, list[int]]]:
    """Some places of each operation's output."""
    return [
        (operation["id"], [chance.randrange(length) for length in operation["output"]])
        for operation in operations
        for _ in range(count)
    ]


def lived_in(network: nn.Module) -> None:
    """In evaluation, with random running statistics and affine weights."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            for weight in (module.running_mean, module.weight.data, module.bias.data):
                assert weight is not None
                weight.normal_()
            assert module.running_var is not None
            module.running_var.uniform_(0.5, 2)
    network.eval()
