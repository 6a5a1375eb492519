"""Learning-rate schedules: PyTorch's own, stretched over the steps of a run.

All but `plateau` are moved on after every step; `plateau` looks at the validation loss after every validation.
"""

import math

from torch import optim
from torch.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LRScheduler,
    OneCycleLR,
    ReduceLROnPlateau,
    StepLR,
)

from convlens.options import Schedule

# `step`: a tenth of the rate after three fifths of the run: after the third of the exercise's five epochs.
_STEP_SHARE, _STEP_FACTOR = 0.6, 0.1
# `exponential`: the rate falls to a hundredth over the run.
_EXPONENTIAL_END = 0.01
# `plateau`: a third of the rate whenever two validations in a row bring nothing better.
_PLATEAU_FACTOR, _PLATEAU_PATIENCE = 1 / 3, 1
# `one-cycle`: rise over a quarter of the run, and end at (nearly) zero.
_RISE, _START_DIVISOR, _END_DIVISOR = 0.25, 10.0, 1e3


def make_schedule(name: Schedule, optimizer: optim.Optimizer, steps: int) -> LRScheduler:
    """Make the schedule of a run of `steps` steps on top of the optimizer's base rate."""
    match name:
        case "step":
            return StepLR(optimizer, step_size=math.ceil(_STEP_SHARE * steps), gamma=_STEP_FACTOR)
        case "exponential":
            return ExponentialLR(optimizer, gamma=_EXPONENTIAL_END ** (1 / steps))
        case "cosine":
            return CosineAnnealingLR(optimizer, T_max=steps)
        case "one-cycle":
            return OneCycleLR(
                optimizer,
                max_lr=[group["lr"] for group in optimizer.param_groups],
                total_steps=max(steps, 2),  # one step has no shape to speak of, and PyTorch divides by it
                pct_start=max(_RISE, 2 / max(steps, 2)),  # PyTorch divides by zero where the rise is one step long
                anneal_strategy="linear",
                cycle_momentum=False,
                div_factor=_START_DIVISOR,
                final_div_factor=_END_DIVISOR,
            )
        case "plateau":
            return ReduceLROnPlateau(optimizer, factor=_PLATEAU_FACTOR, patience=_PLATEAU_PATIENCE)
        case "constant":
            return ConstantLR(optimizer, factor=1.0)


def after_step(schedule: LRScheduler) -> None:
    """Move the rate on after a training step."""
    if not isinstance(schedule, ReduceLROnPlateau):
        schedule.step()


def after_validation(schedule: LRScheduler, loss: float) -> None:
    """Move the rate on after a validation pass with this loss."""
    if isinstance(schedule, ReduceLROnPlateau):
        schedule.step(loss)
