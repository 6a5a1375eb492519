"""The steps of training."""

from dataclasses import dataclass

from convlens.checking.events.around import Event
from convlens.checking.values import Optimizer, Scheduler, Value


@dataclass(eq=False, kw_only=True)
class ZeroGrad(Event):
    """Gradients were cleared: `optimizer.zero_grad()`, `model.zero_grad()`, `p.grad = None`.

    `owner` is the optimizer or module; None where it is not known. `via` is "zero_grad", "none", or a framework's name.
    """

    owner: Value | None
    via: str = "zero_grad"


@dataclass(eq=False, kw_only=True)
class Backward(Event):
    """`loss.backward()`, `scaler.scale(loss).backward()`, `accelerator.backward(loss)`, `torch.autograd.grad`."""

    loss: Value | None
    via: str = "tensor"


@dataclass(eq=False, kw_only=True)
class Step(Event):
    """`optimizer.step()`, `scaler.step(optimizer)`. `closure`: one was passed. `via`: also a framework's name."""

    optimizer: Optimizer | None
    via: str = "optimizer"
    closure: bool = False


@dataclass(eq=False, kw_only=True)
class SchedulerStep(Event):
    """`scheduler.step(...)`; `metric` is the argument, None where there is none."""

    scheduler: Scheduler | None
    metric: Value | None = None
