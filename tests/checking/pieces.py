"""Short scripts and how they are walked, for the tests of the core."""

from convlens.checking import checker
from convlens.checking.events import Event
from convlens.checking.facts import Facts

HEAD = """import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader
from torchvision import datasets, transforms
"""
DATA = """train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
test_set = datasets.FashionMNIST("data", train=False, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
test_loader = DataLoader(test_set, batch_size=500)
"""
MODEL = """model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Dropout(0.5), nn.Linear(100, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
loss_fn = nn.CrossEntropyLoss()
"""
TRAINING = """for epoch in range(3):
    for images, labels in train_loader:
        optimizer.zero_grad()
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
"""
UNEVALUATED = """correct = 0
with torch.no_grad():
    for images, labels in test_loader:
        correct += (model(images).argmax(dim=1) == labels).sum().item()
print(correct / len(test_set))
"""
MISTAKEN = HEAD + DATA + MODEL + TRAINING + UNEVALUATED
"""A script with one mistake: it is scored in training mode."""


def facts(*parts: str) -> Facts:
    """The facts of a script made of parts, behind the imports."""
    return checker.facts_of(HEAD + "".join(parts))


def values(script: str, name: str) -> list[object]:
    """What a name of the script is given, in order."""
    from convlens.checking.events import Assigned

    found = checker.facts_of(HEAD + script)
    return [event.value for event in found.of(Assigned) if event.target == name]


def kinds(events: list[Event]) -> list[str]:
    """The names of the classes of events."""
    return [type(event).__name__ for event in events]
