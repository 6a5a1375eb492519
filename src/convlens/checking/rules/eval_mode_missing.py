"""Accuracy or loss measured while the network is in training mode."""

from collections.abc import Iterator

from convlens.checking.events import Backward, Forward
from convlens.checking.facts import Facts, Pass
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import insert_before
from convlens.checking.modes import ON_PURPOSE, first_forwards, last_mode_set, measures, scored_at, train_before_scoring
from convlens.checking.rules import Rule
from convlens.checking.values import Site
from convlens.checking.wording import network_text, says

RULE = Rule(
    slug="eval-mode-missing",
    severity=Severity.ERROR,
    title="Scored in training mode",
    symptom="the test accuracy is lower than expected and changes from call to call",
    why="In training mode dropout switches off neurons at random and batch normalisation uses the statistics of the "
    "batch, so the score is worse and differs from call to call.",
    bad='''
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
test_set = datasets.FashionMNIST("data", train=False, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
test_loader = DataLoader(test_set, batch_size=500)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Dropout(0.5), nn.Linear(100, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
loss_fn = nn.CrossEntropyLoss()

for images, labels in train_loader:
    optimizer.zero_grad()
    loss_fn(model(images), labels).backward()
    optimizer.step()

correct = 0
with torch.no_grad():
    for images, labels in test_loader:
        correct += (model(images).argmax(dim=1) == labels).sum().item()
print(correct / len(test_set))
''',
    good='''
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
test_set = datasets.FashionMNIST("data", train=False, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
test_loader = DataLoader(test_set, batch_size=500)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Dropout(0.5), nn.Linear(100, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
loss_fn = nn.CrossEntropyLoss()

for images, labels in train_loader:
    optimizer.zero_grad()
    loss_fn(model(images), labels).backward()
    optimizer.step()

correct = 0
with torch.no_grad():
    model.eval()
    for images, labels in test_loader:
        correct += (model(images).argmax(dim=1) == labels).sum().item()
print(correct / len(test_set))
''',
)  # fmt: skip


def check(facts: Facts) -> Iterator[Finding]:
    """Every scoring pass whose network is in training mode, unless a `train()` was put there (another mistake)."""
    for one in facts.scoring_passes():
        if not measures(one) or says(one, ON_PURPOSE):
            continue
        for forward in first_forwards(one):
            if forward.mode == "train" and train_before_scoring(facts, one, forward) is None:
                severity = _SEVERITIES[facts.reads_mode(forward.module)]
                yield _finding(_place(facts, one, forward), one, network_text(one), severity)
                break


_WHY_LATER = "Once it has such a layer, scores in training mode are worse and differ from call to call."
_SEVERITIES = {True: Severity.ERROR, None: Severity.WARNING, False: Severity.INFO}
"""By whether the modes differ for the network."""


def _place(facts: Facts, one: Pass, forward: Forward) -> Site:
    """Where `train()` is called for training and scoring alike, that call."""
    chosen = last_mode_set(facts, forward)
    alike = chosen is not None and chosen.calls == one.calls and chosen.turns == one.turns
    trained = chosen is not None and any(isinstance(event, Backward) for event in facts.between(chosen, forward))
    return chosen.site if chosen is not None and alike and not trained else scored_at(facts, one)


def _finding(place: Site, one: Pass, name: str | None, severity: Severity) -> Finding:
    harmless = " It has neither dropout nor batch normalisation, so nothing changes yet." * (severity is Severity.INFO)
    edits = (insert_before(one.site.source, one.statement, f"{name}.eval()"),) if name else ()
    call = f"{name or 'model'}.eval()"
    return RULE.finding(
        place,
        f"`{name or 'the network'}` is scored here in training mode: `{call}` is missing.{harmless}",
        severity=severity,
        fix=Fix(f"Call {call} before scoring.", edits),
        why=_WHY_LATER if severity is Severity.INFO else None,
    )
