"""Log-softmax output given to a loss that takes the log-softmax itself."""

from collections.abc import Iterator

from convlens.checking.dataflow import made_by_one, place, whole_number
from convlens.checking.events import LossComputed
from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.omitting import without
from convlens.checking.rules import Rule

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 16, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(16 * 14 * 14, 10)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv(x)))
        x = self.fc(torch.flatten(x, 1))
        return RETURNED


train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
criterion = nn.CrossEntropyLoss()
for images, labels in train_loader:
    optimizer.zero_grad()
    loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="log-softmax-before-cross-entropy",
    severity=Severity.INFO,
    title="Log-softmax twice",
    symptom="nothing: the loss is right, one operation is done twice",
    why="CrossEntropyLoss takes the log-softmax itself. The log-softmax of log-probabilities gives the same numbers "
    "again, so the first one is without effect.",
    bad=_SCRIPT.replace("RETURNED", "torch.log_softmax(x, dim=1)"),
    good=_SCRIPT.replace("RETURNED", "x"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Cross-entropy whose prediction was made by a log-softmax over the classes."""
    only_cross_entropy = not facts.operations("nll_loss", "exp", "kl_div")
    for event in facts.of(LossComputed):
        log_softmax = made_by_one(event.prediction, "log_softmax")
        if event.op != "cross_entropy" or log_softmax is None:
            continue
        if whole_number(log_softmax.arguments.get("dim")) in (0, -2):
            continue  # over the batch: not the same numbers again, see softmax-wrong-dim
        yield RULE.finding(
            place(log_softmax),
            "The output of this log-softmax goes into cross-entropy, which takes the log-softmax itself.",
            fix=Fix("Leave the log-softmax out.", without(log_softmax) if only_cross_entropy else ()),
        )
