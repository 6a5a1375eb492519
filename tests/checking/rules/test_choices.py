"""Rules about what is scored and kept: variants of each mistake in other words, and look-alikes that must stay silent.

A line that ends in `#!` carries the finding; without such a line there must be none.
"""

from textwrap import dedent, indent

import pytest

from convlens.checking.checker import check_text
from convlens.checking.fixing import apply

_HEAD = """
import copy
import torch
from torch import nn
from torch.utils.data import DataLoader, random_split
from torchvision import datasets, transforms

full = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
test_set = datasets.FashionMNIST("data", train=False, transform=transforms.ToTensor())
train_set, val_set = random_split(full, [55000, 5000])
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
val_loader = DataLoader(val_set, batch_size=500)
test_loader = DataLoader(test_set, batch_size=500)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
criterion = nn.CrossEntropyLoss()


def train_one_epoch(net):
    net.train()
    for images, labels in train_loader:
        optimizer.zero_grad()
        criterion(net(images), labels).backward()
        optimizer.step()


def accuracy(net, loader):
    net.eval()
    correct = 0
    with torch.no_grad():
        for images, labels in loader:
            correct += (net(images).argmax(dim=1) == labels).sum().item()
    return correct / len(loader.dataset)

"""


def script(text: str) -> str:
    """Lines behind the data, the model and two functions."""
    return _HEAD + dedent(text)


def epochs(in_loop: str, before: str = "", after: str = "") -> str:
    """A loop over epochs that trains, then does more."""
    body = indent("train_one_epoch(model)\n" + dedent(in_loop).strip("\n"), "    ")
    return script(f"best = 0.0\n{dedent(before)}\nfor epoch in range(10):\n{body}\n{dedent(after)}\n")


