"""Sizes inside a network: channels, neurons, batches, and what stands between two layers."""

import pytest

from tests.checking.rules.marks import expected_and_found, left_after_fixes

RULES = (
    "flatten-size-mismatch", "channel-mismatch", "pooled-to-nothing", "batch-mixed-by-view", "batch-flattened",
    "batch-size-hard-coded", "activation-missing", "layout-wrong",
)  # fmt: skip

START = """
import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.utils.data import DataLoader, Dataset
from torchvision import datasets, transforms
train_set = datasets.CIFAR10("data", train=True, transform=transforms.ToTensor())
loader = DataLoader(train_set, batch_size=64, shuffle=True)
"""
STEP = """
optimizer = torch.optim.Adam(model.parameters())
for images, labels in loader:
    optimizer.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
"""


TWO_NETWORKS = (
    START
    + """
first = nn.Sequential(nn.Flatten(), nn.Linear(3072, 256), nn.ReLU(), nn.Linear(256, 256))FIRST
second = nn.Sequential(nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 10))
"""
)


def network(layers: str, forward: str) -> str:
    """A script with a network whose layers and forward path are given, one statement a line."""
    init = "\n".join(f"        {line}" for line in layers.strip().split("\n"))
    body = "\n".join(f"        {line}" for line in forward.strip().split("\n"))
    return f"""{START}
class Net(nn.Module):
    def __init__(self, width=16):
        super().__init__()
{init}

    def forward(self, x):
{body}

model = Net()
{STEP}"""


def sequential(*lines: str) -> str:
    """A script with a Sequential, one layer a line."""
    return START + "model = nn.Sequential(\n" + "".join(f"    {line}\n" for line in lines) + ")\n" + STEP


