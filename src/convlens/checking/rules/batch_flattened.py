"""Flattening that takes the batch dimension along."""

import ast
from collections.abc import Iterator

from convlens.checking.dataflow import input_node, learned, operation_of, place
from convlens.checking.events import Operation, ShapeProblem
from convlens.checking.facts import Facts
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import add_argument, replace
from convlens.checking.rules import Rule
from convlens.checking.values import Tensor

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 16, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(16 * 14 * 14, 10)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv(x)))
        x = FLATTENED
        return self.fc(x)


train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
for images, labels in DataLoader(train_set, batch_size=64, shuffle=True):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="batch-flattened",
    severity=Severity.ERROR,
    title="The batch flattened along",
    symptom="mat1 and mat2 shapes cannot be multiplied (1x200704 and 3136x10)",
    why="The first dimension counts the pictures of the batch. Flattened from there on, all pictures become one long "
    "row; flattening has to begin at dimension 1.",
    bad=_SCRIPT.replace("FLATTENED", "torch.flatten(x)"),
    good=_SCRIPT.replace("FLATTENED", "torch.flatten(x, 1)"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Flattening from dimension 0 on the way to a layer or a loss for classes."""
    for event in facts.of(ShapeProblem):
        operation = operation_of(facts, event) if event.kind == "batch-flattened" else None
        if operation is None or all(side == 1 for side in event.shape[1:]):
            continue
        if isinstance(operation.output, Tensor) and learned(facts, operation.output):
            yield RULE.finding(
                place(operation),
                "This flattens the pictures of the batch together into one long row.",
                fix=Fix("Flatten from dimension 1 on.", _edits(operation)),
            )


def _edits(operation: Operation) -> tuple[Edit, ...]:
    site = place(operation)
    call, source = site.node, site.source
    if not isinstance(call, ast.Call):
        return ()
    start = operation.arguments.get("start_dim")
    if start is not None and start.site is not None:
        return (replace(source, start.site.node, "1"),) if start.site.source is source else ()
    if operation.op == "flatten" and not call.keywords:
        return (add_argument(source, call, "1"),)
    flattened = input_node(operation)
    if operation.op in ("view", "reshape") and flattened is not None and len(call.args) == 1:
        return (replace(source, call, f"{source.segment(flattened)}.flatten(1)"),)
    return ()
