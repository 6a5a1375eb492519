"""Shared layers do what PyTorch's own do to the whole batch. Two processes are tried in tests/cli/test_torchrun.py."""

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, distributed, nn

from convlens.training.shared_layers import share_layers


@pytest.fixture
def group(tmp_path: Path) -> Iterator[None]:
    """A group of one process: its share is the whole batch."""
    distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/meeting", rank=0, world_size=1)
    yield
    distributed.destroy_process_group()


def whole(rows: Tensor) -> Tensor:
    return rows


def picture_network(norm: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Conv2d(2, 4, 3), norm, nn.ReLU(), nn.Flatten(), nn.Linear(4 * 9, 3), nn.BatchNorm1d(3))


@pytest.mark.usefixtures("group")
@pytest.mark.parametrize(
    "norm",
    [
        nn.BatchNorm2d(4),
        nn.BatchNorm2d(4, affine=False),
        nn.BatchNorm2d(4, track_running_stats=False),
        nn.BatchNorm2d(4, momentum=None),  # PyTorch's way to ask for a plain mean
        nn.BatchNorm2d(4, eps=0.1, momentum=0.3),
    ],
)
def test_batch_norm_is_pytorchs(norm: nn.Module) -> None:
    plain = picture_network(norm)
    shared = share_layers(copy.deepcopy(plain), whole)
    generator = torch.Generator().manual_seed(0)
    for _ in range(3):
        x = torch.randn(6, 2, 5, 5, generator=generator) * 3 + 1
        inputs = x.clone().requires_grad_(), x.clone().requires_grad_()
        for network, given in zip((plain, shared), inputs, strict=True):
            network.zero_grad()
            network(given).pow(3).sum().backward()
        torch.testing.assert_close(inputs[1].grad, inputs[0].grad, rtol=1e-3, atol=1e-4)
        for learned, expected in zip(shared.parameters(), plain.parameters(), strict=True):
            torch.testing.assert_close(learned.grad, expected.grad, rtol=1e-3, atol=1e-4)
    for followed, buffer in zip(shared.buffers(), plain.buffers(), strict=True):
        torch.testing.assert_close(followed, buffer)
    x = torch.randn(6, 2, 5, 5, generator=generator)
    torch.testing.assert_close(shared.eval()(x), plain.eval()(x))


@pytest.mark.usefixtures("group")
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("layer", [nn.Dropout(0.3), nn.Dropout2d(0.5), nn.Dropout(0.4, inplace=True)])
def test_dropout_silences_what_pytorchs_would(layer: nn.Module, layout: torch.memory_format) -> None:
    shared = share_layers(nn.Sequential(copy.deepcopy(layer)), whole)
    x = torch.rand(4, 6, 5, 3).contiguous(memory_format=layout)
    torch.manual_seed(5)
    expected = layer(x.clone(memory_format=torch.preserve_format))
    torch.manual_seed(5)
    torch.testing.assert_close(shared(x), expected)
    assert (expected == 0).any()
    assert torch.equal(shared.eval()(x), x)


def test_a_layer_that_stands_in_two_places_is_shared_in_both() -> None:
    dropout = nn.Dropout(0.5)
    network = share_layers(nn.Sequential(nn.Linear(2, 2), dropout, nn.Sequential(nn.Linear(2, 2), dropout)), whole)
    assert not [layer for layer in (network[1], network[2][1]) if isinstance(layer, nn.Dropout)]  # type: ignore[index]
