"""The exercise's network has the sizes that were worked out by hand."""

import pytest
import torch

from convlens.networks import Lecture


def test_3136_neurons_reach_the_classifier() -> None:
    network = Lecture()
    _, maps = network(torch.zeros(2, 1, 28, 28))
    assert maps["pool2"].shape == (2, 64, 7, 7)
    assert 64 * 7 * 7 == 3136 == network.hidden.in_features


def test_the_parameters_are_those_counted_by_hand() -> None:
    convolutions = (32 * 1 * 3 * 3 + 32) + (64 * 32 * 3 * 3 + 64)  # 320 + 18,496
    linear = (3136 * 128 + 128) + (128 * 10 + 10)  # 401,536 + 1,290
    assert sum(p.numel() for p in Lecture().parameters()) == convolutions + linear == 421_642


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [*range(8, 33), 47, 64])
def test_it_takes_every_size_and_grey_or_colour(size: int, channels: int) -> None:
    network = Lecture(channels=channels, size=size, classes=7)
    logits, maps = network(torch.zeros(2, channels, size, size))
    assert logits.shape == (2, 7)
    assert maps["conv1"].shape == (2, 32, size, size)
    assert maps["pool1"].shape == (2, 32, size // 2, size // 2)
    assert maps["pool2"].shape == (2, 64, size // 4, size // 4)


def test_the_feature_maps_are_named_in_the_order_they_are_made() -> None:
    _, maps = Lecture()(torch.zeros(1, 1, 28, 28))
    assert list(maps) == ["conv1", "pool1", "conv2", "pool2", "hidden"]


def test_activations_are_never_negative() -> None:
    _, maps = Lecture()(torch.randn(4, 1, 28, 28, generator=torch.Generator().manual_seed(0)))
    assert all((value >= 0).all() for value in maps.values())


def test_dropout_silences_while_training_only() -> None:
    network = Lecture(size=8, dropout=0.5)
    x = torch.randn(4, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    assert not torch.equal(network.train()(x)[0], network(x)[0])
    assert torch.equal(network.eval()(x)[0], network(x)[0])


def test_every_parameter_learns() -> None:
    network = Lecture(size=8, dropout=0.0)
    network(torch.randn(4, 1, 8, 8, generator=torch.Generator().manual_seed(0)))[0].square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())
