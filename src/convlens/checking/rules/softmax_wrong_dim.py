"""Probabilities that add up to 1 over the pictures of a batch instead of over the classes."""

from collections.abc import Iterator

from convlens.checking.dataflow import whole_number
from convlens.checking.events import Operation
from convlens.checking.facts import Facts
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.values import Loader, Tensor

_SCRIPT = """
import torch
import torch.nn.functional as F
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
        x = self.pool(F.relu(self.conv(x)))
        x = self.fc(torch.flatten(x, 1))
        return F.log_softmax(x, dim=DIM)


train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
for images, labels in train_loader:
    optimizer.zero_grad()
    loss = F.nll_loss(model(images), labels)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="softmax-wrong-dim",
    severity=Severity.ERROR,
    title="Softmax over the batch",
    symptom="the loss starts at the logarithm of the batch size and hardly falls",
    why="Over dimension 0 the pictures of a batch compete with each other for each class: the probabilities of one "
    "picture do not add up to 1, and change with the other pictures of its batch.",
    bad=_SCRIPT.replace("DIM", "0"),
    good=_SCRIPT.replace("DIM", "1"),
)
_NAMES = {"softmax": "softmax", "log_softmax": "log-softmax", "softmin": "softmin"}


def check(facts: Facts) -> Iterator[Finding]:
    """Softmax and log-softmax over the dimension of the pictures."""
    for event in facts.operations(*_NAMES):
        dim = whole_number(event.arguments.get("dim"))
        if dim is None or event.input is None or not _is_batch(event.input, dim):
            continue
        site = event.layer.site if event.layer and event.layer.site else event.site
        yield RULE.finding(
            site,
            f"This {_NAMES[event.op]} is over dimension {dim}, the pictures of the batch; "
            "the classes are in dimension 1.",
            fix=Fix("Take it over the classes: dim=1.", _edits(event)),
        )


def _is_batch(tensor: Tensor, dim: int) -> bool:
    shape = tensor.shape
    if shape is None:  # of a network that is not known: its first dimension is that of its input
        pictures = tensor.made_by.input if tensor.made_by and tensor.op == "model" else None
        return dim == 0 and pictures is not None and isinstance(pictures.of, Loader) and pictures.role == "images"
    if not -len(shape) <= dim < len(shape) or len(shape) < 2:
        return False
    return shape[dim] == "N" or (len(shape) == 2 and dim % 2 == 0 and shape[0] == 1)


def _edits(event: Operation) -> tuple[Edit, ...]:
    given = event.arguments["dim"].site
    shape = event.input.shape if event.input else None
    if given is None or given.source is not event.site.source or shape is None or len(shape) != 2:
        return ()
    return (replace(given.source, given.node, "1"),)
