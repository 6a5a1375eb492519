"""Pieces of training scripts that the tests of the rules about modes, steps, optimizers and schedulers share."""

import textwrap

_HEAD = """
import copy
from contextlib import nullcontext

import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.optim.lr_scheduler import *
from torch.utils.data import DataLoader, Subset, random_split
from torchvision import datasets, models
from torchvision.transforms import ToTensor
from tqdm import tqdm

device = "cuda" if torch.cuda.is_available() else "cpu"
train_set = datasets.FashionMNIST("data", train=True, transform=ToTensor())
test_set = datasets.FashionMNIST("data", train=False, transform=ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
test_loader = DataLoader(test_set, batch_size=500)


class Net(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(4))
        self.drop = nn.Dropout(0.3)
        self.fc = nn.Linear(8 * 7 * 7, classes)

    def forward(self, x):
        return self.fc(self.drop(self.features(x).flatten(1)))
"""
_MADE = """
model = Net().to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
criterion = nn.CrossEntropyLoss()
"""
EPOCHS = """
for epoch in range(5):
    model.train()
    for x, y in train_loader:
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
"""


def script(parts: str | tuple[str, ...], *, made: bool = True) -> str:
    """A whole script: data, a network class, a network with its optimizer where wanted, then the parts."""
    rest = [parts] if isinstance(parts, str) else parts
    return _HEAD + _MADE * made + "".join(textwrap.dedent(part) for part in rest)
