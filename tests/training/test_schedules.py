"""The rate of every step against closed formulas."""

import math
from collections.abc import Callable
from typing import cast, get_args

import pytest
import torch
from torch import nn, optim

from convlens.options import Schedule
from convlens.training.schedules import after_step, after_validation, make_schedule

BASE = 0.8
RISE, START, END = 0.25, 1 / 10, 1 / 10 / 1e3  # of one-cycle: the rising share of the run, first and last rate
BY_STEP = [name for name in get_args(Schedule) if name != "plateau"]


def rates(name: str, steps: int) -> list[float]:
    """The rate used in each of `steps` steps, as the training loop moves the schedule on."""
    optimizer = optim.SGD([nn.Parameter(torch.zeros(1))], lr=BASE)
    schedule = make_schedule(cast(Schedule, name), optimizer, steps)
    used = []
    for number in range(steps):
        used.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        if number + 1 < steps:
            after_step(schedule)
    return used


def step_rate(number: int, steps: int) -> float:
    return BASE * 0.1 ** (number // math.ceil(0.6 * steps))


def exponential_rate(number: int, steps: int) -> float:
    return BASE * math.pow(0.01, number / steps)


def cosine_rate(number: int, steps: int) -> float:
    return BASE * (1 + math.cos(math.pi * number / steps)) / 2


def one_cycle_rate(number: int, steps: int) -> float:
    peak = max(RISE * steps, 2) - 1  # the (fractional) number of the step with the highest rate
    if number <= peak:
        return BASE * (START + (1 - START) * number / peak)
    return BASE * (1 + (END - 1) * (number - peak) / (steps - 1 - peak))


def constant_rate(number: int, steps: int) -> float:
    return BASE


FORMULAS: dict[str, Callable[[int, int], float]] = {
    "step": step_rate,
    "exponential": exponential_rate,
    "cosine": cosine_rate,
    "one-cycle": one_cycle_rate,
    "constant": constant_rate,
}


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5, 6, 9, 10, 11, 100, 997])
@pytest.mark.parametrize("name", BY_STEP)
def test_every_step_has_the_rate_of_the_formula(name: str, steps: int) -> None:
    expected = [FORMULAS[name](number, steps) for number in range(steps)]
    assert rates(name, steps) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", ["step", "exponential", "cosine", "constant"])
def test_the_first_rate_is_the_one_asked_for(name: str) -> None:
    assert rates(name, 50)[0] == BASE


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("step", BASE / 10),
        ("exponential", BASE * 0.01**0.99),
        ("cosine", BASE * (1 - math.cos(math.pi / 100)) / 2),
        ("one-cycle", BASE * 1e-4),
        ("constant", BASE),
    ],
)
def test_the_last_rate_of_a_hundred_steps(name: str, last: float) -> None:
    assert rates(name, 100)[-1] == pytest.approx(last, rel=1e-6)


def test_one_cycle_rises_from_a_tenth_to_the_rate_asked_for() -> None:
    used = rates("one-cycle", 100)
    assert used[0] == pytest.approx(BASE / 10)
    assert max(used) == pytest.approx(BASE)
    assert used.index(max(used)) == 24
    assert used[:25] == sorted(used[:25])
    assert used[24:] == sorted(used[24:], reverse=True)


@pytest.mark.parametrize("name", ["step", "exponential", "cosine"])
def test_a_decay_never_rises(name: str) -> None:
    used = rates(name, 137)
    assert used == sorted(used, reverse=True)


def test_of_five_epochs_three_have_the_rate_and_two_a_tenth_of_it() -> None:
    used = rates("step", 5 * 13)
    assert used == pytest.approx([BASE] * 3 * 13 + [BASE / 10] * 2 * 13)


@pytest.mark.parametrize("name", get_args(Schedule))
def test_all_groups_of_parameters_have_the_same_rate(name: str) -> None:
    optimizer = optim.SGD([{"params": [nn.Parameter(torch.zeros(1))]} for _ in range(2)], lr=BASE)
    schedule = make_schedule(cast(Schedule, name), optimizer, 10)
    for _ in range(9):
        optimizer.step()
        after_step(schedule)
        after_validation(schedule, 1.0)
        assert optimizer.param_groups[0]["lr"] == optimizer.param_groups[1]["lr"]


def rates_by_validation(name: str, losses: list[float]) -> list[float]:
    """The rate after each validation."""
    optimizer = optim.SGD([nn.Parameter(torch.zeros(1))], lr=BASE)
    schedule = make_schedule(cast(Schedule, name), optimizer, 100)
    used = []
    for loss in losses:
        after_validation(schedule, loss)
        used.append(float(optimizer.param_groups[0]["lr"]))
    return used


def test_plateau_falls_to_a_third_after_two_validations_without_a_better_one() -> None:
    used = rates_by_validation("plateau", [3, 2, 2, 1, 1.5, 1, 0.5, 0.6, 0.7, 0.8, 0.9])
    third, ninth = pytest.approx(BASE / 3), pytest.approx(BASE / 9)
    twenty_seventh = pytest.approx(BASE / 27)
    assert used == [BASE] * 5 + [third, third, third, ninth, ninth, twenty_seventh]


def test_plateau_keeps_the_rate_while_the_loss_falls() -> None:
    assert rates_by_validation("plateau", [1 / n for n in range(1, 20)]) == [BASE] * 19


def test_plateau_does_not_move_with_steps() -> None:
    assert rates("plateau", 30) == [BASE] * 30


@pytest.mark.parametrize("name", BY_STEP)
def test_only_plateau_moves_with_validations(name: str) -> None:
    assert len(set(rates_by_validation(name, [1.0] * 5))) == 1
