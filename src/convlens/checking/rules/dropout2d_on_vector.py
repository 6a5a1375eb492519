"""Dropout of whole feature maps where there are no maps."""

import ast
from collections.abc import Iterator

from convlens.checking.events import Operation
from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.values import Site, Tensor

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(
    nn.Flatten(),
    nn.Linear(784, 100),
    nn.ReLU(),
    nn.DROPOUT(0.5),
    nn.Linear(100, 10),
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
    slug="dropout2d-on-vector",
    severity=Severity.WARNING,
    title="Dropout for maps on flat features",
    symptom="a warning: received a 2-D input to dropout2d, which is deprecated",
    why="`Dropout2d` switches off whole feature maps and wants images x channels x height x width; flat features have "
    "no maps, so PyTorch warns today and will refuse it.",
    bad=_SCRIPT.replace("DROPOUT", "Dropout2d"),
    good=_SCRIPT.replace("DROPOUT", "Dropout"),
)
_KEEPS = (
    "relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "tanh", "sigmoid", "hardswish", "dropout",
    "batch_norm1d", "to", "identity", "clone", "contiguous",
)  # fmt: skip
"""Operations after which flat features are flat still."""


def check(facts: Facts) -> Iterator[Finding]:
    """Dropout2d and Dropout3d, as layer or function, on what has no height and width."""
    events = facts.operations("dropout2d", "dropout3d")
    on_maps = {id(event.layer) for event in events if event.layer and not _is_flat(event.input)}
    for event in events:
        if not _is_flat(event.input):
            continue
        defined = event.layer is not None and id(event.layer) not in on_maps and event.layer.site is not None
        site = event.layer.site if event.layer is not None and defined and event.layer.site else event.site
        yield RULE.finding(
            site, f"`{_name(event)}` gets flat features here, which have no maps to drop.", fix=_fix(site, event)
        )


def _name(event: Operation) -> str:
    func = getattr(event.node, "func", None)
    return event.layer.name if event.layer else ast.unparse(func) if func else event.op


def _is_flat(tensor: Tensor | None) -> bool:
    """Whether it is images x features for certain: by its sizes, or by what made it."""
    while tensor is not None:
        if tensor.shape is not None:
            return len(tensor.shape) == 2
        if tensor.op == "linear":
            return _is_flat(tensor.made_by.input) if tensor.made_by and tensor.made_by.input else False
        if tensor.op == "flatten" and tensor.made_by is not None:
            start = getattr(tensor.made_by.arguments.get("start_dim"), "value", None)
            return start == 1
        if tensor.op not in _KEEPS or tensor.made_by is None:
            return False
        tensor = tensor.made_by.input
    return False


def _fix(site: Site, event: Operation) -> Fix:
    func = getattr(site.node, "func", None)
    text = site.source.segment(func) if isinstance(func, ast.expr) else ""
    note = "Use Dropout, which drops single neurons."
    for wrong in ("Dropout2d", "Dropout3d", "dropout2d", "dropout3d"):
        if isinstance(func, ast.expr) and text.endswith(wrong):
            return Fix(note, (replace(site.source, func, text.removesuffix(wrong) + wrong[:-2]),))
    return Fix(note)
