"""Gradients that are never cleared pile up over the batches."""

from collections.abc import Iterator

from convlens.checking.conditions import conditions_in, interval
from convlens.checking.events import Backward, LossComputed, Step, ZeroGrad
from convlens.checking.facts import Facts, Pass
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import insert_before
from convlens.checking.rules import Rule
from convlens.checking.updates import clears, handed_over, updates
from convlens.checking.wording import owner_text

_TRAINING = """
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
        loss = loss_fn(model(images), labels)
"""

RULE = Rule(
    slug="zero-grad-missing",
    severity=Severity.ERROR,
    title="Gradients pile up",
    symptom="the loss falls at first and then grows or jumps about",
    why="`backward()` adds to the gradients that are there, so each step follows the sum over all earlier batches.",
    bad=_TRAINING + "        loss.backward()\n        optimizer.step()\n",
    good=_TRAINING + "        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n",
)


def check(facts: Facts) -> Iterator[Finding]:
    """Training passes in which an optimizer steps and its gradients are cleared nowhere."""
    if not facts.complete:
        return
    for one in facts.training_passes():
        for step in updates(one):
            backward = _backward(one, step)
            if backward is None or step.optimizer is None or not _repeated(facts, one, step):
                continue
            if any(clears(zero, step.optimizer) for zero in facts.of(ZeroGrad)):
                continue  # cleared, perhaps at the wrong place: zero-grad-misplaced
            if handed_over(one.events, step.optimizer):
                continue
            name = owner_text(step) or "optimizer"
            yield RULE.finding(
                backward.site,
                f"`{name}.zero_grad()` is never called, so the gradients of all batches pile up.",
                fix=Fix("Clear the gradients before each backward().", _edits(facts, one, step, backward, name)),
            )


def _repeated(facts: Facts, one: Pass, step: Step) -> bool:
    """Whether the same optimizer steps again and again: in a loop over batches, or around one batch."""
    made = facts.making(step.optimizer) if step.optimizer is not None else None
    fresh = {id(loop.site.node) for loop in made.loops} if made is not None else set()
    around = [loop for loop in step.loops if not loop.unrolled and id(loop.site.node) not in fresh]
    return one.loop is not None or (made is not None and bool(around) and bool(one.of(LossComputed)))


def _backward(one: Pass, step: Step) -> Backward | None:
    """The last gradients computed before a step, if they add up in `.grad`."""
    earlier = [event for event in one.of(Backward) if event.index < step.index]
    if not earlier or earlier[-1].via == "autograd.grad":
        return None
    return earlier[-1]


def _edits(facts: Facts, one: Pass, step: Step, backward: Backward, name: str) -> tuple[Edit, ...]:
    if step.calls != backward.calls or interval(conditions_in(facts, one, step)) is not None:
        return ()
    return (insert_before(backward.site.source, facts.statement(backward.node), f"{name}.zero_grad()"),)
