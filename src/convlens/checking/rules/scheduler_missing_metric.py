"""`ReduceLROnPlateau.step()` without what it watches."""

import ast
from collections.abc import Iterator

from convlens.checking.events import SchedulerStep
from convlens.checking.facts import Facts, same
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.rules import Rule
from convlens.checking.values import Scheduler
from convlens.checking.wording import owner_text

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader, random_split
from torchvision import datasets, transforms

whole = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_set, val_set = random_split(whole, [50000, 10000])
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
val_loader = DataLoader(val_set, batch_size=500)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=2)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(20):
    model.train()
    for images, labels in train_loader:
        optimizer.zero_grad()
        loss_fn(model(images), labels).backward()
        optimizer.step()

    model.eval()
    val_loss = 0.0
    with torch.no_grad():
        for images, labels in val_loader:
            val_loss += loss_fn(model(images), labels).item() * len(images)
    val_loss /= len(val_set)
    scheduler.step(METRIC)
"""

RULE = Rule(
    slug="scheduler-missing-metric",
    severity=Severity.ERROR,
    title="The plateau scheduler is not told the loss",
    symptom="the script stops with `step() missing 1 required positional argument: 'metrics'`",
    why="`ReduceLROnPlateau` lowers the rate when a number stops improving; it must be given that number in each step.",
    bad=_SCRIPT.replace("METRIC", ""),
    good=_SCRIPT.replace("METRIC", "val_loss"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Steps of plateau schedulers that get no argument."""
    for event in facts.of(SchedulerStep):
        scheduler = event.scheduler
        if scheduler is None or not _only_plateau(scheduler) or event.metric is not None:
            continue
        bare = isinstance(event.node, ast.Call) and not event.node.args and not event.node.keywords
        if bare and not _other_branch(facts, event):
            name = owner_text(event) or "scheduler"
            yield RULE.finding(
                event.site,
                f"`{name}` is a ReduceLROnPlateau: `step()` needs the number it watches.",
                fix=Fix(f"Give it the validation loss: {name}.step(val_loss)."),
            )


def _only_plateau(scheduler: Scheduler) -> bool:
    every = [scheduler, *(one for one in scheduler.alternatives if isinstance(one, Scheduler))]
    return all(one.kind == "ReduceLROnPlateau" for one in every)


def _other_branch(facts: Facts, event: SchedulerStep) -> bool:
    """Whether the other side of the test that leads here gives the number: then this side is for other schedulers."""
    tests = {id(test.node): test.taken for test in event.conditions if not test.known}
    return any(
        other.metric is not None
        and same(other.scheduler, event.scheduler)
        and any(id(test.node) in tests and tests[id(test.node)] != test.taken for test in other.conditions)
        for other in facts.of(SchedulerStep)
    )
