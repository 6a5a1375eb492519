"""Networks by name: initial weights depend on the seed alone, and a wrong name is told plainly."""

from pathlib import Path

import pytest
import torch
from torch import nn

from convlens import networks
from convlens.errors import NetworkError
from convlens.networks import Lecture, logits_of

GREY = (1, 8, 8)


def build(name: str, seed: int = 0) -> nn.Module:
    return networks.build(name, GREY, 3, dropout=0.25, seed=seed)


def same_weights(first: nn.Module, second: nn.Module) -> bool:
    return all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


@pytest.fixture
def own(tmp_path: Path) -> str:
    (tmp_path / "own.py").write_text(
        "from torch import nn\n"
        "class Net(nn.Sequential):\n"
        "    def __init__(self):\n"
        "        super().__init__(nn.Flatten(), nn.BatchNorm1d(64), nn.Dropout(0.5), nn.Linear(64, 3))\n"
    )
    return f"{tmp_path / 'own.py'}:Net"


def test_the_options_reach_the_network() -> None:
    network = build("lecture")
    assert isinstance(network, Lecture)
    assert (network.conv1.in_channels, network.output.out_features, network.dropout.p) == (1, 3, 0.25)


@pytest.mark.parametrize("name", ["lecture", "own"])
def test_the_initial_weights_depend_on_the_seed_alone(name: str, own: str) -> None:
    name = own if name == "own" else name
    first = build(name, seed=5)
    torch.rand(3)
    assert same_weights(first, build(name, seed=5))
    assert not same_weights(first, build(name, seed=6))


@pytest.mark.parametrize("name", ["lecture", "own"])
def test_the_global_generator_is_left_alone(name: str, own: str) -> None:
    before = torch.get_rng_state()
    build(own if name == "own" else name)
    assert torch.equal(torch.get_rng_state(), before)


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(NetworkError, match=r"no network 'lectur'; there are swift, lecture and FILE\.py:Class"):
        build("lectur")


def test_logits_come_with_or_without_feature_maps() -> None:
    x = torch.zeros(2, 1, 8, 8)
    network = Lecture(size=8, classes=3).eval()
    assert torch.equal(logits_of(network, x), network(x)[0])
    plain = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
    assert torch.equal(logits_of(plain, x), plain(x))
