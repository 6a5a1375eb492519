"""A layer made for another number of channels than reaches it."""

import ast
from collections.abc import Iterator

from convlens.checking.dataflow import in_call_of_layer, is_channels_last, set_argument
from convlens.checking.events import ShapeProblem
from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.rules import Rule
from convlens.checking.values import Module, Site, Tensor

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.CIFAR10("data", train=True, transform=transforms.ToTensor())
model = nn.Sequential(
    nn.Conv2d(CHANNELS, 32, kernel_size=3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(32 * 16 * 16, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
for images, labels in DataLoader(train_set, batch_size=64, shuffle=True):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="channel-mismatch",
    severity=Severity.ERROR,
    title="Wrong number of channels",
    symptom="expected input to have 1 channels, but got 3 channels instead",
    why="Each filter of a convolution has one kernel for each channel that comes in: in_channels is what the layer "
    "before gives out, or 1 for grey and 3 for coloured pictures.",
    bad=_SCRIPT.replace("CHANNELS", "1"),
    good=_SCRIPT.replace("CHANNELS", "3"),
)
_ARGUMENT = {"batch_norm1d": "num_features", "batch_norm2d": "num_features", "batch_norm3d": "num_features"}


def check(facts: Facts) -> Iterator[Finding]:
    """Convolutions and batch normalisations whose number of channels is not what reaches them."""
    for event in facts.of(ShapeProblem):
        if event.kind != "channels" or event.layer is None or is_channels_last(facts, event):
            continue
        argument = _ARGUMENT.get(event.layer.kind, "in_channels")
        site = _site(facts, event.layer, argument)
        if site is None:
            continue
        yield RULE.finding(
            site,
            f"This layer takes {event.expected} channel{'s' * (event.expected != 1)}, and {event.found} reach it"
            f"{_from(event.tensor)}.",
            fix=Fix(f"Set {argument} to {event.found}.", set_argument(event.layer, argument, (event.found,), site)),
        )


def _site(facts: Facts, layer: Module, argument: str) -> Site | None:
    site = in_call_of_layer(layer, argument)
    if site is layer.site:
        site = _call_of_block(facts, layer) or site
    return site if facts.in_file(site) else layer.site


def _call_of_block(facts: Facts, layer: Module) -> Site | None:
    """Of a block with numbers of its own, `Block(width, 2 * width)`, the call that gives the layer's first number."""
    making = facts.making(layer)
    call = making.calls[-1] if making is not None and making.calls else None
    node = layer.site.node if layer.site is not None else None
    if call is None or call.site is None or not isinstance(node, ast.Call) or not node.args:
        return None
    number, given = node.args[0], call.site.node
    named = isinstance(number, ast.Name) and number.id in {one.arg for one in call.function.node.args.args}
    return call.site if named and isinstance(given, ast.Call) and given.args else None


def _from(tensor: Tensor) -> str:
    """What gives the channels out."""
    for one in tensor.ancestry():
        layer = one.made_by.layer if one.made_by else None
        if layer is not None and layer.kind.startswith("conv") and layer.site:
            return f" from the convolution in {layer.site.place}"
    return " from the data" if any(one.role == "images" for one in tensor.ancestry()) else ""
