"""The best class looked for among the pictures of a batch."""

import ast
from collections.abc import Iterator

from convlens.checking.events import Forward, Operation
from convlens.checking.facts import Facts, produced
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import add_argument, replace
from convlens.checking.rules import Rule
from convlens.checking.values import NONE, Constant, Items, Loader, Mapping, Tensor, Value

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

test_set = datasets.FashionMNIST("data", train=False, transform=transforms.ToTensor())
test_loader = DataLoader(test_set, batch_size=64)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
model.load_state_dict(torch.load("model.pt", weights_only=True))
model.eval()
correct = 0
with torch.no_grad():
    for images, labels in test_loader:
        predicted = model(images).argmax(dim=DIM)
        correct += (predicted == labels).sum().item()
print(correct / len(test_set))
"""

RULE = Rule(
    slug="accuracy-wrong-dim",
    severity=Severity.ERROR,
    title="Best picture instead of best class",
    symptom="The size of tensor a (10) must match the size of tensor b (64), or an accuracy near chance",
    why="The network's output is pictures x classes: over dimension 0 argmax answers which picture of the batch is "
    "best for each class, and without a dimension it answers one number for the whole batch.",
    bad=_SCRIPT.replace("DIM", "0"),
    good=_SCRIPT.replace("DIM", "1"),
)
_KEEPS = ("softmax", "log_softmax", "sigmoid", "detach", "data", "cpu", "to", "cuda", "float", "numpy", "exp", "clone",
          "double", "half")  # fmt: skip


def check(facts: Facts) -> Iterator[Finding]:
    """`argmax`, `max` and `topk` over the first dimension of what a network gave for a batch."""
    outputs = {id(output): event for event in facts.of(Forward) for output in _outputs(event.output)}
    compared = {id(value) for event in facts.operations("eq", "ne") for value in _back(event)}
    for event in facts.operations("argmax", "max", "topk", "argsort"):
        if event.inside or event.input is None:
            continue
        forward = _network(event.input, outputs)
        if forward is None or not _is_batch(forward, event.input):
            continue
        dim = event.arguments.get("dim")
        number = dim.value if isinstance(dim, Constant) else "unknown"
        if number == 0 or (number == -2 and _sides(event.input) == 2):
            yield RULE.finding(
                event.site, f"`{_short(event)}` looks over the batch, dimension 0; the classes are dimension 1.",
                fix=_fix(event, dim),
            )  # fmt: skip
        elif number is None and event.op == "argmax" and id(event.output) in compared and _sides(event.input) == 2:
            yield RULE.finding(
                event.site, f"`{_short(event)}` without `dim` gives one number for the whole batch.",
                fix=_fix(event, dim),
            )  # fmt: skip


def _outputs(value: Value | None) -> list[Value | None]:
    """What a network gives: one tensor, or several, one for each of its heads."""
    return list(value.entries.values()) if isinstance(value, Mapping) else [value]


def _network(value: Value, outputs: dict[int, Forward]) -> Forward | None:
    """The network whose output this is, looking back through what keeps the order of the dimensions."""
    while isinstance(value, Tensor):
        if id(value) in outputs:
            return outputs[id(value)]
        made = value.made_by
        if made is not None and value.op == "cat" and made.inputs and isinstance(made.inputs[0], Items):
            value = next(iter(made.inputs[0].elements), NONE)  # the answers for all batches in one
        elif made is not None and value.op in _KEEPS and made.input is not None:
            value = made.input
        else:
            return None
    return None


def _is_batch(forward: Forward, logits: Tensor) -> bool:
    """Several pictures, each with its own row of logits."""
    if logits.shape is not None:
        return len(logits.shape) >= 2 and logits.shape[0] != 1
    given = next((value for value in forward.inputs if isinstance(value, Tensor)), None)
    if given is None or not isinstance(given.of, Loader) or produced(given, "unsqueeze", "getitem") is not None:
        return False
    return given.of.constant("batch_size") != 1 or given.of.opaque


def _sides(tensor: Tensor) -> int | None:
    return len(tensor.shape) if tensor.shape is not None else None


def _back(event: Operation) -> list[Value]:
    """What is compared, looking back through what keeps values."""
    found: list[Value] = []
    for value in event.inputs:
        one: Value | None = value
        while isinstance(one, Tensor):
            found.append(one)
            one = one.made_by.input if one.made_by and one.op in (*_KEEPS, "squeeze", "view", "view_as") else None
    return found


def _short(event: Operation) -> str:
    text = " ".join(event.site.text.split())
    return text if len(text) <= 60 else event.op


def _fix(event: Operation, dim: Value | None) -> Fix:
    note = "Look over the classes: dim=1."
    call = event.node
    if not isinstance(call, ast.Call):
        return Fix(note)
    if dim is None or dim.site is None:
        return Fix(note, (add_argument(event.site.source, call, "dim=1"),))
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if any(node is dim.site.node for node in given):
        return Fix(note, (replace(event.site.source, dim.site.node, "1"),))
    return Fix(note)
