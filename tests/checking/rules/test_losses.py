"""Losses: what reaches them, in the idioms that people write."""

import pytest

from tests.checking.rules.marks import expected_and_found, left_after_fixes

RULES = (
    "softmax-before-cross-entropy", "log-softmax-before-cross-entropy", "nll-without-log-softmax", "softmax-wrong-dim",
    "activation-on-logits", "bce-sigmoid-mismatch", "loss-arguments-swapped", "class-count-mismatch",
)  # fmt: skip

START = """
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.functional import softmax, log_softmax
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, models, transforms
train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
loader = DataLoader(train_set, batch_size=64, shuffle=True)
"""
NET = """
class Net(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3, padding=1)
        self.pool = nn.MaxPool2d(4)
        self.drop = nn.Dropout(0.3)
        self.relu = nn.ReLU()
        self.fc = nn.Linear(8 * 7 * 7, classes)

    def forward(self, x):
        x = self.pool(self.relu(self.conv(x)))
        x = self.fc(self.drop(x.flatten(1)))
        {forward}

model = Net()
"""
STEP = """
optimizer = torch.optim.Adam(model.parameters())
for images, labels in loader:
    optimizer.zero_grad()
    {loss}
    loss.backward()
    optimizer.step()
"""


def network(forward: str, loss: str) -> str:
    """A script with one line of the network and the computation of the loss filled in."""
    return START + NET.format(forward=forward) + STEP.format(loss=loss)


