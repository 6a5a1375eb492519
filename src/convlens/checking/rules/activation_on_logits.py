"""An activation or dropout after the last layer, so that the loss does not get the logits."""

from collections.abc import Iterator

from convlens.checking.dataflow import ACTIVATIONS, DROPOUTS, head, origins, place
from convlens.checking.events import LossComputed, Operation
from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.omitting import without
from convlens.checking.rules import Rule
from convlens.checking.values import Constant, Tensor, Value

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
    nn.Linear(16 * 14 * 14, 10),LAST
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
    slug="activation-on-logits",
    severity=Severity.ERROR,
    title="Activation on the logits",
    symptom="the loss stays above a floor, or some classes are never predicted",
    why="Logits have to be free to take any value: ReLU cuts off all that is negative, and its gradient; sigmoid and "
    "tanh leave too narrow a range to be sure of a class; dropout sets answers to zero.",
    bad=_SCRIPT.replace("LAST", "\n    nn.ReLU(),"),
    good=_SCRIPT.replace("LAST", ""),
)
_FOR_CLASSES = ("cross_entropy", "nll_loss")
_FOR_EACH = ("binary_cross_entropy", "binary_cross_entropy_with_logits")
_EFFECT = {
    "relu": "no logit can be negative",
    "relu6": "all logits lie between 0 and 6",
    "sigmoid": "all logits lie between 0 and 1",
    "tanh": "all logits lie between -1 and 1",
    "softplus": "no logit can be negative",
}


def check(facts: Facts) -> Iterator[Finding]:
    """Losses for classes whose prediction was made by an activation or by dropout."""
    for event in facts.of(LossComputed):
        if event.op not in (*_FOR_CLASSES, *_FOR_EACH):
            continue
        last = _last(event.prediction, event.op)
        if last is not None:
            effect = _EFFECT.get(last.op) or ("answers are set to zero at random" if last.op in DROPOUTS else "")
            yield RULE.finding(
                place(last),
                f"{_named(last.op)} stands between the last layer and the loss{': ' if effect else ''}{effect}.",
                fix=Fix("Give the loss the logits as they are.", without(last)),
            )


def _last(prediction: Value | None, loss: str) -> Operation | None:
    """The activation or dropout that follows the last layer, on every side of every branch."""
    normalised = ("log_softmax", "softmax") if loss in _FOR_CLASSES else ("sigmoid",)
    found = []
    for one in origins(prediction, normalised):
        made = one.made_by if isinstance(one, Tensor) else None
        if made is None or made.op not in (*ACTIVATIONS, *DROPOUTS) or not _follows_layer(made, loss):
            return None
        found.append(made)
    return found[0] if found else None


def _follows_layer(made: Operation, loss: str) -> bool:
    rate = made.arguments.get("p")
    if made.op in DROPOUTS and isinstance(rate, Constant) and rate.value == 0:
        return False
    if loss in _FOR_EACH and made.op in ("sigmoid", "hardsigmoid", "logsigmoid"):
        return False
    layer = head(made.input)
    return layer is not None and (layer.op != "model" or (layer.layer is not None and layer.layer.kind == "known"))


def _named(op: str) -> str:
    return {"relu": "ReLU", "tanh": "tanh", "sigmoid": "A sigmoid"}.get(op, f"`{op}`")
