"""Idioms of published training scripts in which nothing is wrong: nothing graver than an info is told of them."""

import json
from pathlib import Path

import pytest

from convlens.checking.checker import check_file, check_text
from convlens.checking.findings import Finding, Severity
from tests.checking.rules.pieces import IMPORTS, LOADERS, MODEL, SETS, TEST, TRAIN, put_together

BLOCKS = """
class Block(nn.Module):
    def __init__(self, before, after, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(before, after, 3, padding=1, stride=stride)
        self.side = nn.Sequential()
        if stride != 1 or before != after:
            self.side = nn.Sequential(nn.Conv2d(before, after, 1, stride=stride))

    def forward(self, x):
        return F.relu(F.relu(self.conv(x)) + self.side(x))


def row(before, after, count):
    blocks = nn.Sequential()
    for number in range(count):
        blocks.add_module("{}-{}".format("block", number), Block(before, after))
        before = after
    return blocks


class Deep(nn.Module):
    def __init__(self, count=2, classes=10):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU())
        self.rows = row(8, 16, count)
        self.fc = nn.Linear(16, classes)

    def forward(self, x):
        return self.fc(self.rows(self.first(x)).mean((2, 3)))
"""
COUNTED = """
import argparse
options = argparse.ArgumentParser()
options.add_argument("--kind")
options.add_argument("--depth", type=int, required=True)
chosen = options.parse_args()
"""
OPTIMIZER = """
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()
"""