CROSS_ENTROPY = "loss = F.cross_entropy(model(images), labels)"
MISTAKES = {
    "softmax as a method": network("return x.softmax(-1)  # <- softmax-before-cross-entropy", CROSS_ENTROPY),
    "softmax imported by name": network("return softmax(x, dim=1)  # <- softmax-before-cross-entropy", CROSS_ENTROPY),
    "softmax in the loop": network(
        "return x", "p = F.softmax(model(images), 1)  # <- softmax-before-cross-entropy\n    "
        "loss = F.cross_entropy(input=p, target=labels)",
    ),
    "softmax as a layer at the top": START + """
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
model.add_module("out", nn.Softmax(dim=1))  # <- softmax-before-cross-entropy
""" + STEP.format(loss=CROSS_ENTROPY),
    "a trainer class": START + NET.format(forward="return torch.softmax(x, 1)  # <- softmax-before-cross-entropy") + """
class Trainer:
    def __init__(self, model, loss_fn):
        self.model, self.loss_fn = model, loss_fn
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def step(self, batch):
        x, y = batch
        loss = self.loss_fn(self.model(x), y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

trainer = Trainer(model, nn.CrossEntropyLoss(label_smoothing=0.1))
for batch in loader:
    trainer.step(batch)
""",
    "log-softmax": network("return F.log_softmax(x, -1)  # <- log-softmax-before-cross-entropy/info", CROSS_ENTROPY),
    "nll of logits, by function": network(
        "return x", "loss = F.nll_loss(model(images), labels)  # <- nll-without-log-softmax"
    ),
    "nll of probabilities": network(
        "return F.softmax(x, dim=1)  # <- nll-without-log-softmax", "loss = F.nll_loss(model(images), labels)"
    ),
    "nll of a known network": START + """
model = models.resnet18(num_classes=10)
criterion = nn.NLLLoss()  # <- nll-without-log-softmax
""" + STEP.format(loss="loss = criterion(model(images.expand(-1, 3, -1, -1)), labels)"),
    "log-softmax over the batch": network(
        "return x.log_softmax(dim=0)  # <- softmax-wrong-dim", "loss = F.nll_loss(model(images), labels)"
    ),
    "softmax over the batch, to predict": network("return x", CROSS_ENTROPY) + """
model.eval()
with torch.no_grad():
    for images, labels in loader:
        print(nn.Softmax(0)(model(images)).argmax(1))  # <- softmax-wrong-dim
""",
    "relu on logits": network("return F.relu(x)  # <- activation-on-logits", CROSS_ENTROPY),
    "shared relu on logits": network("return self.relu(x)  # <- activation-on-logits", CROSS_ENTROPY),
    "dropout on logits": network("return self.drop(x)  # <- activation-on-logits", CROSS_ENTROPY),
    "tanh, then log-softmax": network(
        "return F.log_softmax(torch.tanh(x), 1)  # <- activation-on-logits", "loss = F.nll_loss(model(images), labels)"
    ),
    "sigmoid into cross-entropy": network("return x.sigmoid()  # <- activation-on-logits", CROSS_ENTROPY),
    "sigmoid into bce with logits": network(
        "return torch.sigmoid(x)  # <- bce-sigmoid-mismatch",
        "loss = F.binary_cross_entropy_with_logits(model(images), F.one_hot(labels, 10).float())",
    ),
    "bce of logits": network(
        "return x",
        "loss = F.binary_cross_entropy(model(images), F.one_hot(labels, 10).float())  # <- bce-sigmoid-mismatch",
    ),
    "swapped": network("return x", "loss = F.cross_entropy(labels, model(images))  # <- loss-arguments-swapped"),
    "swapped by keywords": network(
        "return x", "loss = F.cross_entropy(target=model(images), input=labels)  # <- loss-arguments-swapped"
    ),
    "swapped at the call of a helper": network(
        "return x", "loss = compute(labels, model(images))  # <- loss-arguments-swapped"
    ).replace("model = Net()", "def compute(pred, target):\n    return F.cross_entropy(pred, target)\n\nmodel = Net()"),
    "too few classes": network("return x", CROSS_ENTROPY).replace(
        "self.fc = nn.Linear(8 * 7 * 7, classes)", "self.fc = nn.Linear(8 * 7 * 7, 9)  # <- class-count-mismatch/error"
    ),
    "more outputs than classes": network("return x", CROSS_ENTROPY).replace(
        "self.fc = nn.Linear(8 * 7 * 7, classes)", "self.fc = nn.Linear(392, 11)  # <- class-count-mismatch/warning"
    ),
    "labels from 1": network(
        "return x", "loss = F.cross_entropy(model(images), labels + 1)  # <- class-count-mismatch/error"
    ),
    "one output too few for the folders": START + """
folders = datasets.ImageFolder("flowers", transforms.ToTensor())
loader = DataLoader(folders, batch_size=32, shuffle=True)
model = models.resnet18(weights="DEFAULT")
model.fc = nn.Linear(512, len(folders.classes) - 1)  # <- class-count-mismatch
""" + STEP.format(loss=CROSS_ENTROPY),
    "the letters count from 1": START.replace(
        "datasets.FashionMNIST(", "datasets.EMNIST(split='letters', root="
    ) + NET.format(forward="return x").replace("8 * 7 * 7, classes)", "8 * 7 * 7, 26)  # <- class-count-mismatch")
    + STEP.format(loss=CROSS_ENTROPY),
}  # fmt: skip
LOOK_ALIKES = {
    "softmax only to show": network(
        "return x", CROSS_ENTROPY + "\n    print(model(images).softmax(1).max(1).values.mean())"
    ),
    "softmax only in evaluation": network("return x if self.training else x.softmax(1)", CROSS_ENTROPY),
    "softmax of attention, not of the answer": network(
        "return x * torch.softmax(x, dim=1)", CROSS_ENTROPY
    ),
    "softmax by an option": network(
        "return F.softmax(x, 1) if self.probabilities else x", CROSS_ENTROPY
    ).replace("self.drop =", "self.probabilities = bool(int(input()))\n        self.drop ="),
    "log-softmax and nll": network("return F.log_softmax(x, dim=1)", "loss = F.nll_loss(model(images), labels)"),
    "log of softmax": network(
        "return torch.log(F.softmax(x, dim=1) + 1e-9)", "loss = F.nll_loss(model(images), labels)"
    ),
    "log-softmax by hand": network("return x - x.logsumexp(1, True)", "loss = F.nll_loss(model(images), labels)"),
    "nll of an imported network": START + """
from networks import Net
model = Net()
""" + STEP.format(loss="loss = F.nll_loss(model(images), labels)"),
    "nll of a known network with a new head": START + """
model = models.resnet18(weights="DEFAULT")
model.fc = nn.Sequential(nn.Linear(512, 10), nn.LogSoftmax(dim=1))
""" + STEP.format(loss="loss = F.nll_loss(model(images), labels)"),
    "softmax of one picture": network("return x", CROSS_ENTROPY) + """
model.eval()
picture, label = train_set[0]
print(F.softmax(model(picture.unsqueeze(0))[0], dim=0))
print(F.softmax(model(picture.unsqueeze(0)).squeeze(), dim=0))
""",
    "scaled tanh caps the logits": network("return 15 * torch.tanh(x / 15)", CROSS_ENTROPY),
    "pooled maps of an all-convolutional network": START + """
model = nn.Sequential(
    nn.Conv2d(1, 16, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 10, 3), nn.ReLU(),
    nn.AdaptiveAvgPool2d(1), nn.Flatten(),
)
""" + STEP.format(loss=CROSS_ENTROPY),
    "sigmoid and bce": network(
        "return torch.sigmoid(x)", "loss = F.binary_cross_entropy(model(images), F.one_hot(labels, 10).float())"
    ),
    "logits and bce with logits": network(
        "return x.squeeze(1)", "loss = nn.BCEWithLogitsLoss()(model(images), (labels > 4).float())"
    ).replace("7, classes", "7, 1"),
    "a clamp before bce": network(
        "return x.clamp(0, 1)", "loss = F.binary_cross_entropy(model(images), F.one_hot(labels, 10).float())"
    ),
    "mean squared error either way round": network(
        "return x", "loss = F.mse_loss(F.one_hot(labels, 10).float(), model(images))"
    ),
    "a loss of one's own takes the target first": network(
        "return x", "loss = compute(labels, model(images))"
    ).replace("model = Net()", "def compute(target, pred):\n    return F.cross_entropy(pred, target)\n\nmodel = Net()"),
    "two classes picked by their labels": network("return x", CROSS_ENTROPY).replace(
        "loader = ", "chosen = [i for i, y in enumerate(train_set.targets) if y < 2]\n"
        "loader = ").replace("DataLoader(train_set,", "DataLoader(Subset(train_set, chosen),").replace("=10)", "=2)"),
    "the set itself cut down": network("return x", CROSS_ENTROPY).replace(
        "loader = ", "keep = train_set.targets < 5\ntrain_set.data = train_set.data[keep]\n"
        "train_set.targets = train_set.targets[keep]\nloader = ").replace("=10)", "=5)"),
    "classes grouped": network("return x", "loss = F.cross_entropy(model(images), labels // 2)").replace("=10)", "=5)"),
    "a target transform": network("return x", CROSS_ENTROPY).replace(
        "transform=transforms.ToTensor())", "transform=transforms.ToTensor(), target_transform=lambda y: y % 2)"
    ).replace("=10)", "=2)"),
    "a part of the set": network("return x", CROSS_ENTROPY).replace(
        "DataLoader(train_set,", "DataLoader(Subset(train_set, range(1000)),"
    ),
    "the letters moved to 0": START.replace(
        "datasets.FashionMNIST(", "datasets.EMNIST(split='letters', root="
    ) + NET.format(forward="return x").replace("classes=10", "classes=26")
    + STEP.format(loss="loss = F.cross_entropy(model(images), labels - 1)"),
}  # fmt: skip


@pytest.mark.parametrize("script", MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_found_where_they_are(script: str) -> None:
    expected, found = expected_and_found(script, RULES)
    assert expected
    assert found == expected


@pytest.mark.parametrize("script", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_look_alikes_are_left_alone(script: str) -> None:
    assert expected_and_found(script, RULES) == (set(), set())


@pytest.mark.parametrize("script", MISTAKES.values(), ids=MISTAKES)
def test_fixes_leave_nothing_to_mend(script: str) -> None:
    mended, left = left_after_fixes(script, RULES)
    assert not left, mended