CONV = "self.conv = nn.Conv2d(3, width, 3)\nself.fc = nn.Linear(width * 15 * 15, 10)"
POOLED = "x = F.max_pool2d(F.relu(self.conv(x)), 2)\n"
TAIL = ("nn.Flatten(),", "nn.LazyLinear(10),")
MISTAKES = {
    "neurons computed from the width": network(
        "self.conv = nn.Conv2d(3, width, 3)\nself.fc = nn.Linear(width * 16 * 16, 10)  # <- flatten-size-mismatch",
        POOLED + "return self.fc(torch.flatten(x, 1))",
    ),
    "neurons as the argument of a class": network(
        "self.conv = nn.Conv2d(3, width, 3)\nself.fc = Head(4096, 10)  # <- flatten-size-mismatch",
        POOLED + "return self.fc(x.view(x.shape[0], -1))",
    ).replace("class Net", """class Head(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.layer = nn.Linear(inputs, outputs)

    def forward(self, x):
        return self.layer(x)

class Net"""),
    "one linear layer after another": network(
        "self.a = nn.Linear(3072, 128)\nself.b = nn.Linear(64, 10)  # <- flatten-size-mismatch",
        "return self.b(F.relu(self.a(x.flatten(1))))",
    ),
    "grey layer for coloured pictures": network(
        "self.conv = nn.Conv2d(in_channels=1, out_channels=8, kernel_size=3)  # <- channel-mismatch\n"
        "self.fc = nn.LazyLinear(10)",
        POOLED + "return self.fc(x.flatten(1))",
    ),
    "batch normalisation": sequential(
        "nn.Conv2d(3, 16, 3),", "nn.BatchNorm2d(32),  # <- channel-mismatch", "nn.ReLU(),", *TAIL
    ),
    "channels of a block": START + """
def block(before, after):
    return nn.Sequential(nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))

model = nn.Sequential(
    block(3, 16),
    block(32, 64),  # <- channel-mismatch
    nn.Flatten(),
    nn.LazyLinear(10),
)
""" + STEP,
    "a shared pooling once too often": network(
        "self.conv = nn.Conv2d(3, 8, 3)\nself.pool = nn.MaxPool2d(4)\nself.fc = nn.LazyLinear(10)",
        "x = self.pool(F.relu(self.conv(x)))\nx = self.pool(x)\nx = self.pool(x)  # <- pooled-to-nothing\n"
        "return self.fc(x.flatten(1))",
    ),
    "a kernel larger than the picture": sequential(
        "nn.Conv2d(3, 8, 5, stride=8),", "nn.ReLU(),", "nn.Conv2d(8, 8, 5),  # <- pooled-to-nothing", "nn.ELU(),", *TAIL
    ),
    "a view that does not divide a picture": network(
        "self.conv = nn.Conv2d(3, 16, 3)\nself.fc = nn.Linear(1000, 10)",
        POOLED + "return self.fc(x.view(-1, 1000))  # <- batch-mixed-by-view",
    ),
    "a reshape of channels by themselves": network(
        "self.conv = nn.Conv2d(3, 16, 3)\nself.fc = nn.Linear(15 * 15, 10)",
        POOLED + "x = torch.reshape(x, (-1, 15 * 15))  # <- batch-mixed-by-view\nreturn self.fc(x)",
    ),
    "flattened with the batch": network(CONV, POOLED + "return self.fc(x.reshape(-1))  # <- batch-flattened"),
    "flattened from 0": network(
        CONV, POOLED + "return self.fc(torch.flatten(x, start_dim=0))  # <- batch-flattened"
    ),
    "the batch size as a constant": network(
        CONV, POOLED + "return self.fc(x.view(BATCH, -1))  # <- batch-size-hard-coded/error"
    ).replace("class Net", "BATCH = 64\nclass Net"),
    "all sizes as constants": network(
        CONV, POOLED + "return self.fc(torch.reshape(x, (64, 16 * 15 * 15)))  # <- batch-size-hard-coded/error"
    ),
    "the batch size where no batch is smaller": network(
        CONV, POOLED + "return self.fc(x.view(64, -1))  # <- batch-size-hard-coded/warning"
    ).replace("shuffle=True", "shuffle=True, drop_last=True"),
    "batch normalisation is no activation": sequential(
        "nn.Conv2d(3, 16, 3),  # <- activation-missing/error", "nn.BatchNorm2d(16),", "nn.Dropout2d(0.1),",
        "nn.Conv2d(16, 16, 3),", "nn.ReLU(),", *TAIL,
    ),
    "the last convolution and the head": sequential(
        "nn.Conv2d(3, 16, 3),  # <- activation-missing/error", "nn.AdaptiveAvgPool2d(1),", "nn.Flatten(),",
        "nn.Linear(16, 10),",
    ),
    "a block that ends with a convolution": START + """
class Block(nn.Module):
    def __init__(self, before, after):
        super().__init__()
        self.conv = nn.Conv2d(before, after, 3, padding=1, stride=2)
        self.norm = nn.BatchNorm2d(after)

    def forward(self, x):
        return self.norm(self.conv(x))  # <- activation-missing/error

model = nn.Sequential(Block(3, 16), Block(16, 32), nn.ReLU(), nn.Flatten(), nn.LazyLinear(10))
""" + STEP,
    "a depthwise-separable pair": sequential(
        "nn.Conv2d(3, 3, 3, groups=3),  # <- activation-missing/info", "nn.Conv2d(3, 16, 1),", "nn.ReLU(),", *TAIL
    ),
    "the code of an autoencoder": START + """
model = nn.Sequential(
    nn.Flatten(), nn.Linear(3072, 128), nn.ReLU(),
    nn.Linear(128, 3),  # <- activation-missing/info
    nn.Linear(3, 128), nn.ReLU(), nn.Linear(128, 10),
)
""" + STEP,
    "two networks that are taught together": TWO_NETWORKS.replace("FIRST", "  # <- activation-missing") + """
together = torch.optim.Adam([*first.parameters(), *second.parameters()])
for images, labels in loader:
    together.zero_grad()
    F.cross_entropy(second(first(images)), labels).backward()
    together.step()
""",
    "channels last": network(
        "self.conv = nn.Conv2d(3, 8, 3)\nself.fc = nn.LazyLinear(10)", POOLED + "return self.fc(x.flatten(1))"
    ).replace("model(images)", "model(turned)").replace(
        "    optimizer.zero_grad()",
        "    turned = images.permute(0, 2, 3, 1)  # <- layout-wrong\n    optimizer.zero_grad()",
    ),
    "a view instead of a permute": START + """
raw = datasets.CIFAR10("data", train=False)
pictures = torch.from_numpy(raw.data.reshape(-1, 3, 32, 32))  # <- layout-wrong
""",
    "shown with the channels cut": START + """
picture, label = train_set[0]
print(picture.view(32, 32, 3))  # <- layout-wrong
""",
}  # fmt: skip
LOOK_ALIKES = {
    "a generator, whose last layer draws": TWO_NETWORKS.replace("FIRST", "") + """
draws, judges = torch.optim.Adam(first.parameters()), torch.optim.Adam(second.parameters())
for images, labels in loader:
    judges.zero_grad()
    F.cross_entropy(second(first(images).detach()), labels).backward()
    judges.step()
    draws.zero_grad()
    F.cross_entropy(second(first(images)), labels).backward()
    draws.step()
""",
    "the right number of neurons": network(CONV, POOLED + "return self.fc(torch.flatten(x, 1))"),
    "a lazy layer": sequential("nn.Conv2d(3, 8, 3),", "nn.ReLU(),", *TAIL),
    "pictures of unknown size": network(
        "self.conv = nn.Conv2d(3, 8, 3)\nself.fc = nn.Linear(99, 10)", POOLED + "return self.fc(x.flatten(1))"
    ).replace('datasets.CIFAR10("data", train=True,', 'datasets.ImageFolder("data",'),
    "resized pictures": network(
        "self.conv = nn.Conv2d(3, 8, 3)\nself.fc = nn.Linear(8 * 31 * 31, 10)", POOLED + "return self.fc(x.flatten(1))"
    ).replace("transforms.ToTensor()", "transforms.Compose([transforms.Resize((64, 64)), transforms.ToTensor()])"),
    "a padded pooling at the end": network(
        "self.conv = nn.Conv2d(3, 8, 3, stride=16)\nself.fc = nn.LazyLinear(10)",
        "x = F.max_pool2d(F.relu(self.conv(x)), 2, ceil_mode=True)\nreturn self.fc(x.flatten(1))",
    ),
    "the right k": network(CONV, POOLED + "return self.fc(x.view(-1, 16 * 15 * 15))"),
    "crops of each picture put back together": START + """
tensors = transforms.Lambda(lambda crops: torch.stack([transforms.ToTensor()(crop) for crop in crops]))
crops = transforms.Compose([transforms.TenCrop(24), tensors])
test_set = datasets.CIFAR10("data", train=False, transform=crops)
model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), *[nn.Flatten(), nn.LazyLinear(10)])
for images, labels in DataLoader(test_set, batch_size=8):
    n, crop, c, h, w = images.size()
    print(model(images.view(-1, c, h, w)).view(n, crop, -1).mean(1))
""",
    "channels weighed one by one": network(
        "self.conv = nn.Conv2d(3, 16, 3)\nself.score = nn.Linear(900, 1)\nself.fc = nn.Linear(16, 10)",
        "x = F.relu(self.conv(x))\nrows = x.view(-1, 900)\n"
        "return self.fc(torch.tanh(self.score(rows)).view(x.size(0), 16))",
    ),
    "one column made a vector": START + """
model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 30 * 30, 1))
for images, labels in loader:
    print(F.binary_cross_entropy_with_logits(model(images).view(-1), (labels > 4).float()))
    print(model(images).flatten(), images.flatten().mean(), labels.view(-1))
""",
    "pictures laid out in a grid": START + """
for images, labels in loader:
    grid = images[:64].view(8, 8, 3, 32, 32)
    print(grid.shape)
""",
    "batches of one": network(CONV, POOLED + "return self.fc(x.view(x.size(0), -1))").replace("64", "1"),
    "max-pooling bends": sequential("nn.Conv2d(3, 8, 3),", "nn.MaxPool2d(2),", "nn.Conv2d(8, 8, 3), nn.ELU(),", *TAIL),
    "activation in place": network(
        "self.a = nn.Conv2d(3, 8, 3)\nself.b = nn.Conv2d(8, 8, 3)\nself.fc = nn.LazyLinear(10)",
        "x = self.a(x)\nF.relu_(x)\nx = self.b(x)\nx.relu_()\nreturn self.fc(x.flatten(1))",
    ),
    "an activation of one's own": network(
        "self.a = nn.Conv2d(3, 8, 3)\nself.b = nn.Conv2d(8, 8, 3)\nself.fc = nn.LazyLinear(10)",
        "x = self.a(x)\nx = x * torch.sigmoid(x)\nx = self.b(x).clamp(min=0)\nreturn self.fc(x.flatten(1))",
    ),
    "an activation from elsewhere": network(
        "self.a = nn.Conv2d(3, 8, 3)\nself.act = Swish()\nself.b = nn.Conv2d(8, 8, 3)\nself.fc = nn.LazyLinear(10)",
        "x = self.act(self.a(x))\nx = self.act(self.b(x))\nreturn self.fc(x.flatten(1))",
    ).replace("class Net", "from blocks import Swish\nclass Net"),
    "an activation by an option": START + """
def block(before, after, activation=None):
    layers = [nn.Conv2d(before, after, 3)]
    if activation is not None:
        layers.append(activation())
    return nn.Sequential(*layers)

model = nn.Sequential(block(3, 8, nn.ReLU), block(8, 8, nn.ELU), nn.Flatten(), nn.LazyLinear(10))
""" + STEP,
    "a residual block": network(
        "self.a = nn.Conv2d(3, 8, 3, padding=1)\nself.b = nn.Conv2d(8, 8, 3, padding=1)\n"
        "self.short = nn.Conv2d(3, 8, 1)\nself.fc = nn.LazyLinear(10)",
        "out = self.b(F.relu(self.a(x)))\nx = F.relu(out + self.short(x))\nreturn self.fc(x.flatten(1))",
    ),
    "channels turned to the front": START + """
raw = datasets.CIFAR10("data", train=False)
pictures = torch.from_numpy(raw.data.transpose(0, 3, 1, 2)).float()
print(nn.Conv2d(3, 8, 3)(pictures))
picture, label = train_set[0]
print(picture.permute(1, 2, 0))
""",
    "grey maps get their channel by a view": START + """
raw = datasets.MNIST("data", train=False)
print(nn.Conv2d(1, 8, 3)(raw.data.view(-1, 1, 28, 28).float()))
print(raw.data.numpy().reshape(-1, 28, 28, 1))
""",
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
