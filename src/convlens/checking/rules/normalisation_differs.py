"""Training and test pictures scaled by different numbers."""

from collections.abc import Iterator

from convlens.checking.facts import Facts, same
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.purposes import Use
from convlens.checking.rules import Rule
from convlens.checking.scaling import Scale, own_scale, relative_scale, scale_of
from convlens.checking.values import Dataset, Site, Transform

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_transform = transforms.Compose([
    transforms.RandomCrop(28, padding=2),
    transforms.ToTensor(),
    transforms.Normalize((0.2860,), (0.3530,)),
])
test_transform = transforms.Compose([
    transforms.ToTensor(),
    transforms.Normalize(NUMBERS),
])
train_set = datasets.FashionMNIST("data", train=True, transform=train_transform)
test_set = datasets.FashionMNIST("data", train=False, transform=test_transform)
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
test_loader = DataLoader(test_set, batch_size=500)
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
    for images, labels in test_loader:
        correct += (model(images).argmax(dim=1) == labels).sum().item()
print(correct / len(test_set))
"""

RULE = Rule(
    slug="normalisation-differs",
    severity=Severity.ERROR,
    title="Test pictures scaled otherwise than training pictures",
    symptom="the training accuracy is good and the test accuracy far lower from the first epoch on",
    why="The network has learned what a grey looks like after the training set's scaling; scaled otherwise the "
    "test pictures are darker or paler than anything it has seen.",
    bad=_SCRIPT.replace("NUMBERS", "(0.5,), (0.5,)"),
    good=_SCRIPT.replace("NUMBERS", "(0.2860,), (0.3530,)"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Every set that is scored on, against what the same network is trained on."""
    yield from _by_own_statistics(facts)
    yield from _sets_by_own_statistics(facts)
    for scored in facts.purposes.evaluation_only():
        for trained in facts.purposes.training:
            if not _of_one_network(trained, scored):
                continue
            one, other = scale_of(trained), scale_of(scored)
            if one is not None and other is not None and one.differs(other):
                site = _place(trained, scored, one, other)
                if site is not None:
                    name = facts.purposes.label(scored.source, "What is scored on")
                    yield RULE.finding(site, f"{name} is scaled otherwise than the training data{_told(one, other)}.",
                                       fix=_fix(one, other))  # fmt: skip
                break


def _by_own_statistics(facts: Facts) -> Iterator[Finding]:
    """Arrays without a loader, each of which is scaled by the mean and deviation of its own."""
    trained = [one for one in facts.training_passes() if one.loader is None and not one.guessed]
    for scored in facts.scoring_passes():
        other = relative_scale(scored) if scored.loader is None and not scored.guessed else None
        ones = [relative_scale(one) for one in trained if set(map(id, one.models)) & set(map(id, scored.models))]
        differ = [one is not None and other is not None and _are_others(one, other) for one in ones]
        if other is not None and other.normalised is not None and differ and all(differ):
            yield RULE.finding(
                other.normalised,
                "The test pictures are scaled by their own mean and deviation, the training pictures by theirs.",
                fix=Fix("Take mean and deviation of the training pictures for both."),
            )


def _sets_by_own_statistics(facts: Facts) -> Iterator[Finding]:
    """Sets of one class of the user, each of which takes the mean and deviation of its own items."""
    told: set[int] = set()
    for scored in facts.purposes.evaluation_only():
        one = scored.dataset
        other = own_scale(one) if one is not None else None
        ones = [own_scale(use.dataset) for use in facts.purposes.training if use.dataset is not None]
        if one is None or one.site is None or other is None or id(one) in told:
            continue
        if ones and all(scale is not None and _are_others(scale, other) for scale in ones):
            told.add(id(one))
            yield RULE.finding(
                one.site,
                "This set is scaled by its own mean and deviation, the training set by others.",
                fix=Fix("Take mean and deviation of the training pictures for both."),
            )


def _are_others(one: Scale, other: Scale) -> bool:
    """Whether both are scaled in the same way by statistics of different data."""
    ops = [[op for op, _ in scale.statistics] for scale in (one, other)]
    return bool(ops[0]) and ops[0] == ops[1] and one.statistics != other.statistics


def _of_one_network(trained: Use, scored: Use) -> bool:
    if trained.seen is None or scored.seen is None:
        kinds = {use.dataset.root().kind for use in (trained, scored) if use.dataset is not None}
        return len(kinds) == 1
    return any(same(one, other) for one in trained.seen.models for other in scored.seen.models)


def _place(trained: Use, scored: Use, one: Scale, other: Scale) -> Site | None:
    """The numbers of the scored data; where they are missing, what lacks them."""
    if other.normalised is not None and (one.normalised is not None or len(other.steps) >= len(one.steps)):
        if one.normalised is not None:
            return other.normalised
        return _transform_of(trained.dataset) or (one.steps[-1] if one.steps else other.normalised)
    return _transform_of(scored.dataset) or (other.steps[-1] if other.steps else scored.source.site)


def _transform_of(dataset: Dataset | None) -> Site | None:
    made: Transform | None = dataset.transform if dataset is not None else None
    return made.site if made is not None else None


def _told(one: Scale, other: Scale) -> str:
    if one.statistics or other.statistics:
        return ""
    ranges = [
        f"{scale.offset[0]:.2f} to {scale.factor[0] * 255 + scale.offset[0]:.2f}" for scale in (one, other)
    ]  # fmt: skip
    return f": {ranges[1]} in place of {ranges[0]}"


def _fix(one: Scale, other: Scale) -> Fix:
    """The training numbers in the place of the others, where both are written in a `Normalize` alone."""
    note = "Use the numbers of the training data for both."
    a, b = one.normalised, other.normalised
    if a is None or b is None or a.source is not b.source or one.statistics or other.statistics:
        return Fix(note)
    if "Normalize(" in a.text and "Normalize(" in b.text and len(one.steps) == len(other.steps):
        return Fix(note, (replace(b.source, b.node, a.text),))
    return Fix(note)
