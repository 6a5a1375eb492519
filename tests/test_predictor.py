"""The one path from pictures to probabilities."""

import pytest
import torch
from torch import Tensor, nn

from convlens.images.dataset import ImageData
from convlens.networks import Lecture
from convlens.predictor import Predictor, normalise


class Plain(nn.Module):
    """Batch norm, dropout and a linear layer; returns nothing but logits."""

    def __init__(self, pixels: int = 64, classes: int = 3) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(1)
        self.dropout = nn.Dropout(0.5)
        self.output = nn.Linear(pixels, classes)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.output(self.dropout(self.norm(x)).flatten(1))
        return logits


class FailingNet(Plain):
    """Fails on every batch."""

    def forward(self, x: Tensor) -> Tensor:
        raise RuntimeError("no")


def pictures(n: int, channels: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(n)
    return torch.randint(0, 256, (n, channels, 8, 8), generator=generator, dtype=torch.uint8)


@pytest.fixture
def network() -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Lecture(size=8, classes=3)


def test_normalising_is_dividing_by_255_subtracting_the_mean_and_dividing_by_the_deviation() -> None:
    mean, std = torch.tensor([0.3, 0.5, 0.7]), torch.tensor([0.2, 0.3, 0.1])
    images = pictures(5, channels=3)
    expected = (images.double() / 255 - mean[:, None, None]) / std[:, None, None]
    normal = normalise(images, mean, std)
    assert normal.dtype == torch.float32
    torch.testing.assert_close(normal.double(), expected, rtol=0, atol=2e-6)


def test_normalised_training_pictures_have_mean_zero_and_deviation_one(tiny_data: ImageData) -> None:
    mean, std = (torch.tensor(values) for values in tiny_data.mean_and_std)
    normal = normalise(tiny_data.train.images, mean, std).double()
    assert normal.mean().item() == pytest.approx(0, abs=1e-5)
    assert normal.std(correction=0).item() == pytest.approx(1, abs=1e-5)


def test_normalising_leaves_the_pictures_as_they_were() -> None:
    images = pictures(2)
    before = images.clone()
    normalise(images, torch.tensor([0.5]), torch.tensor([0.5]))
    assert torch.equal(images, before)


@pytest.mark.parametrize("n", [1, 249, 250, 251, 600])
def test_logits_are_the_networks_own_however_many_pictures(network: nn.Module, n: int) -> None:
    predictor = Predictor(network, mean=[0.5], std=[0.25])
    with torch.no_grad():
        expected, _ = network.eval()(normalise(pictures(n), torch.tensor([0.5]), torch.tensor([0.25])))
    logits = predictor.logits(pictures(n))
    assert logits.dtype == torch.float32
    torch.testing.assert_close(logits, expected)


def test_no_pictures_give_no_logits(network: nn.Module) -> None:
    assert Predictor(network, mean=[0.5], std=[0.25]).logits(pictures(0)).shape == (0, 3)


def test_a_network_may_return_nothing_but_logits() -> None:
    network = Plain()
    logits = Predictor(network, mean=[0.5], std=[0.25]).logits(pictures(4))
    normal = normalise(pictures(4), torch.tensor([0.5]), torch.tensor([0.25]))
    torch.testing.assert_close(logits, network.eval()(normal).detach())


def test_probabilities_are_positive_and_sum_to_one(network: nn.Module) -> None:
    probabilities = Predictor(network, mean=[0.5], std=[0.25]).probabilities(pictures(9))
    assert (probabilities >= 0).all()
    torch.testing.assert_close(probabilities.sum(dim=1), torch.ones(9))


@pytest.mark.parametrize("mode", [True, False])
def test_the_mode_of_the_network_is_left_as_it_was(mode: bool) -> None:
    network = Plain().train(mode)
    Predictor(network, mean=[0.5], std=[0.25]).logits(pictures(4))
    assert all(module.training == mode for module in network.modules())


def test_the_mode_is_restored_after_an_error() -> None:
    network = FailingNet().train()
    with pytest.raises(RuntimeError, match="no"):
        Predictor(network, mean=[0.5], std=[0.25]).logits(pictures(1))
    assert network.training


def test_predicting_neither_drops_out_nor_moves_running_means() -> None:
    network = Plain().train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    predictor = Predictor(network, mean=[0.5], std=[0.25])
    assert torch.equal(predictor.logits(pictures(20)), predictor.logits(pictures(20)))
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_mirrored_prediction_is_the_mean_of_both_views(network: nn.Module) -> None:
    plain = Predictor(network, mean=[0.5], std=[0.25])
    expected = (plain.logits(pictures(5)) + plain.logits(pictures(5).flip(-1))) / 2
    mirrored = Predictor(network, mean=[0.5], std=[0.25], mirror=True)
    torch.testing.assert_close(mirrored.logits(pictures(5)), expected)
    torch.testing.assert_close(mirrored.logits(pictures(5).flip(-1)), expected)
