"""A bias that the batch normalisation after it takes out again."""

import ast
from collections.abc import Iterator

from convlens.checking.events import Operation
from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import add_argument, replace
from convlens.checking.rules import Rule
from convlens.checking.values import Module, Tensor

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(
    nn.Conv2d(1, 16, kernel_size=3, padding=1),
    nn.BatchNorm2d(16),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(16 * 14 * 14, 10),
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
    slug="bias-before-batch-norm",
    severity=Severity.INFO,
    title="A bias without effect",
    symptom="nothing is wrong: a few parameters are carried along for nothing",
    why="Batch normalisation subtracts the mean of each channel, and with it any bias that was added before; its own "
    "shift does what the bias would do.",
    bad=_SCRIPT,
    good=_SCRIPT.replace("padding=1)", "padding=1, bias=False)"),
)
_BIASED = ("conv1d", "conv2d", "conv3d", "linear", "conv_transpose2d")


def check(facts: Facts) -> Iterator[Finding]:
    """Layers with a bias all of whose output goes into batch normalisation, wherever their line is used."""
    followed: dict[int, bool] = {}
    layers: dict[int, Module] = {}
    normed = {id(value) for event in facts.of(Operation) if _norms(event) for value in event.inputs}
    others = {id(value) for event in facts.of(Operation) if not _norms(event) for value in event.inputs}
    for event in facts.operations(*_BIASED):
        layer = event.layer
        if layer is None or layer.site is None or not isinstance(event.output, Tensor):
            continue
        line = id(layer.site.node)
        only = id(event.output) in normed and id(event.output) not in others
        followed[line] = followed.get(line, True) and only and layer.constant("bias") is True
        layers[line] = layer
    for line, layer in layers.items():
        if followed[line] and layer.site is not None:
            yield RULE.finding(
                layer.site, f"The bias of this `{layer.name}` is cancelled by the batch normalisation after it.",
                fix=_fix(layer),
            )  # fmt: skip


def _norms(event: Operation) -> bool:
    return event.op.startswith("batch_norm")


def _fix(layer: Module) -> Fix | None:
    if layer.site is None or not isinstance(layer.site.node, ast.Call):
        return None
    call, source = layer.site.node, layer.site.source
    note = "Leave the bias out."
    if any(keyword.arg is None for keyword in call.keywords):
        return Fix(note)
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "bias"), None)
    if given is not None:
        return Fix(note, (replace(source, given, "False"),) if isinstance(given, ast.Constant) else ())
    positional = layer.given("bias")
    return Fix(note, () if positional else (add_argument(source, call, "bias=False"),))
