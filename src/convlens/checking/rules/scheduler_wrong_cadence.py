"""A scheduler of epochs stepped on every batch, or one of batches stepped once an epoch."""

from collections.abc import Iterator

from convlens.checking.conditions import conditions_in
from convlens.checking.epochs import batches_in, epochs_of, goes_over_epochs
from convlens.checking.events import SchedulerStep, Step
from convlens.checking.facts import Facts, Pass
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import insert_after
from convlens.checking.rules import Rule
from convlens.checking.values import Constant, Items, Loader, Number, Scheduler, Value
from convlens.checking.wording import moved, owner_text

_START = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(10):
    for images, labels in train_loader:
        optimizer.zero_grad()
        loss_fn(model(images), labels).backward()
        optimizer.step()
"""

RULE = Rule(
    slug="scheduler-wrong-cadence",
    severity=Severity.ERROR,
    title="The scheduler steps at the wrong pace",
    symptom="the loss falls for a moment and then stands still; or the learning rate hardly changes",
    why="A scheduler counts its own steps and knows nothing of epochs. Made for epochs and stepped on every batch, it "
    "has brought the rate to its end within the first epochs; made for batches and stepped once an epoch, it never "
    "gets beyond its beginning.",
    bad=_START + "        scheduler.step()\n",
    good=_START + "    scheduler.step()\n",
)
_TYPICAL_BATCHES = 500
_VANISHED = 0.01
"""A rate that falls to this share within one epoch was meant to fall over many."""


def check(facts: Facts) -> Iterator[Finding]:
    """Every step of a scheduler, by the loop it is in."""
    for event in facts.of(SchedulerStep):
        scheduler = event.scheduler
        if scheduler is None or scheduler.alternatives or not event.turns:
            continue
        one = _pass_around(facts, event)
        if one is not None and not _at_times(facts, one, event):
            told = _too_fast(scheduler, event, batches_in(one), _epochs(one))
            if told:
                yield _finding(event, f"`{_name(event)}` steps on every batch: {told}.", _outward(facts, one, event))
        elif one is None and (inner := _pass_inside(facts, event)) is not None:
            told = _too_slow(scheduler, _epochs(inner))
            if told:
                yield _finding(event, f"`{_name(event)}` steps once an epoch: {told}.", _inward(facts, inner, event))


def _name(event: SchedulerStep) -> str:
    return f"{owner_text(event) or 'scheduler'}.step()"


def _finding(event: SchedulerStep, message: str, fix: Fix) -> Finding:
    return RULE.finding(event.site, message, fix=fix)


# --------------------------------------------------------------------------------------------------------- where it is


def _pass_around(facts: Facts, event: SchedulerStep) -> Pass | None:
    """The training pass whose turns are batches of an epoch and that the step is in."""
    for one in facts.training_passes():
        if one.loop is not None and event.within(one.loop):
            around = [turn.loop for turn in one.turns if not turn.loop.unrolled]
            return one if around and (one.loop.batches or goes_over_epochs(around[-1])) else None
    return None


def _pass_inside(facts: Facts, event: SchedulerStep) -> Pass | None:
    """The training pass in the same turn of an epoch loop as the step."""
    if any(event.within(one.loop) for one in facts.passes if one.loop is not None):
        return None
    return next((one for one in facts.training_passes() if one.loop is not None and one.turns == event.turns), None)


def _at_times(facts: Facts, one: Pass, event: SchedulerStep) -> bool:
    """Whether it depends on a test on which the optimizer's step does not: the last batch, a warm-up."""
    tests = {id(test.node) for test in conditions_in(facts, one, event)}
    shared = [{id(test.node) for test in conditions_in(facts, one, step)} for step in one.of(Step)]
    return bool(tests) and not any(tests <= other for other in shared)


def _epochs(one: Pass) -> int | None:
    around = [turn.loop for turn in one.turns if not turn.loop.unrolled]
    return epochs_of(around[-1]) if around else None


# --------------------------------------------------------------------------------------------------------- too fast


