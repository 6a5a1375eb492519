"""A map that has become smaller than the next kernel."""

from collections.abc import Iterator

from convlens.checking.dataflow import after_wrong_layout, operation_of, place
from convlens.checking.derivations import words
from convlens.checking.events import ShapeProblem
from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.rules import Rule

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
model = nn.Sequential(
    nn.Conv2d(1, 16, kernel_size=3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(16, 32, kernel_size=3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(32, 32, kernel_size=3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(32, 64, kernel_size=3PADDING),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(64, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
for images, labels in DataLoader(train_set, batch_size=64, shuffle=True):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="pooled-to-nothing",
    severity=Severity.ERROR,
    title="The map shrinks to nothing",
    symptom="output size is too small, or: kernel size can't be greater than actual input size",
    why="A kernel needs a map that is, with its padding, at least as large as itself. Each side follows from "
    "n_out = floor((n_in + 2p - k) / s) + 1: a kernel without padding takes k - 1 off, pooling by 2 leaves half.",
    bad=_SCRIPT.replace("PADDING", ""),
    good=_SCRIPT.replace("PADDING", ", padding=1"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Kernels larger than the map, padding included, that reaches them."""
    for event in facts.of(ShapeProblem):
        if event.kind != "pooled-to-nothing" or after_wrong_layout(facts, event):
            continue
        operation = operation_of(facts, event)
        size = " x ".join(words(event.shape).split(" x ")[-2:])
        yield RULE.finding(
            place(operation) if operation else event.site,
            f"A map of {size} reaches this layer, whose kernel of {event.expected} does not fit on it"
            f"{facts.derivation(event.tensor)}.",
            fix=Fix("Take a pooling or a stride less before it, or give the convolutions padding."),
        )
