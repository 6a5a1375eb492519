import random
from typing import TypeVar

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - as everyone calls it

from convlens.byhand.pixels import (
    Combined,
    Given,
    Moved,
    PixelExplanation,
    Pooled,
    WeightedSum,
    explain,
    explain_pixel,
    layers,
    record,
)
from convlens.byhand.recording import Recording
from convlens.errors import ConfigError, DataError
from convlens.networks import Lecture, Swift

Network = TypeVar("Network", bound=nn.Module)


def lived_in(network: Network, shape: tuple[int, int, int], seed: int = 0) -> tuple[Network, Tensor]:
    """The network with random running statistics and affine weights, in float64, and a picture for it."""
    generator = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d) and module.running_mean is not None and module.running_var is not None:
            module.running_mean.normal_(generator=generator)
            module.running_var.uniform_(0.5, 2, generator=generator)
            for parameter in module.parameters():
                nn.init.normal_(parameter, generator=generator)
    return network.double(), torch.randn(1, *shape, generator=generator, dtype=torch.float64)


def assert_worked_out(recording: Recording, count: int = 12) -> list[PixelExplanation]:
    """Compare random values of every operation with PyTorch's; return how each was worked out."""
    chance = random.Random(0)
    all_explained = []
    for label, shape in layers(recording):
        for _ in range(count):
            channel, *at = (chance.randrange(length) for length in shape)
            explained = explain(recording, label, tuple(at), channel)
            assert explained.value == pytest.approx(explained.computed, rel=1e-9, abs=1e-11), label
            all_explained.append(explained)
    return all_explained


@pytest.mark.parametrize("kind", [Swift, Lecture])
@pytest.mark.parametrize(("channels", "size"), [(1, 28), (3, 41)])
def test_every_value_of_the_shipped_networks(kind: type[Swift | Lecture], channels: int, size: int) -> None:
    network, picture = lived_in(kind(channels, size, 7), (channels, size, size))
    for explained in assert_worked_out(record(network, picture)):
        assert explained.kind == "picture" or not isinstance(explained.core, Given)


class Idioms(nn.Module):
    """What people write: functions, branches, groups, padding modes, reused layers, odd options."""

    def __init__(self) -> None:
        super().__init__()
        self.reflect = nn.Conv2d(2, 6, 3, padding=1, padding_mode="reflect")
        self.grouped = nn.Conv2d(6, 12, 3, padding="same", dilation=2, groups=3, bias=False)
        self.again = nn.Conv2d(12, 12, 2, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(12, affine=False)
        self.own_statistics = nn.BatchNorm2d(24, track_running_stats=False)
        self.leaky = nn.LeakyReLU(0.2)
        self.hat = nn.MaxPool2d(3, 2, padding=1, ceil_mode=True)
        self.mean = nn.AvgPool2d(3, 2, padding=1, ceil_mode=True, count_include_pad=False)
        self.squeeze = nn.AdaptiveAvgPool2d((3, 2))
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(144, 20), nn.ReLU6(), nn.Linear(20, 4))

    def forward(self, x: Tensor) -> Tensor:
        x = self.leaky(self.reflect(x))
        x = torch.tanh(self.grouped(x))
        y = self.again(x)
        y = y + 0.5 * self.norm(self.again(x))
        y += 1 - y
        z = torch.cat([self.hat(y), self.mean(y)], dim=1)
        z = F.silu(self.own_statistics(z)) - z.mean((2, 3), keepdim=True)
        z = F.pad(z, (1, 0, 2, 0))
        return F.log_softmax(self.head(self.squeeze(F.elu(z)).relu_()), dim=1)


def test_idioms_of_own_networks() -> None:
    network, picture = lived_in(Idioms(), (2, 13, 11))
    all_explained = assert_worked_out(record(network, picture))
    assert {type(explained.core) for explained in all_explained} == {WeightedSum, Pooled, Combined, Moved, Given}


def test_an_average_pooling_that_hangs_over_the_edge() -> None:
    network = nn.Sequential(nn.AvgPool2d(3, 2, padding=1, ceil_mode=True), nn.AvgPool2d(2, 3, divisor_override=3))
    recording = record(network, torch.randn(1, 1, 12, 9, dtype=torch.float64))
    for row in range(recording.operations[1].output.shape[2]):
        for column in range(recording.operations[1].output.shape[3]):
            explained = explain(recording, "0", (row, column), 0)
            assert explained.value == pytest.approx(explained.computed, rel=1e-12), (row, column)
    assert explain(recording, "1", (1, 0), 0).value == pytest.approx(float(recording.operations[2].output[0, 0, 1, 0]))


