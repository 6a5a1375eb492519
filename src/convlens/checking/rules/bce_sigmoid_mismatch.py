"""Binary cross-entropy that gets probabilities for logits, or logits for probabilities."""

import ast
from collections.abc import Iterator

from convlens.checking.dataflow import head, made_by_one, place
from convlens.checking.events import LossComputed
from convlens.checking.facts import Facts
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.values import Site

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
is_shoe = nn.Sequential(
    nn.Conv2d(1, 16, kernel_size=3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(16 * 14 * 14, 1),
    nn.Sigmoid(),
)
optimizer = torch.optim.Adam(is_shoe.parameters(), lr=0.001)
criterion = LOSS()
for images, labels in train_loader:
    shoes = ((labels == 5) | (labels == 7) | (labels == 9)).float()
    optimizer.zero_grad()
    loss = criterion(is_shoe(images).squeeze(1), shoes)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="bce-sigmoid-mismatch",
    severity=Severity.ERROR,
    title="Sigmoid twice, or not at all",
    symptom="the loss does not fall below 0.31, or: all elements of input should be between 0 and 1",
    why="BCEWithLogitsLoss takes the sigmoid itself; of a probability it makes one between 0.5 and 0.731, so nothing "
    "is ever denied and the loss of a sure yes stays at 0.313. BCELoss takes none and fails on numbers outside of "
    "0 to 1.",
    bad=_SCRIPT.replace("LOSS", "nn.BCEWithLogitsLoss"),
    good=_SCRIPT.replace("LOSS", "nn.BCELoss"),
)
_OTHER = {
    "BCELoss": "BCEWithLogitsLoss",
    "BCEWithLogitsLoss": "BCELoss",
    "binary_cross_entropy": "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits": "binary_cross_entropy",
}


def check(facts: Facts) -> Iterator[Finding]:
    """Binary cross-entropy with logits after a sigmoid, and without logits after none."""
    for event in facts.of(LossComputed):
        if event.op == "binary_cross_entropy_with_logits":
            sigmoid = made_by_one(event.prediction, "sigmoid", "softmax", through=("dropout",))
            if sigmoid is not None:
                loss = event.loss.site if event.loss and event.loss.site else event.site
                yield _finding(
                    event,
                    place(sigmoid),
                    f"The output of this {sigmoid.op} goes into the loss in {loss.place}, which takes the sigmoid "
                    "itself.",
                )
        elif event.op == "binary_cross_entropy":
            layer = head(event.prediction)
            inside = made_by_one(event.prediction, "sigmoid", "softmax", "hardsigmoid", through=("dropout",))
            if layer is not None and inside is None and layer.op != "model":
                site = event.loss.site if event.loss and event.loss.site else event.site
                yield _finding(event, site, "This loss needs probabilities, and is given the logits of the last layer.")


def _finding(event: LossComputed, at: Site, message: str) -> Finding:
    site = event.loss.site if event.loss and event.loss.site else event.site
    func = site.node.func if isinstance(site.node, ast.Call) else None
    edits: tuple[Edit, ...] = ()
    other = _OTHER.get(func.attr, "") if isinstance(func, ast.Attribute) else ""
    if isinstance(func, ast.Attribute) and other and not _weighs(event) and site.source is at.source:
        edits = (replace(site.source, func, f"{site.source.segment(func.value)}.{other}"),)
    name = other or _OTHER["BCELoss" if event.op == "binary_cross_entropy" else "BCEWithLogitsLoss"]
    return RULE.finding(at, message, fix=Fix(f"Use {name}.", edits))


def _weighs(event: LossComputed) -> bool:
    """Whether an argument is given that only one of the two losses has."""
    given = event.arguments.get("pos_weight")
    return given is not None and given.site is not None
