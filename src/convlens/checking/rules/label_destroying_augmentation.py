"""Digits and garments turned upside down."""

import re
from collections.abc import Iterator

from convlens.checking.augmenting import inner_steps, is_random, turned_by
from convlens.checking.events import Operation
from convlens.checking.facts import Facts
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import drop_element
from convlens.checking.rules import Rule
from convlens.checking.values import Constant, Dataset, Items, Loader, Transform

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_transform = transforms.Compose([
    transforms.RandomCrop(28, padding=2),
STEP    transforms.ToTensor(),
])
train_set = datasets.MNIST("data", train=True, transform=train_transform)
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(5):
    for images, labels in train_loader:
        optimizer.zero_grad()
        loss_fn(model(images), labels).backward()
        optimizer.step()
"""

RULE = Rule(
    slug="label-destroying-augmentation",
    severity=Severity.WARNING,
    title="Augmentation that changes what a picture shows",
    symptom="the network mixes up 6 and 9, and the accuracy falls when the augmentation is switched on",
    why="Upside down a 6 is a 9, and no picture that is to be recognised shows a garment so: the network spends itself "
    "on pictures that never come, some of them with the wrong label.",
    bad=_SCRIPT.replace("STEP", "    transforms.RandomVerticalFlip(),\n"),
    good=_SCRIPT.replace("STEP", ""),
)
_UPRIGHT = {
    **dict.fromkeys(("MNIST", "QMNIST", "USPS", "SVHN"), "digits"),
    **dict.fromkeys(("KMNIST", "EMNIST"), "characters"),
    "FashionMNIST": "garments",
}
_NAMED = ((r"fashion|garment|cloth", "garments"), (r"digit|mnist|svhn", "digits"), (r"letter|hand.?writ", "characters"))


def check(facts: Facts) -> Iterator[Finding]:
    """Vertical flips and turns of 90 degrees and more, in the transforms or on the batches of what is trained on."""
    for use in facts.purposes.training:
        shown = _shown(use.dataset)
        transform = use.dataset.transform if use.dataset else None
        for step in transform.flat() if transform and shown else []:
            told = _turns_over(step)
            if told and step.site is not None:
                yield RULE.finding(step.site, f"{told} {shown}, which then show something else.", fix=_fix(step))
    for event in facts.operations("flip", "rot90"):
        shown = _shown(_trained_on(facts, event))
        if shown and _upsets(event):
            told = "turns the {} upside down" if event.op == "flip" else "turns the {} by right angles"
            yield RULE.finding(event.site, f"This {told.format(shown)}, which then show something else.")


def _shown(dataset: Dataset | None) -> str:
    """What the pictures show, where it has an upper and a lower end: by the set, of a user's set by its names."""
    root = dataset.root() if dataset else None
    if root is None or root.kind in _UPRIGHT:
        return _UPRIGHT[root.kind] if root else ""
    cls = root.instance.cls if root.instance else None
    given = root.instance.attributes if root.instance else root.arguments
    texts = [one.value for one in given.values() if isinstance(one, Constant) and isinstance(one.value, str)]
    words = " ".join([cls.name if cls else "", *texts]).lower()
    return next((shown for pattern, shown in _NAMED if re.search(pattern, words)), "")


def _trained_on(facts: Facts, event: Operation) -> Dataset | None:
    """The data set whose training pictures an operation changes: a batch, or one item in `__getitem__`."""
    given = event.input
    if given is None or event.grad is False:
        return None
    for call in event.calls:
        if call.function.name == "__getitem__" and given.role != "labels":
            used = [use.dataset for use in facts.purposes.training if use.dataset is not None]
            return next((one for one in used if one.root().instance is call.receiver), None)
    if isinstance(given.of, Loader) and given.role == "images" and facts.purposes.trains_on(given.of):
        return given.of.dataset
    in_training = any(event in one.events for one in facts.training_passes())
    pictures = given.role != "labels" and given.shape is not None and len(given.shape) > 2
    return given.of if isinstance(given.of, Dataset) and pictures and in_training else None


def _upsets(event: Operation) -> bool:
    """Whether top and bottom change places, or two sides that meet in a corner."""
    dims = event.arguments.get("dims")
    parts = dims.elements if isinstance(dims, Items) else [dims]
    numbers = {one.value for one in parts if isinstance(one, Constant)}
    shape = event.input.shape if event.input else None
    rank = len(shape) if shape else 4
    sides = {-2: rank - 2, -1: rank - 1}
    numbers = {sides.get(number, number) if isinstance(number, int) else number for number in numbers}
    if event.op == "flip":
        return rank - 2 in numbers
    times = event.arguments.get("k")
    straight = isinstance(times, Constant) and isinstance(times.value, int) and times.value % 4 == 0
    return numbers == {rank - 2, rank - 1} and not straight


def _turns_over(step: Transform) -> str:
    for one in inner_steps(step):
        if one.kind == "RandomVerticalFlip" and one.constant("p") != 0:
            return "`RandomVerticalFlip` turns over"
        angle = turned_by(one)
        if angle >= 90 and is_random(one):
            return f"`{one.kind}` turns by up to {angle:g} degrees the"
    return ""


def _fix(step: Transform) -> Fix:
    note = "Leave it out; small turns of some degrees are safe."
    edit: Edit | None = drop_element(step.site.source, step.site.node) if step.site else None
    return Fix(note, (edit,)) if edit else Fix(note)
