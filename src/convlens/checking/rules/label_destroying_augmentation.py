"""Digits and garments turned upside down."""

from collections.abc import Iterator

from convlens.checking.augmenting import inner_steps, is_random, turned_by
from convlens.checking.facts import Facts
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import drop_element
from convlens.checking.rules import Rule
from convlens.checking.values import Constant, Dataset, Items, Loader, Tensor, Transform

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
    why="Upside down a 6 is a 9, and no test picture shows a shoe on its sole's back: the network spends itself on "
    "pictures that never come, some of them with the wrong label.",
    bad=_SCRIPT.replace("STEP", "    transforms.RandomVerticalFlip(),\n"),
    good=_SCRIPT.replace("STEP", ""),
)
_UPRIGHT = {
    **dict.fromkeys(("MNIST", "QMNIST", "USPS", "SVHN"), "digits"),
    **dict.fromkeys(("KMNIST", "EMNIST"), "characters"),
    "FashionMNIST": "garments",
}


def check(facts: Facts) -> Iterator[Finding]:
    """Vertical flips and turns of 90 degrees and more, in the transforms or on the batches of what is trained on."""
    for use in facts.purposes.training:
        shown = _shown(use.dataset)
        transform = use.dataset.transform if use.dataset else None
        for step in transform.flat() if transform and shown else []:
            told = _turns_over(step)
            if told and step.site is not None:
                yield RULE.finding(step.site, f"{told} {shown}, which then show something else.", fix=_fix(step))
    for event in facts.operations("flip"):
        given = event.input
        if given is None or not (given.role == "images" and isinstance(given.of, Loader)) or event.grad is False:
            continue
        shown = _shown(given.of.dataset)
        if shown and _vertical(event.arguments.get("dims"), given) and facts.purposes.trains_on(given.of):
            yield RULE.finding(event.site, f"This turns the {shown} upside down, which then show something else.")


def _shown(dataset: Dataset | None) -> str:
    """What the pictures show, where it has an upper and a lower end."""
    return _UPRIGHT.get(dataset.root().kind, "") if dataset else ""


def _turns_over(step: Transform) -> str:
    for one in inner_steps(step):
        if one.kind == "RandomVerticalFlip" and one.constant("p") != 0:
            return "`RandomVerticalFlip` turns over"
        angle = turned_by(one)
        if angle >= 90 and is_random(one):
            return f"`{one.kind}` turns by up to {angle:g} degrees the"
    return ""


def _vertical(dims: object, given: Tensor) -> bool:
    parts = dims.elements if isinstance(dims, Items) else [dims]
    numbers = [one.value for one in parts if isinstance(one, Constant)]
    rank = len(given.shape) if given.shape else 4
    return any(number in (-2, rank - 2) for number in numbers)


def _fix(step: Transform) -> Fix:
    note = "Leave it out; small turns of some degrees are safe."
    edit: Edit | None = drop_element(step.site.source, step.site.node) if step.site else None
    return Fix(note, (edit,)) if edit else Fix(note)
