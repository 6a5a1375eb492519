"""Minutes become steps that fit into them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from convlens.config import RunConfig
from convlens.images.dataset import ImageData
from convlens.training import budget
from convlens.training.budget import Pace, steps_within
from convlens.training.loop import validation_steps
from tests.training.conftest import CPU, SmallNet

PACES = st.builds(
    Pace,
    step=st.floats(0.001, 2.0),
    scored_picture=st.floats(1e-6, 1e-2),
    save=st.floats(0.0, 0.5),
    snapshots=st.floats(0.0, 2.0),
)
SECONDS = st.floats(0.1, 600)
EPOCHS = st.integers(1, 1000)


def seconds_of(steps: int, pace: Pace, per_epoch: int, data: ImageData, mirror: bool) -> float:
    """What a run of this many steps costs: steps, validations, saves, snapshots and the final test."""
    training = steps * pace.step
    validations = len(validation_steps(steps, per_epoch)) * data.validation.size * pace.scored_picture
    test = (2 if mirror else 1) * data.test.size * pace.scored_picture
    saves = 1 + min(steps / per_epoch, training / 1.0) + training / 30.0
    return training + validations + saves * pace.save + pace.snapshots + test


@given(seconds=SECONDS, pace=PACES, per_epoch=EPOCHS, mirror=st.booleans())
def test_a_run_never_costs_more_than_its_budget_unless_one_step_does(
    tiny_data: ImageData, seconds: float, pace: Pace, per_epoch: int, mirror: bool
) -> None:
    steps = steps_within(seconds, pace, per_epoch, tiny_data, mirror)
    assert steps >= 1
    assert steps == 1 or seconds_of(steps, pace, per_epoch, tiny_data, mirror) <= seconds * (1 + 1e-9)


@given(seconds=SECONDS, pace=PACES, per_epoch=EPOCHS, mirror=st.booleans())
def test_one_step_more_would_cost_more_than_the_budget(
    tiny_data: ImageData, seconds: float, pace: Pace, per_epoch: int, mirror: bool
) -> None:
    steps = steps_within(seconds, pace, per_epoch, tiny_data, mirror)
    assert seconds_of(steps + 1, pace, per_epoch, tiny_data, mirror) > seconds * (1 - 1e-9)


@given(seconds=SECONDS, more=st.floats(0, 60), pace=PACES, per_epoch=EPOCHS)
def test_more_time_is_never_fewer_steps(
    tiny_data: ImageData, seconds: float, more: float, pace: Pace, per_epoch: int
) -> None:
    few, many = (steps_within(time, pace, per_epoch, tiny_data, False) for time in (seconds, seconds + more))
    assert few <= many


@pytest.mark.parametrize("seconds", [-5.0, 0.0, 0.001])
def test_without_time_there_is_still_one_step(tiny_data: ImageData, seconds: float) -> None:
    pace = Pace(step=0.01, scored_picture=1e-4, save=0.01, snapshots=0.0)
    assert steps_within(seconds, pace, 10, tiny_data, False) == 1


@pytest.mark.parametrize(("mirror", "steps"), [(False, 560), (True, 556)])
def test_a_minute_by_hand(tiny_data: ImageData, mirror: bool, steps: int) -> None:
    # 10 validations of 30 * 0.01 s cost 3 s, and the test 31 * 0.01 s, or twice that with mirror images: 56.69 s, or
    # 56.38 s, are left. 560 steps of 0.1 s with 1 + 560 / 1000 + 56 / 30 saves of 0.2 s cost 56.685 s, and 556 steps
    # with 1 + 556 / 1000 + 55.6 / 30 saves 56.282 s; one step more is too much.
    pace = Pace(step=0.1, scored_picture=0.01, save=0.2, snapshots=0.0)
    assert steps_within(60, pace, 1000, tiny_data, mirror) == steps


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Measure for a moment only."""
    monkeypatch.setattr(budget, "_LEAST", 0.01)
    with torch.random.fork_rng():
        yield


@pytest.mark.usefixtures("quick")
def test_measuring_finds_positive_times(
    tiny_data: ImageData, configure: Callable[..., RunConfig], tmp_path: Path
) -> None:
    pace = budget.measure(configure(), SmallNet(), tiny_data, CPU, 1.0, tmp_path)
    assert min(pace.step, pace.scored_picture, pace.save) > 0


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("average", [0.0, 0.9])
def test_measuring_leaves_the_network_as_it_was(
    tiny_data: ImageData, configure: Callable[..., RunConfig], average: float, tmp_path: Path
) -> None:
    network = SmallNet()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    budget.measure(configure(average=average), network, tiny_data, CPU, 1.0, tmp_path)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(parameter.grad is None for parameter in network.parameters())


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("schedule", ["one-cycle", "step"])
def test_measuring_goes_on_beyond_an_epoch_of_one_step(
    tiny_data: ImageData, configure: Callable[..., RunConfig], schedule: str, tmp_path: Path
) -> None:
    assert (
        budget.measure(configure(schedule=schedule, batch_size=1000), SmallNet(), tiny_data, CPU, 1.0, tmp_path).step
        > 0
    )


@pytest.mark.usefixtures("quick")
def test_a_slow_network_is_measured_as_slow(
    tiny_data: ImageData, configure: Callable[..., RunConfig], tmp_path: Path
) -> None:
    class Slow(SmallNet):
        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
            begun = time.perf_counter()
            while time.perf_counter() - begun < 0.05:
                pass
            return super().forward(x)

    network: nn.Module = Slow()
    pace = budget.measure(configure(), network, tiny_data, CPU, 1.0, tmp_path)
    assert pace.step > 0.05
    assert pace.scored_picture > 0.05 / tiny_data.validation.size
