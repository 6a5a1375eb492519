"""A step without gradients."""

import ast
from collections.abc import Iterator

from convlens.checking.events import Assigned, Backward, Event, LossComputed, Step
from convlens.checking.facts import Facts
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import insert_before
from convlens.checking.rules import Rule
from convlens.checking.updates import handed_over, may_go_back
from convlens.checking.wording import owner_text

_START = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(5):
    for images, labels in train_loader:
        optimizer.zero_grad()
        loss = loss_fn(model(images), labels)
"""

RULE = Rule(
    slug="backward-missing",
    severity=Severity.ERROR,
    title="No backward pass",
    symptom="the loss stays where it was at the start",
    why="`step()` moves the weights along the gradients that `backward()` computes; without it there are none, "
    "and the network stays as it was initialised.",
    bad=_START + "        optimizer.step()\n",
    good=_START + "        loss.backward()\n        optimizer.step()\n",
)


def check(facts: Facts) -> Iterator[Finding]:
    """Steps before which no gradients were computed since the optimizer's last step."""
    if not facts.complete:
        return
    done: dict[int, int] = {}
    for step in facts.of(Step):
        since = done.get(id(step.optimizer), 0)
        done[id(step.optimizer)] = step.index
        events = facts.events[since : step.index]
        if step.closure or step.optimizer is None or not step.turns or _computed(events):
            continue
        if handed_over(events, step.optimizer):
            continue
        loss = next((event for event in reversed(events) if isinstance(event, LossComputed)), None)
        if step.guessed and loss is None:
            continue  # a helper that its caller calls after backward()
        yield RULE.finding(
            step.site,
            f"`{owner_text(step) or 'the optimizer'}` steps here, but `backward()` is never called before.",
            fix=Fix("Call backward() on the loss before the step.", _edits(facts, step, loss)),
        )


def _computed(events: list[Event]) -> bool:
    return any(isinstance(event, Backward) for event in events) or may_go_back(events)


def _edits(facts: Facts, step: Step, loss: LossComputed | None) -> tuple[Edit, ...]:
    """The loss must have a name where the step is."""
    for event in reversed(facts.events[: step.index]):
        named = isinstance(event, Assigned) and loss is not None and event.value is loss.output
        if named and event.calls == step.calls and event.turns == step.turns and isinstance(event.node, ast.Name):
            source, statement = step.site.source, facts.statement(step.node)
            return (insert_before(source, statement, f"{source.segment(event.node)}.backward()"),)
    return ()
