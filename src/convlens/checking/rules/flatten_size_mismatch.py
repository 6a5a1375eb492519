"""A linear layer that does not fit what reaches it."""

from collections.abc import Iterator

from convlens.checking.dataflow import after_wrong_layout, before_flattening, in_call_of_layer, product, set_argument
from convlens.checking.events import ShapeProblem
from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.relations import is_guessed
from convlens.checking.rules import Rule

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
model = nn.Sequential(
    nn.Conv2d(1, 32, kernel_size=3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(NEURONS, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
for images, labels in DataLoader(train_set, batch_size=64, shuffle=True):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="flatten-size-mismatch",
    severity=Severity.ERROR,
    title="Wrong number of neurons after flattening",
    symptom="mat1 and mat2 shapes cannot be multiplied",
    why="A linear layer needs exactly as many inputs as numbers reach it: after flattening that is channels x height x "
    "width. Each side follows from n_out = floor((n_in + 2p - k) / s) + 1.",
    bad=_SCRIPT.replace("NEURONS", "32 * 14 * 14"),
    good=_SCRIPT.replace("NEURONS", "32 * 13 * 13"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Linear layers whose `in_features` is not what reaches them."""
    for event in facts.of(ShapeProblem):
        if event.kind not in ("flatten-size", "features") or event.layer is None:
            continue
        if after_wrong_layout(facts, event) or is_guessed(event.tensor):
            continue  # who calls may flatten before
        site = in_call_of_layer(event.layer, "in_features") or event.layer.site
        if site is None or not facts.in_file(site):
            site = event.layer.site
        if site is None:
            continue
        edits = set_argument(event.layer, "in_features", before_flattening(event.tensor), site)
        given = event.layer.arguments.get("in_features")
        number = product(before_flattening(event.tensor), given.site.node) if given and given.site else event.found
        yield RULE.finding(
            site,
            f"{event.found} numbers reach this layer, which takes {event.expected}{facts.derivation(event.tensor)}.",
            fix=Fix(f"Set in_features to {number}.", edits),
        )
