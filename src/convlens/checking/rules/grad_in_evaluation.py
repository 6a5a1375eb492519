"""Scoring while autograd records."""

import ast
import re
from collections.abc import Iterator

from convlens.checking.events import Assigned, Forward, ModeSet
from convlens.checking.facts import Facts, Pass
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import wrap
from convlens.checking.modes import first_forwards, measures, scored_at
from convlens.checking.rules import Rule
from convlens.checking.updates import hooked, training_uses, weighted_layers
from convlens.checking.values import Tensor

_START = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
test_set = datasets.FashionMNIST("data", train=False, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
test_loader = DataLoader(test_set, batch_size=500)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Dropout(0.5), nn.Linear(100, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
loss_fn = nn.CrossEntropyLoss()

for images, labels in train_loader:
    optimizer.zero_grad()
    loss_fn(model(images), labels).backward()
    optimizer.step()

model.eval()
correct = 0
"""

RULE = Rule(
    slug="grad-in-evaluation",
    severity=Severity.WARNING,
    title="Scoring with gradients",
    symptom="the evaluation is slow and runs out of memory",
    why="Without `torch.no_grad()` every layer keeps its input for a backward pass that never comes, "
    "which costs memory and time.",
    bad=_START
    + """for images, labels in test_loader:
    correct += (model(images).argmax(dim=1) == labels).sum().item()
print(correct / len(test_set))
""",
    good=_START
    + """with torch.no_grad():
    for images, labels in test_loader:
        correct += (model(images).argmax(dim=1) == labels).sum().item()
print(correct / len(test_set))
""",
)


def check(facts: Facts) -> Iterator[Finding]:
    """Scoring passes that record for autograd, where nothing uses the gradients."""
    for one in facts.scoring_passes():
        if not measures(one) or _left_to_the_caller(facts, one):
            continue
        if any(_recorded_in_vain(facts, forward) for forward in first_forwards(one)):
            yield RULE.finding(
                scored_at(facts, one),
                "The scores are computed with gradients: `torch.no_grad()` is missing.",
                fix=Fix(f"Put {'the loop' if one.loop else 'it'} under `with torch.no_grad():`.", _edits(one)),
            )


def _recorded_in_vain(facts: Facts, forward: Forward) -> bool:
    output = forward.output
    if forward.grad is not True or (isinstance(output, Tensor) and output.graph is False):
        return False
    if _asked_for(facts, forward):
        return False
    layers = weighted_layers(forward.module).values()
    if layers and all(layer.frozen is True for layer in layers):
        return False
    return not training_uses(facts, forward)


def _asked_for(facts: Facts, forward: Forward) -> bool:
    """Whether the gradients of the pictures are asked for: `images.requires_grad = True`."""
    pictures = {id(part) for value in forward.inputs if isinstance(value, Tensor) for part in value.ancestry()}
    return any(id(event.owner) in pictures for event in facts.of(Assigned) if event.target.endswith(".requires_grad"))


def _left_to_the_caller(facts: Facts, one: Pass) -> bool:
    """In a function that nothing here calls, the caller may have switched gradients off, as frameworks do."""
    if hooked(one.events[0]):
        return True
    switches = any(event.calls == one.calls for event in facts.of(ModeSet))
    return one.guessed and not switches


def _edits(one: Pass) -> tuple[Edit, ...]:
    source, statement = one.site.source, one.statement
    several_lines = any(
        isinstance(node, ast.Constant | ast.JoinedStr) and node.end_lineno != node.lineno
        for node in ast.walk(statement)
    )
    if several_lines or not re.search(r"^\s*import torch\b", source.text, re.MULTILINE):
        return ()
    return wrap(source, statement, "with torch.no_grad():")
