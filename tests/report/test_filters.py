import numpy as np
import torch
from torch import nn

from convlens.report.filters import MINUS, PLUS, first_filters
from tests.report.test_pictures import decode


def network_with(weights: torch.Tensor) -> nn.Module:
    layer = nn.Conv2d(weights.shape[1], weights.shape[0], tuple(weights.shape[2:]))  # type: ignore[arg-type]
    layer.weight.data = weights
    return nn.Sequential(nn.Identity(), layer, nn.ReLU(), nn.Conv2d(weights.shape[0], 2, 1))


def test_the_sign_is_the_colour_and_the_size_the_opacity() -> None:
    filters = first_filters(network_with(torch.tensor([[[[2.0, -1.0], [0.0, 0.5]]]])))
    assert filters is not None
    assert (filters.layer, filters.count, filters.height, filters.width) == ("1", 1, 2, 2)
    assert filters.largest == 2.0
    pixels = np.asarray(decode(filters.tiles[0]))
    assert pixels[0, 0].tolist() == [*PLUS, 255]
    assert pixels[0, 1].tolist() == [*MINUS, 128]
    assert pixels[1, 0, 3] == 0
    assert pixels[1, 1].tolist() == [*PLUS, 64]


def test_filters_of_colour_pictures_are_colours_around_grey() -> None:
    weights = torch.zeros(1, 3, 1, 2)
    weights[0, 0, 0, 0], weights[0, 2, 0, 0] = 1.0, -1.0
    filters = first_filters(network_with(weights))
    assert filters is not None
    assert filters.in_colour
    assert np.asarray(decode(filters.tiles[0]))[0].tolist() == [[255, 128, 0], [128, 128, 128]]


def test_filters_of_other_inputs_are_drawn_as_their_mean() -> None:
    weights = torch.stack([torch.full((1, 1), value) for value in (3.0, -1.0)])[None]
    filters = first_filters(network_with(weights))
    assert filters is not None
    assert (filters.channels, filters.in_colour, filters.largest) == (2, False, 1.0)


def test_weights_of_zero_are_blank() -> None:
    filters = first_filters(network_with(torch.zeros(1, 1, 3, 3)))
    assert filters is not None
    assert not np.asarray(decode(filters.tiles[0]))[..., 3].any()


def test_only_the_first_of_many_are_drawn() -> None:
    filters = first_filters(network_with(torch.randn(100, 1, 3, 3, generator=torch.Generator().manual_seed(0))))
    assert filters is not None
    assert (filters.count, len(filters.tiles)) == (100, 64)


def test_a_network_without_a_convolution_has_none() -> None:
    assert first_filters(nn.Sequential(nn.Flatten(), nn.Linear(4, 2))) is None