def test_a_convolution_is_products_bias_and_activation() -> None:
    network, picture = lived_in(Lecture(), (1, 28, 28))
    explained = explain_pixel(network, picture[0], "conv2", (0, 7), 3)
    assert isinstance(explained.core, WeightedSum)
    assert explained.core.values.shape == explained.core.weights.shape == (32, 3, 3)
    assert explained.core.padded.tolist() == [[True] * 3, [False] * 3, [False] * 3]
    assert network.conv2.bias is not None
    assert explained.core.bias == network.conv2.bias[3].item()
    assert (explained.reads, explained.next_layer) == (("pool1",), "pool2")
    (relu,) = explained.changes
    assert (relu.formula, relu.before, relu.after) == ("max(0, x)", explained.core.value, max(0, explained.core.value))
    _, maps = network(picture)
    assert explained.value == pytest.approx(maps["conv2"][0, 3, 0, 7].item(), abs=1e-12)


def test_a_norm_is_told_as_scale_and_shift() -> None:
    network, picture = lived_in(Swift(), (1, 28, 28))
    norm, relu = explain_pixel(network, picture, "pool1", (2, 3), 5).changes
    assert norm.normalisation is not None
    assert norm.after == norm.normalisation.scale * norm.before + norm.normalisation.shift
    assert (norm.label, relu.label) == ("norm1", "relu")


def test_names_of_layers_and_of_what_follows_them() -> None:
    recording = record(*lived_in(Swift(), (1, 28, 28)))
    assert explain(recording, "conv2.max_pool2d", (2, 2), 1).kind == "max_pool2d"
    assert explain(recording, "conv2.relu", (1, 1), 1).changes[-1].label == "relu:2"
    assert explain(recording, "norm3", (), 1).next_layer == "relu:3"
    assert explain(recording, "output", (), 9).core.value == pytest.approx(recording.operations[-1].output[0, 9].item())


def test_a_neuron_of_a_flattened_map_keeps_its_place() -> None:
    recording = record(*lived_in(Lecture(), (1, 28, 28)))
    core = explain(recording, "flatten", (), 2 * 49 + 3 * 7 + 4).core
    assert isinstance(core, Moved)
    assert (core.name, core.index) == ("pool2", (2, 3, 4))
    hidden = explain(recording, "hidden", (), 0).core
    assert isinstance(hidden, WeightedSum)
    assert hidden.values.shape == (64, 7, 7)


def test_what_is_changed_through_a_view_is_not_mistaken_for_its_old_value() -> None:
    class ThroughView(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 2, 3)
            self.last = nn.Conv2d(2, 1, 1)

        def forward(self, x: Tensor) -> Tensor:
            x = self.conv(x)
            x[:, :1].mul_(2.0)
            result: Tensor = self.last(x)
            return result

    recording = record(*lived_in(ThroughView(), (1, 6, 6)))
    explained = explain(recording, "last", (1, 1), 0)
    assert explained.value == pytest.approx(explained.computed, rel=1e-12)
    assert explained.field.rows == (0, 5)  # not known any more, so all of it


def test_the_network_is_left_as_it_was() -> None:
    network = Swift().train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    explain_pixel(network, torch.randn(1, 28, 28), "conv1", (0, 0), 0)
    assert network.training
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert not network.conv1._forward_hooks


@pytest.mark.parametrize(
    ("layer", "at", "channel", "part"),
    [
        ("conv9", (0, 0), 0, "it has picture (1 x 28 x 28), conv1 (32 x 28 x 28)"),
        ("conv1.max_pool3d", (0, 0), 0, "no layer"),
        ("conv1", (), 0, "needs a row and a column"),
        ("output", (0, 0), 0, "only a channel"),
        ("conv1", (28, 0), 0, "row goes from 0 to 27"),
        ("conv1", (0, -1), 0, "column"),
        ("output", (), 10, "channel goes from 0 to 9"),
    ],
)
def test_says_what_can_be_asked_for(layer: str, at: tuple[int, ...], channel: int, part: str) -> None:
    with pytest.raises(ConfigError) as caught:
        explain_pixel(Lecture(), torch.zeros(1, 28, 28), layer, at, channel)
    assert part in str(caught.value)


def test_takes_one_picture_only() -> None:
    with pytest.raises(DataError, match=r"\(2, 1, 28, 28\)"):
        explain_pixel(Lecture(), torch.zeros(2, 1, 28, 28), "conv1", (0, 0), 0)
