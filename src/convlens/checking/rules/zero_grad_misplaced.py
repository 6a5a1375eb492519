"""Gradients cleared, but not once for each step, or after they were computed."""

from collections.abc import Iterator

from convlens.checking.conditions import conditions_in, exclusive, interval, logs
from convlens.checking.events import Backward, Step, ZeroGrad
from convlens.checking.facts import Facts, Pass
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import insert_after, insert_before
from convlens.checking.rules import Rule
from convlens.checking.updates import clears, updates
from convlens.checking.wording import moved, owner_text

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
"""

RULE = Rule(
    slug="zero-grad-misplaced",
    severity=Severity.ERROR,
    title="Gradients cleared at the wrong time",
    symptom="the loss does not fall at all, or it falls at first and then jumps about",
    why="Gradients must live from `backward()` to `step()` and no longer: cleared between the two, the step does "
    "nothing; cleared once an epoch, each step follows the sum over all earlier batches.",
    bad=_START
    + """    optimizer.zero_grad()
    for images, labels in train_loader:
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
""",
    good=_START
    + """    for images, labels in train_loader:
        loss = loss_fn(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
""",
)


def check(facts: Facts) -> Iterator[Finding]:
    """Where each optimizer that steps in a training pass has its gradients cleared."""
    for one in facts.training_passes():
        for step in updates(one):
            if step.optimizer is None or not one.of(Backward):
                continue
            zeros = [zero for zero in facts.of(ZeroGrad) if clears(zero, step.optimizer)]
            inside = [zero for zero in zeros if any(event is zero for event in one.of(ZeroGrad))]
            if inside:
                yield from _between(facts, one, step, inside)
                yield from _each_part(facts, one, step, inside)
            else:
                yield from _outside(facts, one, step, zeros)


def _outside(facts: Facts, one: Pass, step: Step, zeros: list[ZeroGrad]) -> Iterator[Finding]:
    """Cleared around the loop over the batches only, while each batch takes a step."""
    if one.loop is None or conditions_in(facts, one, step) or not facts.complete:
        return
    around = [zero for zero in zeros if one.turns[: len(zero.turns)] == zero.turns and zero.guessed == one.guessed]
    backward = next((event for event in one.of(Backward) if event.index < step.index), None)
    if not around or backward is None:
        return
    zero = next((zero for zero in reversed(around) if zero.index < step.index), around[0])
    source, statement = zero.site.source, facts.statement(zero.node)
    edit = insert_before(source, facts.statement(backward.node), source.segment(statement))
    near = zero.calls == backward.calls == step.calls
    yield RULE.finding(
        zero.site,
        f"`{owner_text(step) or 'the optimizer'}` steps on every batch, but its gradients are cleared only "
        f"{'once an epoch' if zero.turns else 'once'}.",
        fix=Fix("Clear the gradients before each backward().", moved(source, statement, edit) if near else ()),
    )


def _between(facts: Facts, one: Pass, step: Step, inside: list[ZeroGrad]) -> Iterator[Finding]:
    """Cleared after `backward()` and before the step."""
    for zero in inside:
        before = [event for event in one.of(Backward) if event.index < zero.index]
        turn = [event for event in before if event.turns == step.turns]
        later = [event for event in one.of(Backward) if zero.index < event.index < step.index]
        if not turn or later or zero.index > step.index or exclusive(zero, step) or exclusive(turn[-1], zero):
            continue
        steps = [other.index for other in one.of(Step) if other.optimizer is step.optimizer]
        if any(turn[-1].index < index < zero.index for index in steps):
            continue  # cleared right after a step
        source, statement = zero.site.source, facts.statement(zero.node)
        edit = insert_before(source, facts.statement(turn[-1].node), source.segment(statement))
        near = zero.calls == turn[-1].calls
        yield RULE.finding(
            zero.site,
            "The gradients are cleared between `backward()` and `step()`, so the step does nothing.",
            fix=Fix("Clear the gradients before backward().", moved(source, statement, edit) if near else ()),
        )


def _each_part(facts: Facts, one: Pass, step: Step, inside: list[ZeroGrad]) -> Iterator[Finding]:
    """Cleared on every batch, although a step follows only after several of them."""
    every = interval(conditions_in(facts, one, step))
    if every is None or logs(facts, one, step):
        return
    backwards = [event for event in one.of(Backward) if event.turns == step.turns]
    if not backwards or any(interval(conditions_in(facts, one, event)) is not None for event in backwards):
        return
    timed = any(interval(conditions_in(facts, one, zero)) is not None for zero in inside)
    always = [
        zero
        for zero in inside
        if not timed or (zero.index < backwards[0].index and not conditions_in(facts, one, zero))
    ]
    if not always:
        return
    zero = always[0]
    source, statement = zero.site.source, facts.statement(zero.node)
    edit = insert_after(source, facts.statement(step.node), source.segment(statement))
    near = zero.calls == step.calls
    yield RULE.finding(
        zero.site,
        "The gradients are cleared on every batch, so of the batches between two steps only the last one counts.",
        fix=Fix("Clear the gradients after each step().", moved(source, statement, edit) if near else ()),
    )
