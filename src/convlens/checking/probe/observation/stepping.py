"""Losses, gradients, optimizers and schedules."""

from dataclasses import dataclass, field
from typing import Literal

from convlens.checking.probe.observation.basics import Place, TensorSeen


@dataclass
class LossSeen:
    """One call of a loss function: what its first argument is by its numbers, and the value where it is a mean.

    Attributes:
        source: where an activation, a softmax or a dropout gave what the loss received.
    """

    name: str
    place: Place
    at: int
    kind: Literal["probabilities", "log-probabilities", "batch-probabilities", "logits", "other"]
    input: TensorSeen
    target: TensorSeen
    value: float | None
    source: Place | None = None


@dataclass
class BackwardSeen:
    """One `backward()`.

    Attributes:
        batch: which one of its pass, -1 outside of one; value: what it was called on, if that is one number.
        reached: whether any parameter of a network got a gradient by it.
    """

    place: Place
    at: int
    in_pass: int | None
    made_by: str
    reached: bool
    batch: int = -1
    value: float | None = None


@dataclass
class OptimizerSeen:
    """An optimizer, where it was made, and how often which calls were made on it.

    Attributes:
        shares: whether an earlier one holds the same parameters.
    """

    name: str
    place: Place
    at: int
    zero_grads: int = 0
    parameters: int = 0
    shares: bool = False


@dataclass
class StepSeen:
    """One `optimizer.step()`.

    Attributes:
        backwards: calls of `backward()` since the step before.
        gradient: whether there was a gradient other than zero.
        stale: whether the gradient still held one that an earlier step had applied already.
    """

    optimizer: int
    place: Place
    at: int
    in_pass: int | None
    backwards: int
    gradient: bool
    stale: bool
    rates: tuple[float, ...]


@dataclass
class Outlook:
    """What a schedule would have come to in a whole training, found by stepping it on at the end.

    Attributes:
        steps: in the whole training; made: so many it lets itself be asked for, fewer than `steps` where it refuses.
        lowest: the lowest rate; below: after so many steps a rate is under zero for the first time, if ever.
        idle: steps of the schedule with a rate of next to nothing.
    """

    steps: int
    made: int
    lowest: float
    below: int | None
    idle: int


@dataclass
class SchedulerSeen:
    """A scheduler and the numbers that say what a step means to it."""

    name: str
    place: Place
    at: int
    numbers: dict[str, float] = field(default_factory=dict)
    outlook: Outlook | None = None


@dataclass
class SchedulerStep:
    """One `scheduler.step()`; `in_pass` is the walk through a loader that was under way, if any."""

    scheduler: int
    place: Place
    at: int
    in_pass: int | None
    with_metric: bool
