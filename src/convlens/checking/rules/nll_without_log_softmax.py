"""Negative log-likelihood of something that is not a log-probability."""

import ast
from collections.abc import Iterator

from convlens.checking.dataflow import head, made_by_one, place
from convlens.checking.events import LossComputed, Operation
from convlens.checking.facts import Facts
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import replace
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
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(16 * 14 * 14, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
criterion = LOSS()
for images, labels in train_loader:
    optimizer.zero_grad()
    loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="nll-without-log-softmax",
    severity=Severity.ERROR,
    title="Negative log-likelihood without log-softmax",
    symptom="the loss is negative and falls without end",
    why="NLLLoss only picks the output of the right class and turns its sign: it needs log-probabilities. Of logits it "
    "falls without end, as they may grow; of probabilities it stays between -1 and 0.",
    bad=_SCRIPT.replace("LOSS", "nn.NLLLoss"),
    good=_SCRIPT.replace("LOSS", "nn.CrossEntropyLoss"),
)
_LOGARITHMIC = ("log_softmax", "logsigmoid", "log", "log2", "log1p", "logsumexp")
_CROSS_ENTROPY = {"NLLLoss": "CrossEntropyLoss", "nll_loss": "cross_entropy"}


def check(facts: Facts) -> Iterator[Finding]:
    """Negative log-likelihood of logits or probabilities."""
    for event in facts.of(LossComputed):
        prediction = event.prediction
        if event.op != "nll_loss" or not isinstance(prediction, Tensor):
            continue
        if any(one.op in _LOGARITHMIC or _hidden(one) for one in prediction.ancestry()):
            continue
        softmax = made_by_one(prediction, "softmax", through=("dropout",))
        if softmax is not None:
            yield _of_probabilities(softmax)
        elif head(prediction) is not None:
            yield _of_logits(event)


def _hidden(tensor: Tensor) -> bool:
    """Whether it comes out of a network whose end is not known."""
    layer = tensor.made_by.layer if tensor.made_by and tensor.op == "model" else None
    if layer is None:
        return tensor.op == "model"
    parts = [part for part in layer.modules() if part.name != "body"]
    return layer.kind != "known" or any(part.kind in ("unknown", "user", "log_softmax") for part in parts)


def _of_probabilities(softmax: Operation) -> Finding:
    site = softmax.layer.site if softmax.layer and softmax.layer.site else softmax.site
    names = {"softmax": "log_softmax", "Softmax": "LogSoftmax"}
    return RULE.finding(
        site if softmax.layer and softmax.layer.site else place(softmax),
        "The output of this softmax goes into a negative log-likelihood, which needs log-probabilities.",
        fix=Fix("Take the log-softmax.", _renamed(softmax.layer, softmax, names)),
    )


def _of_logits(event: LossComputed) -> Finding:
    site = event.loss.site if event.loss and event.loss.site else event.site
    return RULE.finding(
        site,
        "This negative log-likelihood needs log-probabilities, and there is no log-softmax on the way to it.",
        fix=Fix("Use cross-entropy, which takes the log-softmax itself.", _renamed(event.loss, event, _CROSS_ENTROPY)),
    )


def _renamed(layer: Module | None, event: Operation, names: dict[str, str]) -> tuple[Edit, ...]:
    """Another function or class of the same module: only its last name changes."""
    site = layer.site if layer and layer.site else event.site
    func = site.node.func if isinstance(site.node, ast.Call) else None
    if not isinstance(func, ast.Attribute) or func.attr not in names:
        return ()
    return (replace(site.source, func, f"{site.source.segment(func.value)}.{names[func.attr]}"),)