SILENT = {
    "a network made in a branch": (
        SETS,
        LOADERS,
        BLOCKS,
        COUNTED,
        """
        if chosen.kind == "deep":
            model = Deep(2)
        elif chosen.kind == "deeper":
            model = Deep(3)
        """,
        OPTIMIZER,
        TRAIN,
    ),
    "a chain whose first block is another": (
        SETS,
        LOADERS,
        BLOCKS,
        COUNTED,
        """
        def chain(before, after, count):
            blocks = nn.Sequential()
            for number in range(count):
                if number == 0:
                    blocks.add_module(f"block{number}", Block(before, after, 2))
                else:
                    blocks.add_module(f"block{number}", Block(after, after))
            return blocks

        model = nn.Sequential(chain(1, 8, chosen.depth), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10))
        """,
        OPTIMIZER,
        TRAIN,
    ),
    "a linear shortcut beside a bent branch": (
        SETS,
        LOADERS,
        """
        class Preactivated(nn.Module):
            def __init__(self):
                super().__init__()
                self.stem = nn.Conv2d(1, 8, 3, padding=1)
                self.norm = nn.BatchNorm2d(8)
                self.conv = nn.Conv2d(8, 16, 3, padding=1)
                self.side = nn.Conv2d(8, 16, 1)
                self.fc = nn.Linear(16, 10)

            def forward(self, x):
                x = self.stem(x)
                x = self.conv(F.relu(self.norm(x))) + self.side(x)
                return self.fc(F.relu(x).mean((2, 3)))

        model = Preactivated()
        """,
        OPTIMIZER,
        TRAIN,
    ),
    "a depthwise convolution whose groups are not known": (
        SETS,
        LOADERS,
        COUNTED,
        """
        width = chosen.depth

        class Cheap(nn.Module):
            def __init__(self):
                super().__init__()
                self.stem = nn.Conv2d(1, width, 3, padding=1)
                self.each = nn.Conv2d(width, width, 3, padding=1, groups=width)
                self.mix = nn.Conv2d(width, 16, 1)
                self.fc = nn.Linear(16, 10)

            def forward(self, x):
                x = self.mix(self.each(F.relu(self.stem(x))))
                return self.fc(F.relu(x).mean((2, 3)))

        model = Cheap()
        """,
        OPTIMIZER,
        TRAIN,
    ),
    "pictures cut together from two, with the labels of both": (
        SETS,
        LOADERS,
        MODEL,
        """
        for epoch in range(3):
            for x, y in train_loader:
                order = torch.randperm(x.size(0))
                x[:, :, 4:12, 4:12] = x[order, :, 4:12, 4:12]
                share = 1 - 64 / 784
                optimizer.zero_grad()
                answer = model(x)
                loss = share * loss_fn(answer, y) + (1 - share) * loss_fn(answer, y[order])
                loss.backward()
                optimizer.step()
        """,
    ),
    "a head found by a method": (
        SETS,
        LOADERS,
        """
        import timm
        model = timm.create_model("resnet18", pretrained=True, num_classes=10, in_chans=1)
        for weight in model.parameters():
            weight.requires_grad = False
        for weight in model.get_classifier().parameters():
            weight.requires_grad = True
        """,
        OPTIMIZER,
        TRAIN,
    ),
    "the losses of one batch's parts in a list": (
        SETS,
        LOADERS,
        MODEL,
        """
        for epoch in range(3):
            for x, y in train_loader:
                optimizer.zero_grad()
                parts = []
                for few, their in zip(x.chunk(2), y.chunk(2)):
                    loss = loss_fn(model(few), their) / 2
                    parts.append(loss)
                    loss.backward()
                optimizer.step()
                print(sum(parts).item())
        """,
    ),
    "probabilities for whoever looks": (
        SETS,
        LOADERS,
        """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(784, 10)

            def forward(self, x):
                answer = self.fc(x.flatten(1))
                shares = F.softmax(answer, dim=1)
                return answer

        model = Net()
        """,
        OPTIMIZER,
        TRAIN,
    ),
    "a parameter that makes a network": (
        SETS,
        LOADERS,
        """
        def fit(make_net, loader, loss_fn):
            model = make_net()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            model.train()
            for x, y in loader:
                optimizer.zero_grad()
                loss_fn(model(x), y).backward()
                optimizer.step()
        """,
    ),
    "a schedule inside another package's": (
        SETS,
        LOADERS,
        MODEL,
        """
        from schedulers import Warming
        after = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=5)
        schedule = Warming(optimizer, epochs=1, after=after)
        for epoch in range(5):
            for x, y in train_loader:
                optimizer.zero_grad()
                loss_fn(model(x), y).backward()
                optimizer.step()
        """,
    ),
    "the mean loss of a batch times its size, in the style of long ago": (
        SETS,
        LOADERS,
        MODEL,
        TRAIN,
        """
        from torch.autograd import Variable
        total = 0
        model.eval()
        with torch.no_grad():
            for x, y in test_loader:
                x, y = Variable(x), Variable(y)
                total += loss_fn(model(x), y).data * y.size(0)
        print(total / len(test_set))
        """,
    ),
    "a loader for counting the labels": (
        """
        train_set = datasets.FashionMNIST("data", train=True, transform=ToTensor())
        train_loader = DataLoader(train_set, batch_size=64)
        for _, labels in train_loader:
            print(labels.bincount())
        part, rest = random_split(train_set, [50000, 10000])
        """,
        MODEL,
        """
        fitting = DataLoader(part, batch_size=64, shuffle=True)
        checking = DataLoader(rest, batch_size=64)
        for epoch in range(3):
            for x, y in fitting:
                optimizer.zero_grad()
                loss_fn(model(x), y).backward()
                optimizer.step()
            with torch.no_grad():
                correct = sum((model(x).argmax(1) == y).sum().item() for x, y in checking)
            print(correct / len(rest))
        """,
    ),
    "one batch out of a loader": (
        SETS,
        """
        train_loader = DataLoader(train_set, batch_size=5000)
        """,
        MODEL,
        """
        x, y = next(iter(train_loader))
        for turn in range(100):
            optimizer.zero_grad()
            loss_fn(model(x), y).backward()
            optimizer.step()
        """,
    ),
    "one large batch of the test set scored between the training batches": (
        SETS,
        LOADERS,
        MODEL,
        """
        pictures, answers = next(iter(DataLoader(test_set, batch_size=5000)))
        for x, y in train_loader:
            optimizer.zero_grad()
            loss_fn(model(x), y).backward()
            optimizer.step()
            with torch.no_grad():
                correct = torch.eq(model(pictures).argmax(1), answers).sum().item() / answers.size(0)
            print(correct)
        """,
    ),
    "steps put into a transform one by one": (
        COUNTED,
        """
        to_train = Compose([])
        if chosen.kind == "varied":
            to_train.transforms.append(transforms.RandomCrop(28, padding=2))
        to_train.transforms.append(ToTensor())
        to_train.transforms.append(Normalize((0.286,), (0.353,)))
        to_test = Compose([ToTensor(), Normalize((0.286,), (0.353,))])
        train_set = datasets.FashionMNIST("data", train=True, transform=to_train)
        test_set = datasets.FashionMNIST("data", train=False, transform=to_test)
        """,
        LOADERS,
        MODEL,
        TRAIN,
        TEST,
    ),
    "one picture squeezed": (
        SETS,
        LOADERS,
        MODEL,
        TRAIN,
        """
        with torch.no_grad():
            for x, _ in DataLoader(test_set):
                print(torch.softmax(torch.squeeze(model(x)), dim=0))
        """,
    ),
    "a rate of nothing for an optimizer out of a checkpoint": (
        SETS,
        LOADERS,
        """
        model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        kept = torch.load("kept.pt", weights_only=True)
        optimizer = torch.optim.SGD(model.parameters(), lr=0)
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        loss_fn = nn.CrossEntropyLoss()
        """,
        TRAIN,
    ),
}


