"""A sum or list of losses that keeps their graphs alive."""

import ast
from collections.abc import Iterator

from convlens.checking.events import Assigned, Backward, Called, Event, LossComputed, Turn
from convlens.checking.facts import Facts, Pass
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.updates import gradient_flow, of_a_loss
from convlens.checking.values import Items, Site, Tensor, Value

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(5):
    total = 0
    for images, labels in train_loader:
        optimizer.zero_grad()
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
        total += ADDED * len(images)
    print(epoch, total / len(train_set))
"""

RULE = Rule(
    slug="loss-graph-accumulated",
    severity=Severity.WARNING,
    title="Losses kept with their graphs",
    symptom="memory grows from batch to batch until it runs out",
    why="A loss that is a tensor holds the graph it was computed with; a sum of such losses holds those of all "
    "batches.",
    bad=_SCRIPT.replace("ADDED", "loss"),
    good=_SCRIPT.replace("ADDED", "loss.item()"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Sums and lists that grow from batch to batch by tensors on the graph, unless gradients are taken of them."""
    backwards = facts.of(Backward)
    flows = [(event, {id(one) for one in gradient_flow(event.loss)}) for event in backwards]
    for one in facts.passes:
        if one.loop is None:
            continue
        for event, added in [*_sums(one), *_appended(facts, one)]:
            uses = [backward for backward, flow in flows if id(added) in flow]
            own = isinstance(event, Called) and any(backward.turns == event.turns for backward in uses)
            if not uses or own:
                yield RULE.finding(
                    _place(one, event),
                    "What is added up here is the loss with its graph: every batch's graph stays in memory.",
                    fix=Fix("Add up `loss.item()`, the number alone.", _edits(facts, event)),
                )


def _sums(one: Pass) -> Iterator[tuple[Event, Value]]:
    """Assignments whose value goes into that of the next turn."""
    last: dict[ast.AST, Assigned] = {}
    plain: dict[str, Assigned] = {}
    for event in one.of(Assigned):
        before = last.get(event.node)
        last[event.node] = event
        start = plain.get(event.target)
        if not event.augmented:
            plain[event.target] = event
        if before is None or before.turns == event.turns or not of_a_loss(event.value):
            continue
        if start is not None and _batch(one, start) == _batch(one, event):
            continue  # begun anew in each batch
        earlier = _parts(before.value)
        for value in _parts(event.value):
            grown = any(tensor in earlier for tensor in gradient_flow(value))
            if grown or (event.augmented == "add" and (start is None or start.turns != event.turns)):
                yield event, value
                break


def _parts(value: Value) -> list[Tensor]:
    """The sums in what is assigned: the value itself, or several side by side in a list."""
    ones = value.elements if isinstance(value, Items) else [value]
    return [one for one in ones if isinstance(one, Tensor) and one.op in ("add", "stack", "cat")]


def _batch(one: Pass, event: Event) -> tuple[Turn, ...]:
    """The batch that an event belongs to: the turns up to that of the pass."""
    depth = next((at for at, turn in enumerate(event.turns, 1) if turn.loop is one.loop), 0)
    return event.turns[:depth]


def _appended(facts: Facts, one: Pass) -> Iterator[tuple[Event, Value]]:
    """Losses put into a list that was there before the loop."""
    for event in one.of(Called):
        if event.name != ".append" or not isinstance(event.receiver, Items) or not event.arguments:
            continue
        value = event.arguments[0]
        own = isinstance(value, Tensor) and isinstance(of_a_loss(value), LossComputed) and not value.shape
        if own and one.loop in event.receiver.grown and not _made_in(facts, one, event.receiver):
            yield event, value


def _made_in(facts: Facts, one: Pass, items: Items) -> bool:
    """Whether a list is made anew in each turn."""
    return any(given.value is items and one.loop in given.loops for given in facts.of(Assigned))


def _place(one: Pass, event: Event) -> Site:
    """In a helper that keeps sums, the call that gives it the tensor."""
    inner = event.calls[len(one.calls) :]
    return inner[0].site if inner and inner[0].site is not None else event.site


def _edits(facts: Facts, event: Event) -> tuple[Edit, ...]:
    """The one name in the statement that holds the loss becomes its number."""
    names = {
        given.target
        for given in facts.of(Assigned)
        if given.calls == event.calls and isinstance(getattr(given.value, "made_by", None), LossComputed)
    }
    source, statement = event.site.source, facts.statement(event.node)
    found = [node for node in ast.walk(statement) if isinstance(node, ast.Name | ast.Attribute)
             and isinstance(node.ctx, ast.Load) and source.segment(node) in names]  # fmt: skip
    return (replace(source, found[0], f"{source.segment(found[0])}.item()"),) if len(found) == 1 else ()