def _too_fast(scheduler: Scheduler, event: SchedulerStep, known: int | None, epochs: int | None) -> str:
    """What happens to the rate within one epoch, where that cannot be meant; empty otherwise."""
    batches = known or _TYPICAL_BATCHES
    many = f"{known} batches" if known else "several hundred batches"
    gamma = _plain(scheduler.arguments.get("gamma"))
    if scheduler.kind == "StepLR":
        size = _plain(scheduler.arguments.get("step_size"))
        if size and gamma and size >= 1 and gamma ** (batches // size) < _VANISHED:
            return f"every {size:g} batches the rate is multiplied by {gamma:g}, and an epoch has {many}"
    elif scheduler.kind == "ExponentialLR":
        if gamma and gamma**batches < _VANISHED:
            return f"each time the rate is multiplied by {gamma:g}, and an epoch has {many}"
    elif scheduler.kind == "MultiStepLR":
        last = _last_of(scheduler.arguments.get("milestones"))
        if last is not None and last < batches / 2:
            return f"the last milestone, {last:g}, is reached within the first epoch of {many}"
    elif scheduler.kind in ("CosineAnnealingLR", "CosineAnnealingWarmRestarts"):
        length = _plain(scheduler.arguments.get("T_max") or scheduler.arguments.get("T_0"))
        if length and event.metric is None and (length < batches / 2 or length == epochs):
            return f"the cosine has its whole course in {length:g} batches, and an epoch has {many}"
    elif scheduler.kind == "ReduceLROnPlateau":
        patience = _plain(scheduler.arguments.get("patience"))
        if patience is not None and patience < 100:
            return f"its patience of {patience:g} is counted in batches, whose losses go up and down by chance"
    return ""


def _plain(value: Value | None) -> float | None:
    number = value.value if isinstance(value, Constant) else None
    return number if isinstance(number, int | float) and not isinstance(number, bool) else None


def _last_of(value: Value | None) -> float | None:
    if not isinstance(value, Items) or value.open or not value.elements:
        return None
    numbers = [_plain(one) for one in value.elements]
    known = [number for number in numbers if number is not None]
    return max(known) if len(known) == len(numbers) else None


# --------------------------------------------------------------------------------------------------------- too slow


_LENGTHS = {
    "OneCycleLR": ("total_steps", "steps_per_epoch"),
    "CyclicLR": ("step_size_up",),
    "CosineAnnealingLR": ("T_max",),
    "StepLR": ("step_size",),
    "LinearLR": ("total_iters",),
    "PolynomialLR": ("total_iters",),
}


def _too_slow(scheduler: Scheduler, epochs: int | None) -> str:
    """What shows that the schedule is counted in batches; empty otherwise."""
    for name in _LENGTHS.get(scheduler.kind, ()):
        value = scheduler.arguments.get(name)
        number = _plain(value)
        if _counts_batches(value):
            return f"`{name}` counts batches"
        if number is None:
            continue
        if name == "steps_per_epoch" and number > 1:
            return f"the cycle is made for {number:g} steps in each epoch"
        limit = 2 * epochs if epochs else 1000
        if scheduler.kind in ("OneCycleLR", "CyclicLR") and name != "steps_per_epoch" and number > max(limit, 10):
            return f"`{name}` is {number:g}" + (f", and there are {epochs} epochs" if epochs else "")
    return ""


def _counts_batches(value: Value | None) -> bool:
    """Whether a number was computed from the length of a loader."""
    return isinstance(value, Number) and (value.kind == "batches" or isinstance(value.of, Loader)) and not value.per


# --------------------------------------------------------------------------------------------------------- the fix


def _outward(facts: Facts, one: Pass, event: SchedulerStep) -> Fix:
    source, statement = event.site.source, facts.statement(event.node)
    edits: tuple[Edit, ...] = ()
    if event.calls == one.calls and event.metric is None:
        edits = moved(source, statement, insert_after(source, one.statement, source.segment(statement)))
    return Fix("Step it once an epoch, after the loop over the batches.", edits)


def _inward(facts: Facts, one: Pass, event: SchedulerStep) -> Fix:
    source, statement = event.site.source, facts.statement(event.node)
    steps = [step for step in one.of(Step) if step.calls == event.calls]
    edits: tuple[Edit, ...] = ()
    if steps and event.metric is None:
        after = facts.statement(steps[0].node)
        edits = moved(source, statement, insert_after(source, after, source.segment(statement)))
    return Fix("Step it after every optimizer.step().", edits)