_IF_BETTER = "val_acc = accuracy(model, val_loader)\nif val_acc > best:\n    best = val_acc\n    {}\n"
CASES = {
    "best-state-not-copied": [
        epochs(_IF_BETTER.format("weights = model.state_dict()  #!"), after="model.load_state_dict(weights)"),
        epochs(
            _IF_BETTER.format("best_weights = dict(epoch=epoch, model=model.state_dict())  #!"),
            after="torch.save(best_weights, 'best.pt')",
        ),
        epochs(
            _IF_BETTER.format("best_state = copy.copy(model.state_dict())  #!"),
            after="model.load_state_dict(best_state)",
        ),
        epochs(
            _IF_BETTER.format("best_model = model  #!"), "best_model = None", "print(accuracy(best_model, test_loader))"
        ),
        script(
            "\n"
            "        def fit(net):\n"
            "            top, best_state = 0.0, None\n"
            "            for epoch in range(5):\n"
            "                train_one_epoch(net)\n"
            "                if (now := accuracy(net, val_loader)) > top:\n"
            "                    top, best_state = now, net.state_dict()  #!\n"
            "            net.load_state_dict(best_state)\n"
            "            return net\n"
            "\n"
            "\n"
            "        fit(model)\n"
            "        "
        ),
        epochs(
            _IF_BETTER.format("best_state = copy.deepcopy(model.state_dict())"),
            after="model.load_state_dict(best_state)",
        ),
        epochs(
            _IF_BETTER.format("best_state = {k: v.clone() for k, v in model.state_dict().items()}"),
            after="model.load_state_dict(best_state)",
        ),
        epochs(_IF_BETTER.format("state = {'model': model.state_dict()}\n    torch.save(state, 'best.pt')")),
        epochs("", after="final = model.state_dict()\ntorch.save(final, 'final.pt')"),
        script(
            "\n"
            "        best, best_model = 0.0, None\n"
            "        for width in (50, 100, 200):\n"
            "            net = nn.Sequential(nn.Flatten(), nn.Linear(784, width), nn.Linear(width, 10))\n"
            "            optimizer = torch.optim.Adam(net.parameters(), lr=0.001)\n"
            "            for epoch in range(3):\n"
            "                train_one_epoch(net)\n"
            "            if accuracy(net, val_loader) > best:\n"
            "                best, best_model = accuracy(net, val_loader), net\n"
            "        print(accuracy(best_model, test_loader))\n"
            "        "
        ),
    ],
    "unsafe-load": [
        script("model.load_state_dict(torch.load('a.pt', map_location='cpu'))  #!"),
        script("model = torch.load('whole.pt', weights_only=False)  #!"),
        script(
            "def resume(path):\n    checkpoint = torch.load(path)  #!\n    model.load_state_dict(checkpoint['model'])\n"
        ),
        script("model.load_state_dict(torch.load('a.pt', weights_only=True))"),
        script("options = {'weights_only': True}\nmodel.load_state_dict(torch.load('a.pt', **options))"),
        script("model = torch.jit.load('scripted.pt')"),
    ],
    "test-set-selects-model": [
        epochs(
            "acc = accuracy(model, test_loader)\n"
            "if acc > best:  #!\n"
            "    best = acc\n"
            "    torch.save(model.state_dict(), 'b.pt')"
        ),
        epochs("acc = accuracy(model, test_loader)\nbest = max(best, acc)  #!"),
        epochs("history.append(accuracy(model, test_loader))", "history = []", "print('best', max(history))  #!"),
        epochs("acc = accuracy(model, test_loader)\nif acc > 0.93:  #!\n    break"),
        epochs(
            "scheduler.step(accuracy(model, test_loader))  #!",
            "scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode='max')",
        ),
        epochs(
            (
                "acc = accuracy(model, test_loader)\n"
                "if acc <= best:  #!\n"
                "    waited += 1\n"
                "else:\n"
                "    best, waited = acc, 0\n"
                "if waited > 3:\n"
                "    break"
            ),
            "waited = 0",
        ),
        script(
            "\n"
            "        class Trainer:\n"
            "            def __init__(self, net, train_loader, val_loader):\n"
            "                self.net, self.train_loader, self.val_loader = net, train_loader, val_loader\n"
            "                self.best = 0.0\n"
            "\n"
            "            def fit(self):\n"
            "                for epoch in range(5):\n"
            "                    train_one_epoch(self.net)\n"
            "                    now = accuracy(self.net, self.val_loader)\n"
            "                    if now > self.best:  #!\n"
            "                        self.best = now\n"
            "\n"
            "\n"
            "        Trainer(model, train_loader, test_loader).fit()\n"
            "        "
        ),
        epochs(
            ("acc = accuracy(model, val_loader)\nif acc > best:\n    best = acc"),
            after="print(accuracy(model, test_loader))",
        ),
        epochs("print(epoch, accuracy(model, test_loader))"),
        epochs(
            "history.append(accuracy(model, test_loader))",
            "import matplotlib.pyplot as plt\nhistory = []",
            "plt.plot(history)\nplt.ylim(min(history), 1)",
        ),
        epochs("acc = accuracy(model, test_loader)\nif acc < 0.2:\n    print('still guessing')"),
        epochs(
            "",
            after=("acc = accuracy(model, test_loader)\nif acc > 0.9:\n    torch.save(model.state_dict(), 'good.pt')"),
        ),
    ],
    "global-instead-of-argument": [
        script(
            "def score(net, loader):\n"
            "    hits = 0\n"
            "    for x, y in test_loader:  #!\n"
            "        hits += (net(x).argmax(1) == y).sum().item()\n"
            "    return hits\n"
            "\n"
            "\n"
            "score(model, val_loader)"
        ),
        script(
            "def score(net, loader):\n"
            "    hits = 0\n"
            "    for i, (x, y) in enumerate(test_loader):  #!\n"
            "        hits += (net(x).argmax(1) == y).sum().item()\n"
            "    return hits / len(loader.dataset)\n"
            "\n"
            "\n"
            "score(model, val_loader)"
        ),
        script(
            "def score(net, loader):\n"
            "    net.eval()\n"
            "    hits = 0\n"
            "    for x, y in loader:\n"
            "        hits += (model(x).argmax(1) == y).sum().item()  #!\n"
            "    return hits\n"
            "\n"
            "\n"
            "score(model, val_loader)"
        ),
        script(
            "def score(net, items):\n"
            "    hits = 0\n"
            "    for x, y in val_loader:  #!\n"
            "        hits += (net(x).argmax(1) == y).sum().item()\n"
            "    return hits\n"
            "\n"
            "\n"
            "score(model, test_loader)"
        ),
        script(
            "def score(net, loader=None):\n"
            "    loader = loader or test_loader\n"
            "    return sum((net(x).argmax(1) == y).sum().item() for x, y in loader)\n"
            "\n"
            "\n"
            "score(model)"
        ),
        script(
            "def score(net):\n"
            "    return sum((net(x).argmax(1) == y).sum().item() for x, y in test_loader)\n"
            "\n"
            "\n"
            "score(model)"
        ),
        script(
            "def score(net, loader):\n"
            "    for x, y in loader:\n"
            "        print(net(x))\n"
            "    for x, y in test_loader:\n"
            "        print(net(x))\n"
            "\n"
            "\n"
            "score(model, val_loader)"
        ),
        script(
            "def run(net, loader):\n"
            "    best = accuracy(net, loader)\n"
            "    teacher = nn.Linear(784, 10)\n"
            "    return best\n"
            "\n"
            "\n"
            "run(model, val_loader)"
        ),
        script(
            "def fit(net, loader, device):\n"
            "    for x, y in loader:\n"
            "        out = net(x.to(device))\n"
            "        criterion(out, y).backward()\n"
            "\n"
            "\n"
            "fit(model, train_loader, 'cpu')"
        ),
    ],
    "only-last-batch-scored": [
        script(
            "model.eval()\n"
            "with torch.no_grad():\n"
            "    for images, labels in test_loader:\n"
            "        outputs = model(images)\n"
            "guess = outputs.argmax(1)\n"
            "print((guess == labels).float().mean().item())  #!"
        ),
        script(
            "def score(net, loader):\n"
            "    net.eval()\n"
            "    with torch.no_grad():\n"
            "        for x, y in loader:\n"
            "            out = net(x)\n"
            "    return criterion(out, y).item()  #!\n"
            "\n"
            "\n"
            "score(model, test_loader)"
        ),
        script(
            "model.eval()\n"
            "correct = 0\n"
            "with torch.no_grad():\n"
            "    for images, labels in test_loader:\n"
            "        correct = (model(images).argmax(1) == labels).sum().item()  #!\n"
            "print(correct / len(test_set))"
        ),
        script(
            "def score(net, loader):\n"
            "    net.eval()\n"
            "    with torch.no_grad():\n"
            "        for x, y in loader:\n"
            "            loss = criterion(net(x), y)  #!\n"
            "    return loss.item()\n"
            "\n"
            "\n"
            "score(model, test_loader)"
        ),
        script(
            "model.eval()\n"
            "guesses, truths = [], []\n"
            "with torch.no_grad():\n"
            "    for images, labels in test_loader:\n"
            "        guesses.append(model(images).argmax(1))\n"
            "        truths.append(labels)\n"
            "print((torch.cat(guesses) == torch.cat(truths)).float().mean().item())"
        ),
        script(
            "model.eval()\n"
            "correct = 0\n"
            "with torch.no_grad():\n"
            "    for images, labels in test_loader:\n"
            "        hits = (model(images).argmax(1) == labels).sum().item()\n"
            "        correct += hits\n"
            "print(correct / len(test_set))"
        ),
        script(
            "model.eval()\n"
            "correct = 0\n"
            "with torch.no_grad():\n"
            "    for images, labels in test_loader:\n"
            "        correct = correct + (model(images).argmax(1) == labels).sum().item()\n"
            "print(correct / len(test_set))"
        ),
        script(
            "model.eval()\n"
            "for images, labels in test_loader:\n"
            "    break\n"
            "with torch.no_grad():\n"
            "    print((model(images).argmax(1) == labels).float().mean().item())"
        ),
        script(
            "model.eval()\n"
            "whole = DataLoader(test_set, batch_size=len(test_set))\n"
            "with torch.no_grad():\n"
            "    for images, labels in whole:\n"
            "        acc = (model(images).argmax(1) == labels).float().mean().item()\n"
            "print(acc)"
        ),
        epochs(
            "",
            after=(
                "for images, labels in train_loader:\n"
                "    optimizer.zero_grad()\n"
                "    loss = criterion(model(images), labels)\n"
                "    loss.backward()\n"
                "    optimizer.step()\n"
                "print('last loss', loss.item())"
            ),
        ),
        script(
            "model.eval()\n"
            "guesses, truths = torch.empty(0), torch.empty(0)\n"
            "with torch.no_grad():\n"
            "    for images, labels in test_loader:\n"
            "        guesses = torch.cat([guesses, model(images).argmax(1)])\n"
            "        truths = torch.cat([truths, labels])\n"
            "print((guesses == truths).float().mean().item())"
        ),
    ],
}
TABLE = [(slug, text) for slug, texts in CASES.items() for text in texts]


@pytest.mark.parametrize(("slug", "text"), TABLE)
def test_it_is_found_where_it_is_and_nowhere_else(slug: str, text: str) -> None:
    compile(text, "script", "exec")
    marked = [number for number, line in enumerate(text.splitlines(), 1) if line.endswith("#!")]
    assert [finding.line for finding in check_text(text, [slug])] == marked


@pytest.mark.parametrize(("slug", "text"), [pair for pair in TABLE if "#!" in pair[1]])
def test_a_fix_mends_it_and_leaves_python(slug: str, text: str) -> None:
    (found,) = check_text(text, [slug])
    if found.fix is None or not found.fix.edits:
        pytest.skip("advice only")
    assert check_text(apply(text, found.fix.edits), [slug]) == []
