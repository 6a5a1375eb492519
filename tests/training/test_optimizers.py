"""Optimizers are PyTorch's own; what has one dimension is not decayed."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn, optim

from convlens.config import RunConfig
from convlens.networks import Lecture
from convlens.training.optimizers import make_optimizer

Configure = Callable[..., RunConfig]


def names_by_decay(network: nn.Module, optimizer: optim.Optimizer) -> dict[float, set[str]]:
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    return {group["weight_decay"]: {names[id(p)] for p in group["params"]} for group in optimizer.param_groups}


@pytest.mark.parametrize(("name", "kind"), [("sgd", optim.SGD), ("adam", optim.Adam), ("adamw", optim.AdamW)])
def test_the_optimizer_is_pytorchs_own_with_the_rate_asked_for(
    configure: Configure, name: str, kind: type[optim.Optimizer]
) -> None:
    optimizer = make_optimizer(configure(optimizer=name, learning_rate=0.125), Lecture(size=8))
    assert type(optimizer) is kind
    assert {group["lr"] for group in optimizer.param_groups} == {0.125}


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw"])
def test_biases_and_normalisation_are_not_decayed(configure: Configure, name: str) -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(8, 3))
    optimizer = make_optimizer(configure(optimizer=name, weight_decay=0.01), network)
    assert names_by_decay(network, optimizer) == {
        0.01: {"0.weight", "3.weight"},
        0.0: {"0.bias", "1.weight", "1.bias", "3.bias"},
    }


def test_a_step_without_gradient_shrinks_weights_and_leaves_biases(configure: Configure) -> None:
    network = nn.Linear(2, 2)
    before = [p.detach().clone() for p in (network.weight, network.bias)]
    optimizer = make_optimizer(configure(optimizer="sgd", weight_decay=0.5, learning_rate=0.1, momentum=0.0), network)
    for parameter in network.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    torch.testing.assert_close(network.weight.detach(), before[0] * (1 - 0.1 * 0.5))
    assert torch.equal(network.bias, before[1])


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_momentum_is_nesterovs_or_none(configure: Configure, momentum: float) -> None:
    optimizer = make_optimizer(configure(optimizer="sgd", momentum=momentum), Lecture(size=8))
    assert {(group["momentum"], group["nesterov"]) for group in optimizer.param_groups} == {(momentum, momentum > 0)}


def test_frozen_parameters_are_left_out(configure: Configure) -> None:
    network = nn.Sequential(nn.Linear(2, 2).requires_grad_(False), nn.Linear(2, 2))
    assert names_by_decay(network, make_optimizer(configure(weight_decay=0.1), network)) == {
        0.1: {"1.weight"},
        0.0: {"1.bias"},
    }


class Scale(nn.Module):
    """A single learned number."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale


def test_a_network_with_only_undecayed_parameters_has_one_group(configure: Configure) -> None:
    assert len(make_optimizer(configure(weight_decay=0.1), Scale()).param_groups) == 1
