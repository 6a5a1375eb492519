"""`train()` where `eval()` belongs."""

import ast
from collections.abc import Iterator

from convlens.checking.events import ModeSet
from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.modes import ON_PURPOSE, first_forwards, train_before_scoring
from convlens.checking.rules import Rule
from convlens.checking.wording import owner_text, says

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


def accuracy(model, loader):
    model.MODE()
    correct = 0
    with torch.no_grad():
        for images, labels in loader:
            correct += (model(images).argmax(dim=1) == labels).sum().item()
    return correct / len(loader.dataset)


train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
test_set = datasets.FashionMNIST("data", train=False, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
test_loader = DataLoader(test_set, batch_size=500)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Dropout(0.5), nn.Linear(100, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(5):
    model.train()
    for images, labels in train_loader:
        optimizer.zero_grad()
        loss_fn(model(images), labels).backward()
        optimizer.step()
    print(accuracy(model, test_loader))
"""

RULE = Rule(
    slug="train-mode-in-evaluation",
    severity=Severity.ERROR,
    title="Training mode switched on for the evaluation",
    symptom="the test accuracy is lower than expected and changes from call to call",
    why="`train()` makes dropout switch off neurons at random and lets batch normalisation learn from the test data, "
    "so the score is worse, differs from call to call, and the network is changed by being scored.",
    bad=_SCRIPT.replace("MODE", "train"),
    good=_SCRIPT.replace("MODE", "eval"),
)
_SEVERITIES = {True: Severity.ERROR, None: Severity.WARNING, False: Severity.INFO}


def check(facts: Facts) -> Iterator[Finding]:
    """Scoring passes before or inside which `train()` is called, unless dropout is wanted there."""
    for one in facts.scoring_passes():
        if says(one, ON_PURPOSE):
            continue
        for forward in first_forwards(one):
            chosen = train_before_scoring(facts, one, forward)
            if forward.mode == "train" and chosen is not None and not _asked_for(chosen):
                name = owner_text(chosen)
                edits = (replace(chosen.site.source, chosen.node, f"{name}.eval()"),) if name else ()
                yield RULE.finding(
                    chosen.site if isinstance(chosen.node, ast.Call) else one.site,
                    f"`{name or 'model'}.train()` puts the network into training mode for a pass that scores.",
                    severity=_SEVERITIES[facts.reads_mode(forward.module)],
                    fix=Fix("Call eval() here, and train() before the next training.", edits),
                )


def _asked_for(chosen: ModeSet) -> bool:
    """Whether the caller of a function asks for training mode: `if training: model.train()`."""
    return any(test.taken and "train" in test.site.text.lower() for test in chosen.conditions[-1:])