def _grave(findings: list[Finding]) -> list[tuple[int, str]]:
    return [(finding.line, finding.rule) for finding in findings if finding.severity is not Severity.INFO]


@pytest.mark.parametrize("name", SILENT)
def test_an_idiom_that_is_no_mistake(name: str) -> None:
    assert _grave(check_text(put_together(*SILENT[name]))) == []


def test_a_row_of_blocks_keeps_its_order_in_a_branch() -> None:
    """The mistake in the same network is still seen: the head takes the channels of the wrong row."""
    wrong = BLOCKS.replace("nn.Linear(16, classes)", "nn.Linear(8, classes)")
    parts = (SETS, LOADERS, wrong, COUNTED, "if chosen.kind:\n    model = Deep(2)\n", OPTIMIZER, TRAIN)
    assert [rule for _, rule in _grave(check_text(put_together(*parts)))] == ["flatten-size-mismatch"]


def test_a_teacher_that_only_answers_needs_no_optimizer() -> None:
    script = """
import lightning as L
import torch
from torch import nn


class Taught(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.student = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        self.teacher = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))

    def training_step(self, batch, index):
        x, y = batch
        with torch.no_grad():
            told = self.teacher(x).softmax(dim=1)
        return nn.functional.cross_entropy(self.student(x), told)

    def configure_optimizers(self):
        return torch.optim.SGD(self.student.parameters(), lr=0.1)
"""
    assert _grave(check_text(script)) == []
    alike = script.replace("with torch.no_grad():", "if True:")
    assert [rule for _, rule in _grave(check_text(alike))] == ["optimizer-wrong-parameters"]


def test_an_element_that_is_changed_in_place_stands_in_its_statement() -> None:
    script = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        places = torch.zeros(7, 7, 2)
        places[:, :, 0] += 6  # 7x7x2
        self.fc = nn.Linear(98, 10)

    def forward(self, x):
        return self.fc(x)


Net()(torch.zeros(4, 98))
"""
    assert _grave(check_text(script)) == []


def test_a_line_that_begins_with_a_percent_sign_goes_on_with_the_one_before(tmp_path: Path) -> None:
    lines = ["%matplotlib inline\n", "print('epoch %d of %d'\n", "      %(1, 2))\n", "import torch"]
    cell = {"cell_type": "code", "source": lines}
    (tmp_path / "book.ipynb").write_text(json.dumps({"cells": [cell]}, indent=1))
    assert check_file(tmp_path / "book.ipynb") == []


def test_the_pictures_in_a_notebook_do_not_make_it_too_large(tmp_path: Path) -> None:
    picture = {"data": {"image/png": "A" * 3_000_000}}
    cell = {"cell_type": "code", "source": ["import torch\n", *IMPORTS.splitlines(True)], "outputs": [picture]}
    (tmp_path / "book.ipynb").write_text(json.dumps({"cells": [cell]}, indent=1))
    assert check_file(tmp_path / "book.ipynb") == []
