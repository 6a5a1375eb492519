"""The loss is cut off from the network before the gradients are computed."""

import ast
from collections.abc import Iterator

from convlens.checking.events import Backward, Operation, Returned, Step
from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.updates import CUTS, feeding_layers, held_layers, holds_known, learning_layers
from convlens.checking.values import Items, Mapping, Module, Number, Tensor, Value

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(5):
    for images, labels in train_loader:
        optimizer.zero_grad()
        loss = loss_fn(OUTPUT, labels)
        loss.backward()
        optimizer.step()
"""

RULE = Rule(
    slug="loss-detached",
    severity=Severity.ERROR,
    title="The loss is cut off from the network",
    symptom="backward() fails with `element 0 of tensors does not require grad`, or the network does not learn at all",
    why="`.item()`, `.detach()`, `.data` and `torch.tensor(...)` give a value without its history, "
    "so no gradient reaches the layers before.",
    bad=_SCRIPT.replace("OUTPUT", "model(images).detach()"),
    good=_SCRIPT.replace("OUTPUT", "model(images)"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Losses from which no gradient reaches layers that were to be trained."""
    reached = {key for event in facts.of(Backward) for key in learning_layers(event.loss)}
    held = _held(facts)
    for event in facts.of(Backward):
        yield from _told(_cut_before(event.loss, reached, held))
    for returned in facts.of(Returned):
        function = returned.function
        if function is not None and function.name == "training_step" and _is_module(returned):
            loss = returned.value.entries.get("loss") if isinstance(returned.value, Mapping) else returned.value
            yield from _told(_cut_before(loss, set(learning_layers(loss)), None))


def _held(facts: Facts) -> set[int] | None:
    """The layers that the stepping optimizers hold; None where that is not known."""
    steps = facts.of(Step)
    if any(step.optimizer is None or not holds_known(step.optimizer) for step in steps):
        return None
    return {
        key
        for step in steps
        if step.optimizer
        for key, layer in held_layers(step.optimizer).items()
        if layer.frozen is False
    }


def _is_module(returned: Returned) -> bool:
    return isinstance(returned.calls[-1].receiver, Module)


def _cut_before(loss: Value | None, reached: set[int], held: set[int] | None) -> Operation | None:
    """The operation that keeps the gradients of a loss from layers that would otherwise be trained."""
    start = loss.tensor if isinstance(loss, Number) else loss
    if not isinstance(start, Tensor):
        return None
    feeding = feeding_layers(start)
    if isinstance(loss, Number) and feeding:
        return loss.tensor.made_by if loss.tensor else None
    lost = feeding.keys() - reached
    if held is not None:
        lost &= held
    elif feeding.keys() & set(learning_layers(start)):
        return None  # some learn: whether the others should is not known
    return _nearest_cut(start, lost) if lost else None


def _nearest_cut(start: Tensor, lost: set[int]) -> Operation | None:
    """The first cut on the way back from the loss to a layer that gets no gradient."""
    seen: set[int] = set()
    queue: list[Value] = [start]
    while queue:
        one = queue.pop(0)
        if isinstance(one, Items):
            queue.extend(one.elements)
        if not isinstance(one, Tensor) or id(one) in seen or one.made_by is None:
            continue
        seen.add(id(one))
        if one.op not in CUTS:
            queue.extend(one.made_by.inputs)
        elif lost & feeding_layers(one).keys():
            return one.made_by
    return None


def _told(cut: Operation | None) -> Iterator[Finding]:
    if cut is None:
        return
    source, node = cut.site.source, cut.node
    method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and cut.op in ("detach", "item")
    inner = node.func.value if method else node.value if isinstance(node, ast.Attribute) else None  # type: ignore[attr-defined]
    edits = (replace(source, node, source.segment(inner)),) if inner is not None else ()
    yield RULE.finding(
        cut.site,
        f"`{_how(cut)}` cuts the loss off: no gradient reaches the layers before it.",
        fix=Fix("Compute the loss from the network's own output, and detach only what is logged.", edits),
    )


def _how(cut: Operation) -> str:
    if cut.op in ("tensor", "as_tensor", "from_numpy"):
        return f"torch.{cut.op}(...)"
    return {"detach": ".detach()", "item": ".item()", "data": ".data", "numpy": ".numpy()"}.get(cut.op, cut.op)
