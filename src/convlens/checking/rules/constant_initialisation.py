"""Weights that all start with the same value."""

import ast
from collections.abc import Iterator

from convlens.checking.classes import spelled
from convlens.checking.events import Assigned, Condition, Operation, ParameterSet
from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.values import Constant, Module, Parameters, Tensor

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
for module in model.modules():
    if isinstance(module, nn.Linear):
        INIT
        nn.init.zeros_(module.bias)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
criterion = nn.CrossEntropyLoss()
for images, labels in train_loader:
    optimizer.zero_grad()
    loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="constant-initialisation",
    severity=Severity.ERROR,
    title="All weights start alike",
    symptom="the network learns as if each layer had a single neuron; the accuracy stays low",
    why="Neurons that start with the same weights give the same output and get the same gradient, so they stay alike "
    "for ever: however many neurons a layer has, it can do no more than one.",
    bad=_SCRIPT.replace("INIT", "nn.init.constant_(module.weight, 0.01)"),
    good=_SCRIPT.replace("INIT", "nn.init.kaiming_normal_(module.weight)"),
)
_ZEROS = ("zeros_", "zero_", "zeros")
_FILLS = ("constant_", "constant", "fill_", "ones_", "ones", *_ZEROS)
_MAKERS = ("ones", "zeros", "full", "ones_like", "zeros_like", "full_like")
_PASSING = ("batch_norm", "dropout", "mul", "identity", "layer_norm", "group_norm", "join", "to", "clone", "softmax",
            "log_softmax")  # fmt: skip


def check(facts: Facts) -> Iterator[Finding]:
    """Weights of convolutions and linear layers that are filled with one value."""
    for event in facts.of(ParameterSet):
        target = event.parameters
        if not isinstance(target, Parameters) or not _fills(event) or ".grad" in event.site.text:
            continue
        layers = [part for module in target.modules for part in _alike(module)]
        if not layers or not _weights(event, target) or _elsewhere(event, layers[0]):
            continue
        if _is_zero(event) and all(_may_be_zero(facts, layer) for layer in layers):
            continue
        yield RULE.finding(
            event.site,
            f"All weights of {_named(layers)} are set to the same value.",
            fix=_fix(event),
        )
    yield from _assigned(facts)


def _assigned(facts: Facts) -> Iterator[Finding]:
    """`layer.weight = nn.Parameter(torch.ones(...))`."""
    for event in facts.of(Assigned):
        layer, statement = event.owner, event.site.source.parents.get(event.node)
        if not isinstance(layer, Module) or not layer.is_layer or not event.target.endswith(".weight"):
            continue
        made_alike = isinstance(statement, ast.Assign) and _made_alike(statement.value)
        if made_alike and _alike(layer) and not _may_be_zero(facts, layer):
            yield RULE.finding(
                event.site,
                f"All weights of {_named([layer])} are set to the same value.",
                fix=Fix("Start with random weights."),
            )


def _named(layers: list[Module]) -> str:
    names = sorted({layer.name for layer in layers})
    return " and ".join(f"`{name}`" for name in names[:2])


def _fills(event: ParameterSet) -> bool:
    if event.what == "init":
        return event.how in _FILLS or (event.how == "normal_" and _no_spread(event))
    statement = event.site.source.parents.get(event.node)
    return event.what == "data" and isinstance(statement, ast.Assign) and _made_alike(statement.value)


def _made_alike(node: ast.expr) -> bool:
    """`torch.ones(10, 5)`, also as `nn.Parameter(torch.ones(10, 5))`."""
    if not isinstance(node, ast.Call):
        return False
    name = ast.unparse(node.func).rpartition(".")[2]
    return name in _MAKERS or (name == "Parameter" and bool(node.args) and _made_alike(node.args[0]))


def _no_spread(event: ParameterSet) -> bool:
    spread = event.arguments.get("std") or event.arguments.get("1")
    return isinstance(spread, Constant) and spread.value == 0


def _is_zero(event: ParameterSet) -> bool:
    value = event.value
    return event.how in _ZEROS or (isinstance(value, Constant) and value.value == 0)


def _alike(module: Module) -> list[Module]:
    """The layers in a module whose neurons become the same by equal weights, and that are trained."""
    return [
        part
        for part in module.modules()
        if part.kind in ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose2d")
        and part.constant("out_features") != 1
        and part.constant("out_channels") != 1
        and part.constant("groups") in (1, None)
        and part.frozen is not True
    ]


def _weights(event: ParameterSet, target: Parameters) -> bool:
    """Whether it is the weights that are filled, and not only biases or scales."""
    if target.name:
        return target.name == "weight"
    tests = [(ast.unparse(test.node).lower(), test.taken) for test in event.conditions if not test.known]
    if any(taken and ("bias" in text or "norm" in text or "bn" in text) and "not" not in text for text, taken in tests):
        return False
    return not tests or any(taken and "weight" in text for text, taken in tests)


def _elsewhere(event: ParameterSet, layer: Module) -> bool:
    """Whether the tests around say that another kind of layer is meant, or the function that zeros are wanted."""
    if event.function is not None and "zero" in event.function.name:
        return True
    return any(_excludes(test, layer) for test in event.conditions if not test.known)


def _excludes(test: Condition, layer: Module) -> bool:
    text = ast.unparse(test.node).lower()
    kinds = ("conv", "linear", "norm", "embedding")
    named = [kind for kind in kinds if kind in text]
    if any(kind in layer.kind for kind in named):
        return not test.taken
    return bool(named) and test.taken


def _may_be_zero(facts: Facts, layer: Module) -> bool:
    """A last layer, of the network or of a residual branch: its neurons differ by what comes after."""
    outputs = [event.output for event in facts.of(Operation) if event.layer is layer]
    if not outputs:
        return True
    return all(_ends(facts, output) for output in outputs if isinstance(output, Tensor))


def _ends(facts: Facts, output: Tensor, depth: int = 6) -> bool:
    users = [event for event in facts.of(Operation) if any(value is output for value in event.inputs)]
    for event in users:
        passed = event.op.startswith(_PASSING) and isinstance(event.output, Tensor) and depth
        if passed and isinstance(event.output, Tensor) and not _ends(facts, event.output, depth - 1):
            return False
        if not passed and event.op != "add" and event.inside:
            return False
    return True


def _fix(event: ParameterSet) -> Fix:
    note = "Start with random weights."
    call, source = event.node, event.site.source
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or event.what != "init":
        return Fix(note)
    nn = spelled(source, "torch.nn")
    if (
        call.args
        and event.how.rstrip("_") in ("constant", "ones", "zeros", "normal")
        and "init" in ast.unparse(call.func)
    ):
        text = f"{source.segment(call.func.value)}.kaiming_normal_({source.segment(call.args[0])})"
        return Fix(note, (replace(source, call, text),))
    if nn is not None and event.how in ("fill_", "zero_"):
        weights = source.segment(call.func.value).removesuffix(".data")
        return Fix(note, (replace(source, call, f"{nn}.init.kaiming_normal_({weights})"),))
    return Fix(note)
