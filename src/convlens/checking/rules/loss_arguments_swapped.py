"""The labels where the prediction belongs."""

import ast
from collections.abc import Iterator

from convlens.checking.dataflow import LEARNED, origins
from convlens.checking.events import LossComputed
from convlens.checking.facts import Facts
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.values import Site, Tensor, Value

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(
    nn.Conv2d(1, 16, kernel_size=3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(16 * 14 * 14, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
criterion = nn.CrossEntropyLoss()
for images, labels in train_loader:
    optimizer.zero_grad()
    logits = model(images)
    loss = criterion(ARGUMENTS)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="loss-arguments-swapped",
    severity=Severity.ERROR,
    title="Prediction and labels swapped",
    symptom="the loss fails on sizes or types of its arguments, or is negative",
    why="Losses of PyTorch take the prediction first and the target second, the other way round than scikit-learn.",
    bad=_SCRIPT.replace("ARGUMENTS", "labels, logits"),
    good=_SCRIPT.replace("ARGUMENTS", "logits, labels"),
)
_ONE_SIDED = ("cross_entropy", "nll_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits")


def check(facts: Facts) -> Iterator[Finding]:
    """Losses whose first argument is the labels, and whose second one comes out of a network."""
    for event in facts.of(LossComputed):
        if event.op in _ONE_SIDED and _are_labels(event.prediction) and _is_computed(event.target):
            site = _written_at(event)
            yield RULE.finding(
                site,
                f"`{_name(site)}` gets the labels as its prediction and the prediction as its target.",
                fix=Fix("Put the prediction first.", _swapped(site)),
            )


def _are_labels(value: Value | None) -> bool:
    found = origins(value, ("one_hot", "getitem"))
    return bool(found) and all(isinstance(one, Tensor) and one.role == "labels" for one in found)


def _is_computed(value: Value | None) -> bool:
    return isinstance(value, Tensor) and any(one.op in (*LEARNED, "model") for one in value.ancestry())


def _written_at(event: LossComputed) -> Site:
    """Where the order was chosen: the call of a user's loss, when that only passes its parameters on."""
    site = event.site
    for call in reversed(event.calls):
        given = [argument.id for argument in _arguments(site) if isinstance(argument, ast.Name)]
        parameters = [argument.arg for argument in call.function.node.args.args if argument.arg != "self"]
        if len(given) < 2 or given[:2] != parameters[:2] or call.site is None:
            break
        site = call.site
    return site


def _arguments(site: Site) -> list[ast.expr]:
    return site.node.args if isinstance(site.node, ast.Call) else []


def _name(site: Site) -> str:
    return site.source.segment(site.node.func) if isinstance(site.node, ast.Call) else "The loss"


def _swapped(site: Site) -> tuple[Edit, ...]:
    call, source = site.node, site.source
    if not isinstance(call, ast.Call):
        return ()
    pair: list[ast.expr] = call.args[:2]
    if len(pair) < 2:
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        pair = [named[name] for name in ("input", "target") if name in named]
    if len(pair) < 2 or any(isinstance(one, ast.Starred) for one in pair):
        return ()
    first, second = pair
    return replace(source, first, source.segment(second)), replace(source, second, source.segment(first))
