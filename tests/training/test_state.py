"""The training state survives the way to a checkpoint and back, bit for bit."""

from collections.abc import Callable
from typing import Any, get_args

import pytest
import torch
from torch import Tensor, nn

from convlens.config import RunConfig
from convlens.options import Schedule
from convlens.training.checkpoint import from_bytes, to_bytes
from convlens.training.state import TrainingState
from tests.training.conftest import MakeTrainer, SmallNet

Configure = Callable[..., RunConfig]


def assert_identical(found: Any, expected: Any) -> None:
    """Equal bits, and for tensors equal memory layouts too."""
    if isinstance(expected, Tensor):
        assert torch.equal(found, expected)
        assert found.dtype == expected.dtype
        assert found.stride() == expected.stride()
    elif isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for key in expected:
            assert_identical(found[key], expected[key])
    elif isinstance(expected, list | tuple):
        for one, other in zip(found, expected, strict=True):
            assert_identical(one, other)
    else:
        assert found == expected


def trained(make_trainer: MakeTrainer, config: RunConfig, steps: int = 7) -> TrainingState:
    """A state after a few steps and two validations."""
    trainer = make_trainer(config)
    for number in range(1, steps + 1):
        seen = trainer.take_step(config.steps or 0)
        if number % 3 == 0:
            trainer.validate(seen)
    return trainer.state


def restored(make_trainer: MakeTrainer, config: RunConfig, state: TrainingState) -> TrainingState:
    """Another state, with other initial weights, that has become `state`."""
    fresh = make_trainer(config, weights=1).state
    fresh.unpack(*from_bytes(to_bytes(*state.pack())))
    return fresh


@pytest.mark.parametrize("average", [0.0, 0.9])
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_everything_comes_back_bit_for_bit(
    make_trainer: MakeTrainer, configure: Configure, optimizer: str, average: float
) -> None:
    config = configure(optimizer=optimizer, average=average, learning_rate=0.01)
    state = trained(make_trainer, config)
    again = restored(make_trainer, config, state)
    assert_identical(again.network.state_dict(), state.network.state_dict())
    assert_identical(again.optimizer.state_dict()["state"], state.optimizer.state_dict()["state"])
    assert again.progress == state.progress
    assert (again.average is None) == (average == 0.0)
    if again.average is not None and state.average is not None:
        assert_identical(again.average.state_dict(), state.average.state_dict())
    assert state.best
    assert all(torch.equal(again.best[name], value) for name, value in state.best.items())


@pytest.mark.parametrize("schedule", get_args(Schedule))
def test_the_rates_go_on_where_they_were(make_trainer: MakeTrainer, configure: Configure, schedule: str) -> None:
    config = configure(schedule=schedule)
    state = trained(make_trainer, config)
    again = restored(make_trainer, config, state)
    assert_identical(again.schedule.state_dict(), state.schedule.state_dict())
    assert_identical(again.optimizer.state_dict()["param_groups"], state.optimizer.state_dict()["param_groups"])


def test_the_state_before_the_first_step_comes_back(make_trainer: MakeTrainer, configure: Configure) -> None:
    state = make_trainer(configure()).state
    again = restored(make_trainer, configure(), state)
    assert again.progress == state.progress
    assert again.best == {}
    assert_identical(again.network.state_dict(), state.network.state_dict())


def test_packing_changes_nothing(make_trainer: MakeTrainer, configure: Configure) -> None:
    state = trained(make_trainer, configure(average=0.9))
    assert to_bytes(*state.pack()) == to_bytes(*state.pack())


def test_the_restored_layouts_are_channels_last(make_trainer: MakeTrainer, configure: Configure) -> None:
    state = restored(make_trainer, configure(optimizer="sgd"), trained(make_trainer, configure(optimizer="sgd")))
    network = state.network
    assert isinstance(network, SmallNet)
    buffer = state.optimizer.state[network.conv2.weight]["momentum_buffer"]
    for tensor in (network.conv2.weight, buffer):
        assert tensor.is_contiguous(memory_format=torch.channels_last)
        assert not tensor.is_contiguous()


# The best weights


@pytest.fixture
def state(configure: Configure) -> TrainingState:
    """A state before its first step."""
    return TrainingState.fresh(configure(), SmallNet(), 10, 88)


def best_after(state: TrainingState, validations: list[tuple[int, float]]) -> tuple[int, int, float]:
    """(step, correct, loss) of the best of these validations, which follow steps 1, 2, 3..."""
    for state.progress.step, (correct, loss) in enumerate(validations, start=1):
        state.keep_best(correct, loss)
    progress = state.progress
    return progress.best_step, progress.best_correct, progress.best_loss


@pytest.mark.parametrize(
    ("validations", "best"),
    [
        ([(5, 1.0)], (1, 5, 1.0)),
        ([(0, 9.0)], (1, 0, 9.0)),
        ([(5, 1.0), (7, 2.0), (6, 0.5)], (2, 7, 2.0)),
        ([(5, 1.0), (5, 0.5), (5, 0.7)], (2, 5, 0.5)),
        ([(5, 1.0), (5, 1.0)], (1, 5, 1.0)),
    ],
    ids=["the first", "nothing right", "more right answers", "lower loss among equals", "the earlier of equals"],
)
def test_the_best_validation_is_kept(
    state: TrainingState, validations: list[tuple[int, float]], best: tuple[int, int, float]
) -> None:
    assert best_after(state, validations) == best


def test_the_best_weights_are_a_copy(state: TrainingState) -> None:
    state.keep_best(1, 1.0)
    network = state.network
    assert isinstance(network, SmallNet)
    before = network.output.weight.detach().clone()
    nn.init.zeros_(network.output.weight)
    assert torch.equal(state.best["output.weight"], before)


# The running average


def test_without_an_average_the_network_itself_is_scored(state: TrainingState) -> None:
    assert state.scored is state.network


def test_the_average_follows_its_formula(make_trainer: MakeTrainer, configure: Configure) -> None:
    config = configure(average=0.75, steps=5)
    trainer = make_trainer(config)
    network = trainer.state.network
    expected: dict[str, Tensor] = {}
    for _ in range(5):
        trainer.take_step(5)
        for name, parameter in network.named_parameters():
            now = parameter.detach().clone()
            expected[name] = 0.75 * expected[name] + 0.25 * now if name in expected else now
    averaged = dict(trainer.state.scored.named_parameters())
    for name, value in expected.items():
        torch.testing.assert_close(averaged[name].detach(), value)
        assert not torch.equal(averaged[name], dict(network.named_parameters())[name])
