"""A view with the size of the batch written into it."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from convlens.checking.dataflow import input_node, learned, operation_of
from convlens.checking.events import Operation, ShapeProblem
from convlens.checking.facts import Facts
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.values import Loader, Tensor

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
        x = x.view(SIZE, -1)
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
    slug="batch-size-hard-coded",
    severity=Severity.ERROR,
    title="Batch size written into the network",
    symptom="shape '[64, -1]' is invalid for input, or it fails in the last batch or for a single picture",
    why="The last batch is smaller wherever the pictures do not divide evenly into batches, and the finished network "
    "could never be given a single picture.",
    bad=_SCRIPT.replace("SIZE", "64"),
    good=_SCRIPT.replace("SIZE", "x.size(0)"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Views on the way to a layer whose first size is a constant, while the batch is first."""
    views: dict[ast.AST, list[tuple[ShapeProblem, Operation]]] = defaultdict(list)
    for event in facts.of(ShapeProblem):
        operation = operation_of(facts, event) if event.kind == "batch-fixed" else None
        if operation and isinstance(operation.output, Tensor) and learned(facts, operation.output):
            views[operation.site.node].append((event, operation))
    for found in views.values():
        event, operation = found[0]
        whole = all(_always_full(one) for one, _ in found)
        yield RULE.finding(
            operation.site,
            f"The batch size {event.found} is written into this {operation.op}"
            + (": it works only as long as every batch has just that size." if whole else "."),
            severity=Severity.WARNING if whole else None,
            fix=Fix("Ask the tensor for the size of its batch.", _edits(operation)),
        )


def _always_full(event: ShapeProblem) -> bool:
    """Whether every batch has the size that is written, the last one too."""
    loader = event.tensor.of
    if not isinstance(loader, Loader) or loader.opaque or loader.constant("batch_size") != event.found:
        return False
    size = loader.dataset.size if loader.dataset else None
    return loader.constant("drop_last") is True or (size is not None and size % event.found == 0)


def _edits(operation: Operation) -> tuple[Edit, ...]:
    call, source = operation.site.node, operation.site.source
    viewed = input_node(operation)
    if not isinstance(call, ast.Call) or viewed is None:
        return ()
    sizes = [one for one in call.args if one is not viewed]
    if len(sizes) == 1 and isinstance(sizes[0], ast.Tuple | ast.List):
        sizes = sizes[0].elts
    if isinstance(viewed, ast.Name):
        return (replace(source, sizes[0], f"{viewed.id}.size(0)"),)
    if not any(ast.unparse(one) == "-1" for one in sizes):
        return (replace(source, sizes[0], "-1"),)
    return ()
