"""Gradients of several batches added up and not averaged."""

import ast
from collections.abc import Iterator

from convlens.checking.conditions import conditions_in, interval, logs
from convlens.checking.events import Backward, LossComputed, Step, ZeroGrad
from convlens.checking.facts import Facts, Pass
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.updates import clears, gradient_flow, updates
from convlens.checking.values import Constant, Tensor, Value

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=16, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()
parts = 4

for i, (images, labels) in enumerate(train_loader):
    loss = loss_fn(model(images), labels)
    LOSS.backward()
    if (i + 1) % parts == 0:
        optimizer.step()
        optimizer.zero_grad()
"""

RULE = Rule(
    slug="accumulation-unscaled",
    severity=Severity.WARNING,
    title="Accumulated gradients not averaged",
    symptom="with gradient accumulation the loss jumps, as if the learning rate were several times as large",
    why="The gradients of k batches add up to k times the gradient of one large batch, so each step is k times as "
    "long.",
    bad=_SCRIPT.replace("LOSS", "loss"),
    good=_SCRIPT.replace("LOSS", "(loss / parts)"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Passes that step on every k-th batch with a loss that is nowhere divided."""
    for one in facts.training_passes():
        for step in updates(one):
            every = interval(conditions_in(facts, one, step))
            if every is None or logs(facts, one, step) or not _cleared_with(facts, one, step):
                continue
            backward = _each_batch(facts, one, step)
            if backward is None or not _plain(backward.loss) or _scaled_later(facts, one):
                continue
            source = step.site.source
            k = source.segment(every)
            yield RULE.finding(
                backward.site,
                f"The gradients of `{k}` batches are added up; the loss is not divided by `{k}`.",
                fix=Fix("Divide the loss by the number of batches between two steps.", _edits(backward, every, k)),
            )


def _cleared_with(facts: Facts, one: Pass, step: Step) -> bool:
    """Cleared on the k-th batch as well, so that the batches between are meant to add up."""
    zeros = [zero for zero in one.of(ZeroGrad) if step.optimizer and clears(zero, step.optimizer)]
    return bool(zeros) and all(interval(conditions_in(facts, one, zero)) is not None for zero in zeros)


def _each_batch(facts: Facts, one: Pass, step: Step) -> Backward | None:
    """The gradients computed on every batch; None where a framework scales them or they belong to the branch."""
    backwards = [event for event in one.of(Backward) if event.turns == step.turns]
    if not backwards or any(interval(conditions_in(facts, one, event)) is not None for event in backwards):
        return None
    return backwards[0] if backwards[0].via in ("tensor", "fabric") else None


def _plain(value: Value | None) -> bool:
    """Whether a loss is a mean over its batch and goes into `backward()` as it is."""
    while isinstance(value, Tensor) and value.made_by is not None and not isinstance(value.made_by, LossComputed):
        if value.made_by.op not in ("to", "float", "add", "join", "clone"):
            return False
        if any(one.op in ("div", "mul", "sum") for one in gradient_flow(value) if not _before_loss(one)):
            return False
        value = value.made_by.input
    return isinstance(value, Tensor) and isinstance(value.made_by, LossComputed) and value.made_by.reduction == "mean"


def _before_loss(tensor: Tensor) -> bool:
    """Whether a tensor belongs to the network: then it is not the loss that is divided there."""
    return not any(isinstance(one.made_by, LossComputed) for one in tensor.ancestry())


def _scaled_later(facts: Facts, one: Pass) -> bool:
    """Gradients divided by hand before the step."""
    text = one.site.source.segment(one.statement)
    return ".grad" in text.replace("zero_grad", "").replace("no_grad", "").replace("clip_grad", "")


def _edits(backward: Backward, every: ast.expr, k: str) -> tuple[Edit, ...]:
    node, source = backward.node, backward.site.source
    owner = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
    if isinstance(owner, ast.Call) and isinstance(owner.func, ast.Attribute) and owner.func.attr == "scale":
        loss = owner.args[0] if owner.args else None
        return (replace(source, loss, f"{source.segment(loss)} / {k}"),) if isinstance(loss, ast.Name) else ()
    simple = isinstance(every, ast.Name | ast.Constant | ast.Attribute)
    if not isinstance(owner, ast.Name) or not simple or isinstance(backward.loss, Constant):
        return ()
    return (replace(source, owner, f"({owner.id} / {k})"),)
