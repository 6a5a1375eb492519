"""Items that are trained on and scored on."""

import re
from collections.abc import Iterator

from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.purposes import Use
from convlens.checking.rules import Rule
from convlens.checking.selections import made_of_training_data, relation, rows_of
from convlens.checking.values import Dataset, Items, Loader, Part, Site, Tensor, Tool

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, transforms

full = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
order = torch.randperm(len(full)).tolist()
train_set = Subset(full, order[:55000])
val_set = Subset(full, order[START:])
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
val_loader = DataLoader(val_set, batch_size=500)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(5):
    model.train()
    for images, labels in train_loader:
        optimizer.zero_grad()
        loss_fn(model(images), labels).backward()
        optimizer.step()
    model.eval()
    correct = 0
    with torch.no_grad():
        for images, labels in val_loader:
            correct += (model(images).argmax(dim=1) == labels).sum().item()
    print(epoch, correct / len(val_set))
"""

RULE = Rule(
    slug="train-validation-overlap",
    severity=Severity.ERROR,
    title="The same items in training and validation",
    symptom="the validation accuracy is higher than the test accuracy, and overfitting does not show",
    why="Of the items that are in both, the validation score measures what was learned by heart.",
    bad=_SCRIPT.replace("START", "50000"),
    good=_SCRIPT.replace("START", "55000"),
)


_ALL = re.compile(r"(^|[_.])(all|full|whole|entire|complete)($|_)", re.IGNORECASE)


def check(facts: Facts) -> Iterator[Finding]:
    """Pairs of what is trained on and what is scored on that share some items, but not all."""
    purposes = facts.purposes
    for scored in purposes.scoring:
        if _is_named_as_training(facts, scored) or _of_all(facts, scored):
            continue
        for trained in purposes.training:
            if _trained_later(trained, scored) or relation(facts, trained, scored) != "overlap":
                continue
            if made_of_training_data(facts, trained, scored):
                continue
            site = _drawn_from(scored) or _place(trained, scored).site
            if site is not None:
                names = [purposes.label(one.source, purposes.label(one.dataset, "a set")) for one in (trained, scored)]
                yield RULE.finding(
                    site,
                    f"What is trained on ({names[0]}) and what is scored on ({names[1]}) share items.",
                    fix=Fix("Split the items once and give each part to one of the two."),
                )
                break


def _is_named_as_training(facts: Facts, scored: Use) -> bool:
    """Whether it is meant to be what is trained on: the loader itself, or by its name; of tensors by their names."""
    purposes = facts.purposes
    if isinstance(scored.source, Loader):
        return purposes.trains_on(scored.source) or purposes.mentions_training(scored.source)
    inputs = scored.seen.forwards[0].inputs if scored.seen is not None and scored.seen.forwards else ()
    chain = [part for value in inputs if isinstance(value, Tensor) for part in value.ancestry()]
    said = (purposes.spoken(part) for part in chain)
    return next((split for split in said if split is not None), "train") == "train"


def _of_all(facts: Facts, scored: Use) -> bool:
    """Whether its name says that it is all the data, those trained on included; a sampler takes a part of it."""
    sampled = isinstance(scored.source, Loader) and scored.source.has("sampler")
    names = [*facts.purposes.names(scored.source), *(() if sampled else facts.purposes.names(scored.dataset))]
    return any(_ALL.search(name) for name in names)


def _trained_later(trained: Use, scored: Use) -> bool:
    """A last training on all data, after the validation has done its work."""
    if trained.seen is None or scored.seen is None:
        return False
    return trained.seen.events[0].index > scored.seen.events[-1].index and not scored.seen.turns


def _drawn_from(scored: Use) -> Site | None:
    """Where the list that the validation was given was cut out of all items, or the indices of its sampler."""
    rows = rows_of(scored)
    if rows is not None:
        return rows.site
    given = scored.source.arguments.get("sampler") if isinstance(scored.source, Loader) else None
    instance = scored.dataset.instance if scored.dataset is not None else None
    held = [*(given.arguments.values() if isinstance(given, Tool) else ()),
            *(instance.attributes.values() if instance is not None else ())]  # fmt: skip
    return next((one.site for one in held if isinstance(one, Items | Part) and one.part is not None), None)


def _place(trained: Use, scored: Use) -> Loader | Dataset:
    """The loader that takes the whole, or the part of the validation."""
    if scored.dataset is None or trained.dataset is None:
        return scored.source
    if trained.dataset.parent is None and scored.dataset.parent is not None:
        return trained.source
    if scored.dataset.parent is None and not scored.dataset.tensors:
        return scored.source
    return scored.dataset
