"""An optimizer made anew in each epoch or batch."""

from collections.abc import Iterator

from convlens.checking.epochs import made_before, remade_in_epochs, reset_in, taken_before_loop
from convlens.checking.events import Made, Step
from convlens.checking.facts import Facts, Pass
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.rules import Rule
from convlens.checking.values import Optimizer
from convlens.checking.wording import made_at

_START = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
loss_fn = nn.CrossEntropyLoss()
"""
_LOOP = """    for images, labels in train_loader:
        optimizer.zero_grad()
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
"""
_MADE = "optimizer = torch.optim.Adam(model.parameters(), lr=0.001)\n"

RULE = Rule(
    slug="optimizer-recreated",
    severity=Severity.WARNING,
    title="The optimizer is made anew while training",
    symptom="training is slower than it should be, and the loss rises a little at the start of each epoch",
    why="Momentum and Adam's running averages live in the optimizer; a new one starts from nothing, "
    "and a scheduler goes on driving the old one.",
    bad=_START + "for epoch in range(5):\n    " + _MADE + _LOOP,
    good=_START + _MADE + "for epoch in range(5):\n" + _LOOP,
)


def check(facts: Facts) -> Iterator[Finding]:
    """Optimizers made in the epoch or batch loop for a network that was there before."""
    for made in facts.of(Made):
        if not isinstance(made.value, Optimizer) or not made.value.modules():
            continue
        one = remade_in_epochs(facts, made)
        if one is None or not _steps_for(facts, one, made.value) or _starts_afresh(facts, made):
            continue
        stateless = _is_stateless(made.value)
        yield RULE.finding(
            made_at(made),
            f"A new {made.value.kind} is made in every {'batch' if one.loop is made.turns[-1].loop else 'epoch'}"
            + (", which is needless: without momentum it has no state to lose." if stateless else
               ": its running averages are lost each time."),
            severity=Severity.INFO if stateless else Severity.WARNING,
            fix=Fix("Make the optimizer once, before the loop.", taken_before_loop(made)),
        )  # fmt: skip


def _steps_for(facts: Facts, one: Pass, optimizer: Optimizer) -> bool:
    """Whether the optimizer is the one that updates in the loop it was made for."""
    steps = [step for step in facts.of(Step) if step.optimizer is optimizer]
    return bool(steps) and bool(one.models)


def _starts_afresh(facts: Facts, made: Made) -> bool:
    """Whether the network is new or reset in the same turn: a fold, a restart."""
    optimizer = made.value
    assert isinstance(optimizer, Optimizer)  # noqa: S101 - the caller saw to it
    fresh = not all(made_before(facts, module, made.turns[-1]) for module in optimizer.modules())
    return fresh or reset_in(facts, made.turns[-1], made)


def _is_stateless(optimizer: Optimizer) -> bool:
    return optimizer.kind == "SGD" and optimizer.constant("momentum") in (0, 0.0)
