"""Items left out of a score, because the last batch is not full."""

import ast
from collections.abc import Iterator

from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.values import Constant, Loader

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

test_set = datasets.FashionMNIST("data", train=False, transform=transforms.ToTensor())
test_loader = DataLoader(test_set, batch_size=64, drop_last=DROPPED)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
model.load_state_dict(torch.load("model.pt", weights_only=True))
model.eval()
correct = total = 0
with torch.no_grad():
    for images, labels in test_loader:
        correct += (model(images).argmax(dim=1) == labels).sum().item()
        total += labels.size(0)
print(correct / total)
"""

RULE = Rule(
    slug="drop-last-in-evaluation",
    severity=Severity.WARNING,
    title="Test items left out",
    symptom="the score is of fewer pictures than the test set has, or changes with the batch size",
    why="With drop_last the items of the last, smaller batch are not scored, so the score is not that of the whole set "
    "and changes with the batch size.",
    bad=_SCRIPT.replace("DROPPED", "True"),
    good=_SCRIPT.replace("DROPPED", "False"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Loaders with `drop_last=True` that are scored on and not trained on."""
    for use in facts.purposes.evaluation_only():
        loader = use.source
        if not isinstance(loader, Loader) or loader.site is None or loader.constant("drop_last") is not True:
            continue
        left = _left_out(loader)
        if left == 0:
            continue
        name = facts.purposes.label(loader, "This loader")
        told = f": {left} of {loader.dataset.size} are never scored" if left and loader.dataset else ""
        yield RULE.finding(loader.site, f"{name} leaves out the items of the last batch{told}.", fix=_fix(loader))


def _left_out(loader: Loader) -> int | None:
    """How many items do not fill a batch; None where that is not known."""
    size, batch = loader.dataset.size if loader.dataset else None, loader.constant("batch_size")
    return size % batch if size and isinstance(batch, int) and batch > 0 else None


def _fix(loader: Loader) -> Fix:
    note = "Score every item: drop_last=False."
    given, site = loader.arguments.get("drop_last"), loader.site
    keywords = site.node.keywords if site is not None and isinstance(site.node, ast.Call) else []
    value = given.site.node if isinstance(given, Constant) and given.site is not None else None
    if site is None or value is None or all(keyword.value is not value for keyword in keywords):
        return Fix(note)
    return Fix(note, (replace(site.source, value, "False"),))
