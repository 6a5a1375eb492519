"""Two layers with weights and nothing nonlinear between them."""

import ast
from collections.abc import Iterator

from convlens.checking.dataflow import LEARNED, called_by_name, imported, place
from convlens.checking.events import Operation
from convlens.checking.facts import Facts
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.updates import held_layers
from convlens.checking.values import Constant, Items, Value

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=3, padding=1, stride=2)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=3, padding=1, stride=2)
        self.fc = nn.Linear(32 * 7 * 7, 10)

    def forward(self, x):
        x = FIRST
        x = torch.relu(self.conv2(x))
        return self.fc(torch.flatten(x, 1))


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
    slug="activation-missing",
    severity=Severity.ERROR,
    title="No activation between two layers",
    symptom="a deeper network is no better than one with a layer less",
    why="A convolution of a convolution is one convolution with a larger kernel, a linear layer of a linear layer is "
    "one linear layer. Only a nonlinearity between them makes two layers more than one; average pooling, dropout and "
    "batch normalisation are linear.",
    bad=_SCRIPT.replace("FIRST", "self.conv1(x)"),
    good=_SCRIPT.replace("FIRST", "torch.relu(self.conv1(x))"),
)
_ON_PURPOSE = "Leave it if it is meant: two small layers are cheaper than a large one. Else put an activation between."
_NORMALISED = ("batch_norm1d", "batch_norm2d", "batch_norm")
_LINEAR = (
    *_NORMALISED, "avg_pool1d", "avg_pool2d", "adaptive_avg_pool1d", "adaptive_avg_pool2d", "dropout", "dropout1d",
    "dropout2d", "dropout3d", "flatten", "view", "reshape", "identity", "contiguous", "to", "squeeze", "unsqueeze",
)  # fmt: skip
_HARMLESS = (*_LINEAR, "permute", "transpose", "size", "getitem", "detach", "item", "data")


def check(facts: Facts) -> Iterator[Finding]:
    """Layers whose input is a linear function of another layer's output."""
    bent = _bent(facts)
    for event in facts.operations(*LEARNED):
        chain = _chain(event, bent)
        if not chain:
            continue
        first = chain[-1]
        if _taught_apart(facts, first, event):
            continue
        harmless = _on_purpose(first, event)
        yield RULE.finding(
            place(first),
            f"Between {_named(first)} and {_named(event)} nothing is nonlinear: together they are one linear layer.",
            severity=Severity.INFO if harmless else None,
            fix=Fix(_ON_PURPOSE) if harmless else Fix("Put an activation between them.", _edits(chain)),
        )


def _taught_apart(facts: Facts, first: Operation, second: Operation) -> bool:
    """Whether each has an optimizer of its own: what a generator draws is a picture, not a hidden layer."""
    held = [held_layers(optimizer).keys() for optimizer in facts.optimizers]
    holders = [{index for index, layers in enumerate(held) if id(one.layer) in layers} for one in (first, second)]
    return all(holders) and not holders[0] & holders[1]


def _bent(facts: Facts) -> set[int]:
    """Values that something nonlinear takes, directly or behind a linear operation, as beside a residual's shortcut."""
    found: set[int] = set()
    for event in reversed(facts.of(Operation)):
        behind = event.op in _LINEAR and id(event.output) in found
        if behind or event.op not in (*_HARMLESS, *LEARNED):
            found.update(id(value) for value in event.inputs)
    return found


def _chain(event: Operation, bent: set[int]) -> list[Operation]:
    """The linear operations from a layer back to the layer before; empty where there is something else between."""
    chain: list[Operation] = []
    tensor = event.input
    while tensor is not None and tensor.made_by is not None and id(tensor) not in bent:
        chain.append(tensor.made_by)
        if tensor.made_by.op in LEARNED:
            return chain
        if tensor.made_by.op not in _LINEAR:
            return []
        tensor = tensor.made_by.input
    return []


def _on_purpose(first: Operation, second: Operation) -> bool:
    """A depthwise or one-sided kernel and its other half, or a bottleneck: cheaper than one layer for both."""
    if any(_grouped(one) for one in (first, second)):
        return True
    kernels = [_kernel(one) for one in (first, second)]
    if any(kernel and kernel[0] != kernel[1] for kernel in kernels):
        return True
    into, middle, out = _size(first, "in"), _size(first, "out"), _size(second, "out")
    if into is None or middle is None or out is None:
        return False
    if first.op == second.op == "linear":
        return 2 * middle <= min(into, out)
    return (1, 1) in kernels and middle < into and middle <= out


def _grouped(event: Operation) -> bool:
    groups = event.arguments.get("groups")
    if groups is None or (event.layer is not None and not event.layer.complete):
        return event.layer is not None and not event.layer.complete
    return not (isinstance(groups, Constant) and groups.value == 1)


def _kernel(event: Operation) -> tuple[object, object] | None:
    value = event.arguments.get("kernel_size")
    sides: list[Value] = value.elements if isinstance(value, Items) else [value, value] if value else []
    if len(sides) != 2 or not all(isinstance(side, Constant) for side in sides):
        return None
    first, last = (side.value for side in sides if isinstance(side, Constant))
    return first, last


def _size(event: Operation, side: str) -> int | None:
    names = (f"{side}_features", f"{side}_channels")
    value = next((event.arguments[name] for name in names if name in event.arguments), None)
    return value.value if isinstance(value, Constant) and isinstance(value.value, int) else None


def _named(event: Operation) -> str:
    kind = "linear layer" if event.op == "linear" else "convolution"
    layer = event.layer
    if layer is not None and layer.site is not None:
        around = layer.site.source.parents.get(layer.site.node)
        target = around.targets[0] if isinstance(around, ast.Assign) else None
        if isinstance(target, ast.Attribute | ast.Name):
            return f"`{ast.unparse(target)}`"
        if layer.line == getattr(layer.site.node, "end_lineno", 0):
            return f"`{layer.site.text}` in {layer.site.place}"
        return f"the {kind} in {layer.site.place}"
    return f"the {kind} in {event.site.place}"


def _edits(chain: list[Operation]) -> tuple[Edit, ...]:
    """An activation after the first layer and its normalisation, in the style of the script."""
    at = chain[-1]
    for one in reversed(chain[:-1]):
        if one.op not in _NORMALISED:
            break
        at = one
    site = place(at)
    call, source = site.node, site.source
    if not isinstance(call, ast.Call) or at.site.source is not source:
        return ()
    if called_by_name(at) and at.layer is not None:
        name = next((name for name in ("F.relu", "torch.relu") if name.split(".")[0] in imported(source)), None)
        return (replace(source, call, f"{name}({source.segment(call)})"),) if name else ()
    around = source.parents.get(call)
    if isinstance(around, ast.Call | ast.List) and isinstance(call.func, ast.Attribute):
        text = source.segment(call)
        alone = source.line(call.lineno)[: source.column(call.lineno, call.col_offset)].strip() == ""
        gap = ",\n" + source.indent(call.lineno) if alone else ", "
        return (replace(source, call, f"{text}{gap}{source.segment(call.func.value)}.ReLU()"),)
    return ()
