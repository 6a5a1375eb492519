"""`scheduler.step()` ahead of `optimizer.step()`."""

from collections.abc import Iterator

from convlens.checking.conditions import open_tests
from convlens.checking.events import SchedulerStep, Step
from convlens.checking.facts import Facts, same
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import insert_after
from convlens.checking.rules import Rule
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
scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[5, 8])
loss_fn = nn.CrossEntropyLoss()

for epoch in range(10):
"""
_BATCHES = """    for images, labels in train_loader:
        optimizer.zero_grad()
        loss_fn(model(images), labels).backward()
        optimizer.step()
"""

RULE = Rule(
    slug="scheduler-before-optimizer",
    severity=Severity.WARNING,
    title="The scheduler steps before the optimizer",
    symptom="PyTorch warns `lr_scheduler.step()` before `optimizer.step()`; the rate decays one epoch too early",
    why="The first value of the schedule is skipped: every change of the rate comes one step too early.",
    bad=_START + "    scheduler.step()\n" + _BATCHES,
    good=_START + _BATCHES + "    scheduler.step()\n",
)


def check(facts: Facts) -> Iterator[Finding]:
    """Schedulers whose first step comes before the first one of their optimizer, in the same turn of a loop."""
    seen: set[int] = set()
    for event in facts.of(SchedulerStep):
        scheduler = event.scheduler
        if scheduler is None or id(scheduler) in seen:
            continue
        seen.add(id(scheduler))
        if not event.turns or event.metric is not None or open_tests(facts, event.turns[-1].loop, event):
            continue
        steps = [step for step in facts.of(Step) if _drives(event, step)]
        later = next((step for step in steps if step.index > event.index), None)
        if not steps or steps[0].index < event.index or later is None or event.turns[-1] not in later.turns:
            continue
        name = owner_text(event) or "scheduler"
        yield RULE.finding(
            event.site,
            f"`{name}.step()` comes before `{owner_text(later) or 'optimizer'}.step()` ({later.site.place}).",
            fix=Fix("Step the scheduler after the optimizer.", _edits(facts, event, later)),
        )


def _drives(event: SchedulerStep, step: Step) -> bool:
    driven = event.scheduler.optimizer if event.scheduler else None
    return step.guessed == event.guessed and (driven is None or step.optimizer is None or same(step.optimizer, driven))


def _edits(facts: Facts, event: SchedulerStep, later: Step) -> tuple[Edit, ...]:
    """Behind the step in the same loop; behind the loop over the batches where it stands before that."""
    source, statement = event.site.source, facts.statement(event.node)
    if later.calls != event.calls:
        return ()
    inner = [turn.loop for turn in later.turns if turn not in event.turns]
    after = inner[0].site.node if inner else facts.statement(later.node)
    return moved(source, statement, insert_after(source, after, source.segment(statement)))  # type: ignore[arg-type]
