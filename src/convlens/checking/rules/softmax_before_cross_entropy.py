"""Softmax output given to a loss that takes the softmax itself."""

import math
from collections.abc import Iterator

from convlens.checking.dataflow import made_by_one, place
from convlens.checking.events import LossComputed
from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.omitting import without
from convlens.checking.rules import Rule
from convlens.checking.values import Tensor, Value

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
        x = self.fc(torch.flatten(x, 1))
        return RETURNED


train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
criterion = nn.CrossEntropyLoss()
for images, labels in train_loader:
    optimizer.zero_grad()
    loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="softmax-before-cross-entropy",
    severity=Severity.ERROR,
    title="Softmax twice",
    symptom="the loss falls slowly and stops at 1.46 (with 10 classes)",
    why="CrossEntropyLoss takes the softmax itself. Of probabilities, which lie between 0 and 1, it makes nearly equal "
    "ones: with K classes even a sure and right answer costs log(e + K - 1) - 1, and the gradients are small.",
    bad=_SCRIPT.replace("RETURNED", "torch.softmax(x, dim=1)"),
    good=_SCRIPT.replace("RETURNED", "x"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Cross-entropy whose prediction was made by a softmax."""
    for event in facts.of(LossComputed):
        softmax = made_by_one(event.prediction, "softmax", through=("dropout",))
        if event.op == "cross_entropy" and softmax is not None:
            yield RULE.finding(
                place(softmax),
                f"The output of this softmax goes into cross-entropy{_floor(event.prediction)}.",
                fix=Fix("Give the loss the logits: leave the softmax out.", without(softmax)),
            )


def _floor(prediction: Value | None) -> str:
    classes = prediction.shape[-1] if isinstance(prediction, Tensor) and prediction.shape else None
    if not isinstance(classes, int) or classes < 2:
        return ""
    floor = math.log(math.e + classes - 1) - 1
    return f": with {classes} classes the loss cannot fall under {floor:.3f}"
