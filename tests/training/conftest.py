"""A network with everything that carries state, and a trainer for it on the tiny data set."""

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn

from convlens.config import RunConfig
from convlens.images.dataset import ImageData
from convlens.training.loop import Trainer
from convlens.training.state import TrainingState

CPU = torch.device("cpu")


class SmallNet(nn.Module):
    """Convolutions in channels-last layout, batch norm, dropout, a learned number: all kinds of state."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 3, stride=2, padding=1)  # (N, 6, 4, 4)
        self.norm = nn.BatchNorm2d(6)
        self.conv2 = nn.Conv2d(6, 5, 3)  # (N, 5, 2, 2)
        self.dropout = nn.Dropout(0.3)
        self.output = nn.Linear(20, 3)
        self.scale = nn.Parameter(torch.ones(()))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        conv1 = self.norm(self.conv1(x)).relu()
        conv2 = self.conv2(conv1).relu()
        return self.output(self.dropout(conv2.flatten(1))) * self.scale, {"conv1": conv1, "conv2": conv2}


MakeTrainer = Callable[..., Trainer]


@pytest.fixture(autouse=True)
def callers_random_state() -> Iterator[None]:
    """Training seeds the global generator at each step; the other tests should not notice."""
    with torch.random.fork_rng():
        yield


@pytest.fixture
def make_trainer(tiny_data: ImageData) -> MakeTrainer:
    """Make a trainer before its first step; `weights` is the seed of the initial weights."""

    def make(config: RunConfig, *, weights: int = 0, data: ImageData = tiny_data) -> Trainer:
        assert config.steps is not None
        torch.manual_seed(weights)
        return Trainer(config, data, TrainingState.fresh(config, SmallNet(), config.steps, data.train.size), CPU)

    return make
