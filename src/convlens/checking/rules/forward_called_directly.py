"""`model.forward(x)` instead of `model(x)`."""

import ast
from collections.abc import Iterator

from convlens.checking.events import Forward, Operation
from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
criterion = nn.CrossEntropyLoss()
for images, labels in train_loader:
    optimizer.zero_grad()
    outputs = CALL(images)
    loss = criterion(outputs, labels)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="forward-called-directly",
    severity=Severity.INFO,
    title="forward called by its name",
    symptom="hooks, or what a wrapper around the network does, have no effect",
    why="`model(x)` calls `forward` and runs the hooks besides, on which profilers, pruning and wrappers rely; "
    "`model.forward(x)` skips them.",
    bad=_SCRIPT.replace("CALL", "model.forward"),
    good=_SCRIPT.replace("CALL", "model"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Calls of `.forward` that apply a network or a layer, `super().forward` excepted."""
    for event in facts.events:
        if not isinstance(event, Forward | Operation) or not isinstance(event.node, ast.Call):
            continue
        func = event.node.func
        if not isinstance(func, ast.Attribute) or func.attr != "forward" or isinstance(func.value, ast.Call):
            continue
        source = event.site.source
        name = source.segment(func.value)
        yield RULE.finding(
            event.site,
            f"`{name}.forward(...)` skips the hooks that `{name}(...)` runs.",
            fix=Fix(f"Call `{name}` itself.", (replace(source, func, name),)),
        )
