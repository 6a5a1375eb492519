"""A head with fewer outputs than there are classes, or labels beyond its outputs."""

import ast
from collections.abc import Iterator

from convlens.checking.dataflow import head, whole_number
from convlens.checking.events import Assigned, LossComputed, Operation
from convlens.checking.facts import Facts
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.library.layers import head_of
from convlens.checking.rules import Rule
from convlens.checking.targets import Labels, labels_of
from convlens.checking.values import (
    Constant,
    Method,
    Module,
    Number,
    Site,
    Tensor,
    Unknown,
)

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.CIFAR100("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(
    nn.Conv2d(3, 16, kernel_size=3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(16 * 16 * 16, CLASSES),
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
criterion = nn.CrossEntropyLoss()
for images, labels in train_loader:
    optimizer.zero_grad()
    loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="class-count-mismatch",
    severity=Severity.ERROR,
    title="Outputs and classes do not fit",
    symptom="IndexError: Target 10 is out of bounds",
    why="Cross-entropy takes the label as the number of an output, counted from 0: with K classes the labels are 0 to "
    "K - 1 and the last layer needs K outputs.",
    bad=_SCRIPT.replace("CLASSES", "10"),
    good=_SCRIPT.replace("CLASSES", "100"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Losses whose prediction has fewer, or more, columns than there are classes."""
    if any(event.target.endswith((".targets", ".labels")) for event in facts.of(Assigned)):
        return  # the classes were chosen or counted anew
    needed: dict[tuple[ast.AST, int], list[Labels]] = {}
    heads: dict[tuple[ast.AST, int], Operation] = {}
    for event in facts.of(LossComputed):
        last, labels = head(event.prediction), labels_of(event.target)
        if event.op not in ("cross_entropy", "nll_loss") or last is None:
            continue
        yield from _one_less(last)
        columns = last.output.shape[1:] if isinstance(last.output, Tensor) and last.output.shape else ()
        if labels is None:
            if columns == (1,) and event.op == "cross_entropy":
                yield _single(last)
            continue
        if len(columns) == 1 and isinstance(columns[0], int):
            key = (_site(last).node, columns[0])
            needed.setdefault(key, []).append(labels)
            heads[key] = last
    for key, last in heads.items():
        yield from _judged(key[1], needed[key], last)


def _single(last: Operation) -> Finding:
    return RULE.finding(
        _site(last),
        "The last layer has one output: cross-entropy over one class is 0 for the label 0 and fails for any other.",
        fix=Fix("Give the last layer one output for each class, or use BCEWithLogitsLoss."),
    )


def _one_less(last: Operation) -> Iterator[Finding]:
    """A head with fewer outputs than `len(classes)`, however many these are."""
    layer = _layer(last)
    outputs = layer.arguments.get("out_features") if layer else None
    if not isinstance(outputs, Number) or outputs.op != "sub" or len(outputs.parts) != 2 or outputs.site is None:
        return
    count, less = outputs.parts
    counted = count.of if isinstance(count, Number) else None
    fewer = whole_number(less)
    if (
        isinstance(counted, Method | Unknown)
        and counted.name.endswith(("classes", "class_to_idx"))
        and fewer
        and fewer > 0
    ):
        yield RULE.finding(
            _site(last),
            f"The last layer has {fewer} output{'s' if fewer > 1 else ''} fewer than there are classes.",
            fix=Fix("Give the last layer one output for each class."),
        )


def _judged(outputs: int, given: list[Labels], last: Operation) -> Iterator[Finding]:
    wrong = next((one for one in given if one.highest >= outputs or one.lowest < 0), None)
    if wrong is not None and wrong.shifted is not None and wrong.lowest != 0:
        yield RULE.finding(
            wrong.shifted,
            f"The labels run from {wrong.lowest} to {wrong.highest} after this; the last layer has {outputs} outputs, "
            f"for labels from 0 to {outputs - 1}.",
            fix=Fix("Let the labels start at 0."),
        )
    elif wrong is not None:
        yield RULE.finding(
            _site(last),
            f"The last layer has {outputs} outputs; the labels of {wrong.data.kind} run from {wrong.lowest} "
            f"to {wrong.highest}.",
            fix=Fix(f"Give the last layer {wrong.highest + 1} outputs.", _edits(last, wrong.highest + 1)),
        )
    elif outputs > (most := max(one.highest for one in given) + 1):
        yield RULE.finding(
            _site(last),
            f"The last layer has {outputs} outputs and the data {most} classes: the others are never right.",
            severity=Severity.WARNING,
            fix=Fix(f"Give the last layer {most} outputs.", _edits(last, most)),
        )


def _site(last: Operation) -> Site:
    """Where the number of outputs is written; else where the layer is made."""
    layer = _layer(last)
    outputs = layer.arguments.get("out_features") if layer else None
    if isinstance(outputs, Constant) and outputs.site is not None:
        return outputs.site
    return layer.site if layer and layer.site else last.site


def _layer(last: Operation) -> Module | None:
    """The last layer; of a network of torchvision its head."""
    if last.layer is not None and last.op == "model":
        return head_of(last.layer) or last.layer
    return last.layer


def _edits(last: Operation, outputs: int) -> tuple[Edit, ...]:
    layer = _layer(last)
    given = layer.arguments.get("out_features") if layer else None
    if layer is None or layer.site is None or given is None or given.site is None or whole_number(given) is None:
        return ()
    inside = layer.site.line <= given.line <= (getattr(layer.site.node, "end_lineno", 0) or 0)
    if given.site.source is not layer.site.source or not inside or not given.site.text.isdigit():
        return ()
    return (replace(given.site.source, given.site.node, str(outputs)),)
