"""A mean over batches whose last one is smaller."""

from collections.abc import Iterator

from convlens.checking.events import Called, Divided, Event, Operation
from convlens.checking.facts import Facts, Pass
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.rules import Rule
from convlens.checking.scores import (
    Score,
    batches_of_one,
    counts_batches,
    counts_items,
    equal_batches,
    pass_over,
    score,
)
from convlens.checking.values import Items, Loader, Site, Tensor, Value

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

test_set = datasets.FashionMNIST("data", train=False, transform=transforms.ToTensor())
test_loader = DataLoader(test_set, batch_size=64)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
model.load_state_dict(torch.load("model.pt", weights_only=True))
loss_fn = nn.CrossEntropyLoss()
model.eval()
test_loss = 0.0
with torch.no_grad():
    for images, labels in test_loader:
        loss = loss_fn(model(images), labels)
"""

RULE = Rule(
    slug="mean-of-batch-means",
    severity=Severity.WARNING,
    title="Mean of the batches' means",
    symptom="the test loss or accuracy changes a little with the batch size",
    why="In the mean over the batches a smaller last batch counts as much as a full one, so each of its items counts "
    "more than any other. A sum of means divided by the number of items is divided by the batch size twice.",
    bad=_SCRIPT + "        test_loss += loss.item()\nprint(test_loss / len(test_loader))\n",
    good=_SCRIPT + "        test_loss += loss.item() * labels.size(0)\nprint(test_loss / len(test_set))\n",
)
_MEANS = ("numpy.mean", "numpy.average", "statistics.mean", "statistics.fmean")
_FIX = Fix("Add up each batch's mean times its number of items, and divide by the number of items.")


def check(facts: Facts) -> Iterator[Finding]:
    """Quotients and means of what was added up or gathered batch by batch."""
    for event in facts.events:
        if isinstance(event, Divided):
            yield from _quotient(facts, event)
        elif isinstance(event, Called) and event.name in _MEANS and "weights" not in event.keywords:
            yield from _mean(facts, event, next(iter(event.arguments), None))
        elif isinstance(event, Operation) and event.op == "mean" and event.input is not None:
            stacked = event.input.made_by
            if stacked is not None and stacked.op == "stack":
                yield from _mean(facts, event, next(iter(stacked.inputs), None))


def _quotient(facts: Facts, event: Divided) -> Iterator[Finding]:
    measured = score(event.numerator)
    if measured is None or measured.kind == "correct" or measured.weighted:
        return
    one = pass_over(facts, measured.loops)
    if one is None:
        return
    word = "losses" if measured.kind == "loss" else "accuracies"
    if counts_batches(event.denominator):
        yield from _finding(facts, event, one, measured)
    elif counts_items(event.denominator) and not batches_of_one(one):
        yield RULE.finding(
            _place(event), f"The {word} added up here are means over a batch; their sum is divided by the number of "
            "items, which makes it too small by the size of a batch.", fix=_FIX,
        )  # fmt: skip


def _mean(facts: Facts, event: Event, given: Value | None) -> Iterator[Finding]:
    measured = score(given) if isinstance(given, Items) else None
    if measured is None or measured.kind == "correct" or measured.weighted or _single(given):
        return
    one = pass_over(facts, measured.loops)
    if one is not None:
        yield from _finding(facts, event, one, measured)


def _single(given: Value | None) -> bool:
    """A list of each item's own value, not of batches' means."""
    elements = given.elements if isinstance(given, Items) else []
    return any(isinstance(one, Tensor) and one.shape not in ((), None) for one in elements)


def _finding(facts: Facts, event: Event, one: Pass, measured: Score) -> Iterator[Finding]:
    """The mean over the batches, unless it is a training loss on the way, or all batches are alike."""
    if one.trains or equal_batches(one) or batches_of_one(one):
        return
    word = "loss" if measured.kind == "loss" else "accuracy"
    yield RULE.finding(
        _place(event), f"The {word} reported here is the mean over the batches{_sizes(one)}.", fix=_FIX
    )  # fmt: skip


def _sizes(one: Pass) -> str:
    loader = one.loader
    if isinstance(loader, Loader) and loader.dataset and loader.dataset.size:
        batch = loader.constant("batch_size")
        if isinstance(batch, int) and batch > 0:
            return f", of which the last has {loader.dataset.size % batch} items and the others {batch}"
    return ", of which the last may be smaller"


def _place(event: Event) -> Site:
    """The division; for one inside a meter's method, where the meter is given the number."""
    call = event.calls[-1] if event.calls else None
    if call is not None and call.site is not None and call.function.name in ("update", "add", "append"):
        return call.site
    return event.site
