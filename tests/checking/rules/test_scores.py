"""Rules about the score, on scripts written in several ways; a mark on a line asks for a finding there."""

import textwrap

import pytest

from tests.checking.rules.marks import expected_and_found

START = """
import statistics
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, SubsetRandomSampler, random_split
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
test_set = datasets.FashionMNIST("data", train=False, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
test_loader = DataLoader(test_set, batch_size=64)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.Adam(model.parameters())
"""
CORRECT = """
model.eval()
correct, total, batches = 0, 0, 0
with torch.no_grad():
    for x, y in test_loader:
        correct += (model(x).argmax(1) == y).sum().item()
        total += len(y)
        batches += 1
"""
DIM = {
    "max over the batch": """
        for x, y in test_loader:
            _, guess = torch.max(model(x), 0)  # <- accuracy-wrong-dim
            print((guess == y).sum())
        """,
    "after a softmax, on the processor": """
        for x, y in test_loader:
            p = F.softmax(model(x), dim=1).cpu()
            print(p.argmax(0) == y)  # <- accuracy-wrong-dim
        """,
    "numpy": """
        for x, y in test_loader:
            guess = np.argmax(model(x).detach().cpu().numpy(), axis=0)  # <- accuracy-wrong-dim
            print((guess == y.numpy()).sum())
        """,
    "numpy over the classes": """
        for x, y in test_loader:
            print((np.argmax(model(x).detach().numpy(), axis=1) == y.numpy()).sum())
        """,
    "axis": """
        for x, y in test_loader:
            print((model(x).argmax(axis=1) == y).sum())
            print((model(x).argmax(axis=-1) == y).sum())
        """,
    "one for the whole batch": """
        for x, y in test_loader:
            print((model(x).argmax() == y).sum())  # <- accuracy-wrong-dim
        """,
    "a single picture": """
        x, y = test_set[0]
        print(model(x.unsqueeze(0)).argmax().item() == y, model(x[None]).squeeze(0).argmax(0).item() == y)
        """,
    "in a function that nothing calls": """
        def accuracy(model, loader):
            for images, labels in loader:
                guess = model(images).argmax(dim=0)  # <- accuracy-wrong-dim
                print((guess == labels).sum())
        """,
    "five best": """
        for x, y in test_loader:
            best = model(x).topk(5, dim=1).indices
            print((best == y.unsqueeze(1)).any(dim=1).sum())
        """,
    "a vote of networks": """
        nets = [nn.Sequential(nn.Flatten(), nn.Linear(784, 10)) for _ in range(3)]
        for x, y in test_loader:
            print((torch.stack([net(x) for net in nets]).mean(0).argmax(1) == y).sum())
        """,
}
DENOMINATOR = {
    "batches": CORRECT + "print(correct / len(test_loader))  # <- accuracy-wrong-denominator\n",
    "batches counted": CORRECT + "print(correct / batches)  # <- accuracy-wrong-denominator\n",
    "items counted": CORRECT + "print(100 * correct / total)\n",
    "the training set's size": CORRECT + "print(correct / len(train_set))  # <- accuracy-wrong-denominator\n",
    "the training set's size, written": CORRECT + "print(correct / 60000)  # <- accuracy-wrong-denominator\n",
    "the size, written": CORRECT + "print(correct / 10000, correct / 100, '%')\n",
    "the last batch": CORRECT + "print(correct / len(y))  # <- accuracy-wrong-denominator\n",
    "batches times their size": CORRECT + "print(correct / (len(test_loader) * 64))\n",
    "of a loader's set": CORRECT + "print(correct / len(test_loader.dataset))\n",
    "a tensor that counts": """
        model.eval()
        correct = torch.tensor(0)
        with torch.no_grad():
            for x, y in test_loader:
                correct += (model(x).argmax(1) == y).sum()
        print(correct.float() / len(test_loader))  # <- accuracy-wrong-denominator
        """,
    "a tensor that counts the items": """
        model.eval()
        correct = 0
        with torch.no_grad():
            for x, y in test_loader:
                correct += (model(x).argmax(1) == y).sum()
        print(correct.double() / len(test_set))
        """,
    "shares over items": """
        model.eval()
        acc = 0
        with torch.no_grad():
            for x, y in test_loader:
                acc += (model(x).argmax(1) == y).float().mean().item()
        print(acc / len(test_set))  # <- accuracy-wrong-denominator, mean-of-batch-means
        """,
    "by phase": """
        sets = {"train": train_set, "val": test_set}
        loaders = {name: DataLoader(sets[name], batch_size=64, shuffle=name == "train") for name in sets}
        sizes = {name: len(sets[name]) for name in sets}
        for epoch in range(3):
            for phase in ["train", "val"]:
                model.train(phase == "train")
                right = 0
                for x, y in loaders[phase]:
                    with torch.set_grad_enabled(phase == "train"):
                        out = model(x)
                        if phase == "train":
                            optimizer.zero_grad()
                            F.cross_entropy(out, y).backward()
                            optimizer.step()
                    right += (out.argmax(1) == y).sum().item()
                print(right / sizes[phase])
                print(right / sizes["train"])  # <- accuracy-wrong-denominator
        """,
    "the whole set of a part": """
        part, val = random_split(train_set, [50000, 10000])
        model.eval()
        right = 0
        for x, y in DataLoader(val, 100):
            right += (model(x).argmax(1) == y).sum().item()
        print(right / len(train_set))  # <- accuracy-wrong-denominator
        print(right / len(val))
        """,
    "percent of percent": """
        def evaluate(net, loader):
            right = 0
            for x, y in loader:
                right += (net(x).argmax(1) == y).sum().item()
            return 100.0 * right / len(loader.dataset)
        acc = evaluate(model, test_loader)
        print(f"{acc:.1f} %")
        print(f"{100 * acc:.1f} %")  # <- accuracy-wrong-denominator
        print(f"{acc:.1%}")  # <- accuracy-wrong-denominator
        """,
    "percent once": """
        def evaluate(net, loader):
            right = 0
            for x, y in loader:
                right += (net(x).argmax(1) == y).sum().item()
            return right / len(loader.dataset)
        acc = evaluate(model, test_loader)
        print(f"{100 * acc:.1f} % {acc:.1%}")
        acc = 100 * acc
        print(f"{acc:.1f}")
        """,
    "while training": """
        right = 0
        for i, (x, y) in enumerate(train_loader):
            out = model(x)
            optimizer.zero_grad()
            F.cross_entropy(out, y).backward()
            optimizer.step()
            right += (out.argmax(1) == y).sum().item()
            print((out.argmax(1) == y).sum().item() / len(y), right / (64 * (i + 1)))
        print(right / len(train_loader))  # <- accuracy-wrong-denominator
        """,
}
MEANS = {
    "losses over batches": """
        def evaluate(net, loader, loss_fn):
            net.eval()
            loss = 0.0
            with torch.no_grad():
                for x, y in loader:
                    loss += loss_fn(net(x), y).item()
            return loss / len(loader)  # <- mean-of-batch-means
        print(evaluate(model, test_loader, nn.CrossEntropyLoss()))
        """,
    "of a size that divides": """
        def evaluate(net, loader, loss_fn):
            loss = 0.0
            for x, y in loader:
                loss += loss_fn(net(x), y).item()
            loss /= len(loader)
            return loss
        print(evaluate(model, DataLoader(test_set, batch_size=500), nn.CrossEntropyLoss()))
        """,
    "a list": """
        losses = []
        with torch.no_grad():
            for x, y in test_loader:
                losses.append(F.cross_entropy(model(x), y).item())
        print(sum(losses) / len(losses))  # <- mean-of-batch-means
        print(np.mean(losses))  # <- mean-of-batch-means
        """,
    "each item's loss": """
        losses = []
        with torch.no_grad():
            for x, y in test_loader:
                losses.append(F.cross_entropy(model(x), y, reduction="none"))
        print(torch.cat(losses).mean())
        """,
    "weighted": """
        loss = 0.0
        with torch.no_grad():
            for x, y in test_loader:
                loss += F.cross_entropy(model(x), y).item() * x.size(0)
        print(loss / len(test_set))
        """,
    "summed": """
        loss, criterion = 0.0, nn.CrossEntropyLoss(reduction="sum")
        with torch.no_grad():
            for x, y in test_loader:
                loss += criterion(model(x), y).item()
        print(loss / len(test_loader.dataset))
        """,
    "a sum of means over the items": """
        loss = 0.0
        with torch.no_grad():
            for x, y in test_loader:
                loss += F.cross_entropy(model(x), y).item()
        print(loss / len(test_loader.dataset))  # <- mean-of-batch-means
        """,
    "progress while training": """
        for epoch in range(3):
            running = 0.0
            for i, (x, y) in enumerate(train_loader):
                optimizer.zero_grad()
                loss = F.cross_entropy(model(x), y)
                loss.backward()
                optimizer.step()
                running += loss.item()
                if i % 100 == 99:
                    print(running / 100, running / (i + 1))
            print(running / len(train_loader))
        """,
    "accuracies over batches": """
        scores = 0.0
        for x, y in test_loader:
            scores += (model(x).argmax(1) == y).float().mean().item()
        print(scores / len(test_loader))  # <- mean-of-batch-means
        """,
    "a meter that counts calls": """
        class Meter:
            def __init__(self):
                self.sum, self.count, self.avg = 0, 0, 0
            def update(self, value, n=1):
                self.sum += value * n
                self.count += n
                self.avg = self.sum / self.count
        meter = Meter()
        with torch.no_grad():
            for x, y in test_loader:
                meter.update(F.cross_entropy(model(x), y).item())  # <- mean-of-batch-means
        print(meter.avg)
        """,
    "a meter that counts items": """
        class Meter:
            def __init__(self):
                self.sum, self.count, self.avg = 0, 0, 0
            def update(self, value, n=1):
                self.sum += value * n
                self.count += n
                self.avg = self.sum / self.count
        meter = Meter()
        with torch.no_grad():
            for x, y in test_loader:
                meter.update(F.cross_entropy(model(x), y).item(), x.size(0))
        print(meter.avg)
        """,
}
SLUGS = ["accuracy-wrong-dim", "accuracy-wrong-denominator", "mean-of-batch-means"]
CASES = {
    f"{family}: {name}": text
    for family, cases in {"dim": DIM, "denominator": DENOMINATOR, "means": MEANS}.items()
    for name, text in cases.items()
}


@pytest.mark.parametrize("name", list(CASES))
def test_findings_stand_where_the_marks_ask_for_them(name: str) -> None:
    expected, found = expected_and_found(START + textwrap.dedent(CASES[name]), SLUGS)
    assert found == expected
