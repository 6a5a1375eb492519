"""A network made anew in each epoch."""

from collections.abc import Iterator

from convlens.checking.epochs import remade_in_epochs, reset_in
from convlens.checking.events import Made, Step
from convlens.checking.facts import Facts, unwrapped
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.rules import Rule
from convlens.checking.values import Items, Mapping, Module
from convlens.checking.wording import made_at

_START = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
loss_fn = nn.CrossEntropyLoss()
"""
_MADE = """model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
"""
_LOOP = """    for images, labels in train_loader:
        optimizer.zero_grad()
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
"""

RULE = Rule(
    slug="model-recreated",
    severity=Severity.ERROR,
    title="The network is made anew in each epoch",
    symptom="every epoch starts at the same high loss; more epochs do not help",
    why="A new network has random weights: what the epochs before have learned is thrown away.",
    bad=_START + "for epoch in range(5):\n" + "".join(f"    {line}\n" for line in _MADE.splitlines()) + _LOOP,
    good=_START + _MADE + "for epoch in range(5):\n" + _LOOP,
)


def check(facts: Facts) -> Iterator[Finding]:
    """Networks made in the epoch loop and trained for one pass."""
    for made in facts.of(Made):
        network = made.value
        if not isinstance(network, Module) or not _is_trained(facts, network):
            continue
        one = remade_in_epochs(facts, made)
        if one is None or _is_kept(facts, network) or reset_in(facts, made.turns[-1], made, weights=False):
            continue
        yield RULE.finding(
            made_at(made),
            f"A new network is made in every {'batch' if one.loop is made.turns[-1].loop else 'epoch'}: "
            "what was learned before is lost.",
            fix=Fix("Make the network and its optimizer once, before the loop."),
        )


def _is_trained(facts: Facts, network: Module) -> bool:
    """Whether it is a whole network that an optimizer steps for."""
    if not any(unwrapped(one) is network for one in facts.models):
        return False
    passes = [one for one in facts.training_passes() if any(unwrapped(m) is network for m in one.models)]
    return any(one.of(Step) for one in passes)


def _is_kept(facts: Facts, network: Module) -> bool:
    """Whether each network is put into a list: an ensemble."""
    lists = (event for event in facts.called(".append") if isinstance(event.receiver, Items | Mapping))
    return any(network in event.arguments for event in lists)
