"""A view that puts pixels of several pictures into one row."""

import ast
from collections.abc import Iterator

from convlens.checking.dataflow import LEARNED, is_literal, operation_of, product
from convlens.checking.events import LossComputed, Operation, ShapeProblem
from convlens.checking.facts import Facts
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.values import Items, Shape, Tensor

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 16, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(NEURONS, 10)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv(x)))
        x = x.view(-1, NEURONS)
        return self.fc(x)


train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
for images, labels in DataLoader(train_set, batch_size=64, shuffle=True):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="batch-mixed-by-view",
    severity=Severity.ERROR,
    title="Pictures mixed by a view",
    symptom="expected input batch_size (256) to match target batch_size (64), or the accuracy is that of guessing",
    why="view(-1, k) cuts all numbers of the batch into rows of k, whichever picture they come from. Only if k is "
    "exactly what one picture has is each row one picture.",
    bad=_SCRIPT.replace("NEURONS", "16 * 7 * 7"),
    good=_SCRIPT.replace("NEURONS", "16 * 14 * 14"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Views whose rows are not the pictures of the batch."""
    for event in facts.of(ShapeProblem):
        operation = operation_of(facts, event) if event.kind == "batch-mixed" else None
        if operation is None or not isinstance(operation.output, Tensor) or event.tensor.role == "labels":
            continue
        if _on_purpose(facts, event, operation):
            continue
        first = event.tensor.shape or ()
        yield RULE.finding(
            operation.site,
            f"One picture has {event.found} numbers here and a row gets {event.expected}, so that the rows are not "
            f"the pictures{facts.derivation(event.tensor)}.",
            fix=Fix(
                f"Let a row be one picture: {event.found} numbers, or torch.flatten(x, 1).",
                _edits(facts, event, operation, first[1:]),
            ),
        )


def _on_purpose(facts: Facts, event: ShapeProblem, operation: Operation) -> bool:
    """Whether the rows are parts of a picture, cut where its dimensions end: crops, channels, tokens.

    For classes of whole pictures that is wrong all the same, unless the parts are put together again.
    """
    trailing = [side for side in event.shape[1:] if isinstance(side, int)]
    size = 1
    ends = []
    for side in reversed(trailing):
        size *= side
        ends.append(size)
    if event.expected not in ends:
        return False
    sizes = operation.arguments.get("sizes")
    if not isinstance(sizes, Items) or len(sizes.elements) > 2:
        return True
    losses = [loss for loss in facts.of(LossComputed) if not _of_places(loss.target)]
    return not any(_unchanged(loss.prediction, operation) for loss in losses)


def _of_places(target: object) -> bool:
    """Whether labels are put in a row that belong to the places of a picture, not to whole pictures."""
    made = target.made_by if isinstance(target, Tensor) else None
    in_a_row = made is not None and made.op in ("view", "reshape", "flatten")
    return in_a_row and made is not None and (made.input is None or made.input.shape != ("N",))


def _unchanged(prediction: object, operation: Operation) -> bool:
    """Whether a prediction has one row for each row of the view."""
    if not isinstance(prediction, Tensor):
        return False
    for one in prediction.ancestry():
        if one is operation.output:
            return True
        if one.op in ("view", "reshape", "unflatten", "mean", "sum", "max", "permute", "transpose", "unknown"):
            return False
    return False


def _edits(facts: Facts, event: ShapeProblem, operation: Operation, picture: Shape) -> tuple[Edit, ...]:
    call, source = operation.site.node, operation.site.source
    if not isinstance(call, ast.Call) or len(call.args) != 2 or not is_literal(call.args[1]):
        return ()
    if ast.unparse(call.args[0]) != "-1":
        return ()
    edits = [replace(source, call.args[1], product(picture, call.args[1]))]
    layer = _next_layer(facts, operation)
    given = layer.layer.arguments.get("in_features") if layer and layer.layer else None
    if given is not None and getattr(given, "value", None) == event.expected:
        if given.site is None or given.site.source is not source or not is_literal(given.site.node):
            return ()
        edits.append(replace(source, given.site.node, product(picture, given.site.node)))
    return tuple(edits)


def _next_layer(facts: Facts, operation: Operation) -> Operation | None:
    for event in facts.events[operation.index + 1 :]:
        if isinstance(event, Operation) and event.op in LEARNED:
            return event
    return None
