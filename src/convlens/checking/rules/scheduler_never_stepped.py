"""A scheduler that is made and never stepped."""

import ast
import re
from collections.abc import Iterator

from convlens.checking.events import Assigned, Backward, Called, Made, SchedulerStep, Step
from convlens.checking.facts import Facts, same
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import insert_after
from convlens.checking.rules import Rule
from convlens.checking.updates import given_away, unknown_steps
from convlens.checking.values import Scheduler, Unknown
from convlens.checking.wording import made_at, name_of

_START = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.3)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(10):
    for images, labels in train_loader:
        optimizer.zero_grad()
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
"""

RULE = Rule(
    slug="scheduler-never-stepped",
    severity=Severity.ERROR,
    title="The scheduler is never stepped",
    symptom="the learning rate does not decay; the loss stops falling early and jumps about",
    why="A scheduler changes the rate only in `scheduler.step()`.",
    bad=_START,
    good=_START + "    scheduler.step()\n",
)
_BY_BATCH = ("OneCycleLR", "CyclicLR")


def check(facts: Facts) -> Iterator[Finding]:
    """Schedulers without a step, where something is trained and no framework takes them over."""
    trains = any(event.optimizer is not None for event in facts.of(Step)) or bool(facts.of(Backward))
    if not facts.complete or not trains or unknown_steps(facts):
        return
    stepped = [event.scheduler for event in facts.of(SchedulerStep)]
    inner = [part for one in facts.schedulers for part in one.inner]
    for made in facts.of(Made):
        scheduler = made.value
        if not isinstance(scheduler, Scheduler) or None in stepped:
            continue
        if any(same(one, scheduler) for one in (*stepped, *inner)) or given_away(facts, scheduler):
            continue
        if _is_mentioned(facts, scheduler) or _is_wrapped(facts, scheduler):
            continue
        yield RULE.finding(
            made_at(made),
            f"`{_names(facts, scheduler)[0] if _names(facts, scheduler) else scheduler.kind}` is never stepped: "
            "the learning rate stays what it was.",
            fix=_fix(facts, scheduler),
        )


def _names(facts: Facts, scheduler: Scheduler) -> list[str]:
    return [event.target for event in facts.of(Assigned) if event.value is scheduler]


def _is_mentioned(facts: Facts, scheduler: Scheduler) -> bool:
    """Whether `name.step` stands somewhere that was not walked, such as a lambda given to a framework."""
    names = set(_names(facts, scheduler))
    return any(
        isinstance(node, ast.Attribute) and node.attr == "step" and ast.unparse(node.value) in names
        for node in facts.source.nodes
    )


def _is_wrapped(facts: Facts, scheduler: Scheduler) -> bool:
    """Whether it is given to a scheduler of another package, such as a warm-up, which is stepped in its place."""
    return any(
        isinstance(event.result, Unknown)
        and re.search(r"sched|LR|warm", event.name, re.IGNORECASE)
        and any(same(given, scheduler) for given in (*event.arguments, *event.keywords.values()))
        for event in facts.of(Called)
    )


def _fix(facts: Facts, scheduler: Scheduler) -> Fix:
    if scheduler.kind == "ReduceLROnPlateau":
        return Fix("Call step(validation_loss) once an epoch, after the evaluation.")
    if scheduler.kind in _BY_BATCH:
        return Fix("Call step() after each optimizer.step().", _edits(facts, scheduler))
    return Fix("Call step() once an epoch, after the batches.", _edits(facts, scheduler))


def _edits(facts: Facts, scheduler: Scheduler) -> tuple[Edit, ...]:
    for one in facts.training_passes():
        driven = scheduler.optimizer
        steps = [step for step in one.of(Step) if driven is None or same(step.optimizer, driven)]
        name = name_of(facts, scheduler, steps[0]) if steps else None
        if name is None or one.loop is None or steps[0].calls != one.calls:
            continue
        if scheduler.kind in _BY_BATCH:
            return (insert_after(steps[0].site.source, facts.statement(steps[0].node), f"{name}.step()"),)
        if one.turns:
            return (insert_after(one.site.source, one.statement, f"{name}.step()"),)
    return ()
