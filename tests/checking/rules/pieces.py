"""Pieces of scripts that the tests put together."""

import textwrap

IMPORTS = """
import random
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset, Subset, SubsetRandomSampler, TensorDataset, random_split
from torchvision import datasets, transforms
from torchvision.transforms import Compose, Normalize, ToTensor
"""

SETS = """
transform = Compose([ToTensor(), Normalize((0.2860,), (0.3530,))])
train_set = datasets.FashionMNIST("data", train=True, transform=transform)
test_set = datasets.FashionMNIST("data", train=False, transform=transform)
"""
LOADERS = """
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
test_loader = DataLoader(test_set, batch_size=500)
"""
MODEL = """
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()
"""
TRAIN = """
for epoch in range(5):
    model.train()
    for x, y in train_loader:
        optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        optimizer.step()
"""
TEST = """
model.eval()
correct = 0
with torch.no_grad():
    for x, y in test_loader:
        correct += (model(x).argmax(1) == y).sum().item()
"""
FUNCTIONS = """
def fit(model, loader, optimizer):
    model.train()
    for x, y in loader:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()


def evaluate(model, loader):
    model.eval()
    correct = 0
    with torch.no_grad():
        for x, y in loader:
            correct += (model(x).argmax(1) == y).sum().item()
    return correct / len(loader.dataset)
"""
TENSORS = """
train_raw = datasets.FashionMNIST("data", train=True)
test_raw = datasets.FashionMNIST("data", train=False)
X_train, y_train = train_raw.data.float() / 255, train_raw.targets
X_test, y_test = test_raw.data.float() / 255, test_raw.targets
"""


def put_together(*parts: str) -> str:
    """The parts one after the other, each without its own indentation, after the imports."""
    return IMPORTS + "".join(map(textwrap.dedent, parts))
