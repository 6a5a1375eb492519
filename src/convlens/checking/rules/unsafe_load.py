"""A file that is loaded in a way that may run code."""

import ast
from collections.abc import Iterator

from convlens.checking.facts import Facts, enclosing
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import add_argument, replace
from convlens.checking.rules import Rule
from convlens.checking.values import Constant

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

test_set = datasets.FashionMNIST("data", train=False, transform=transforms.ToTensor())
test_loader = DataLoader(test_set, batch_size=500)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
model.load_state_dict(torch.load("model.pt"))
model.eval()
correct = 0
with torch.no_grad():
    for images, labels in test_loader:
        correct += (model(images).argmax(dim=1) == labels).sum().item()
print(correct / len(test_set))
"""

RULE = Rule(
    slug="unsafe-load",
    severity=Severity.INFO,
    title="A file that may run code",
    symptom="a FutureWarning about torch.load and weights_only",
    why="The file is a pickle, and a pickle may run any code when it is read; with `weights_only=True` only tensors "
    "and plain values are read. A whole pickled model also breaks when its class is moved or renamed.",
    bad=_SCRIPT,
    good=_SCRIPT.replace('"model.pt")', '"model.pt", weights_only=True)'),
)


def check(facts: Facts) -> Iterator[Finding]:
    """`torch.load` without `weights_only=True`."""
    for event in facts.called("torch.load"):
        call = event.node
        if not isinstance(call, ast.Call) or any(keyword.arg is None for keyword in call.keywords):
            continue
        given = event.keywords.get("weights_only")
        if given is not None and not (isinstance(given, Constant) and given.value is False):
            continue
        told = "without `weights_only=True`" if given is None else "with `weights_only=False`"
        yield RULE.finding(event.site, f"The file is loaded {told}.", fix=_fix(facts, call, given is not None))


def _fix(facts: Facts, call: ast.Call, given: bool) -> Fix:
    """Safe where a state dictionary is expected; a whole model needs another way of saving."""
    around = next(enclosing(facts.source, call), None)
    weights = isinstance(around, ast.Call) and ast.unparse(around.func).endswith("load_state_dict")
    if not weights:
        return Fix("Save model.state_dict() and load it with weights_only=True.")
    if given:
        wrong = next(keyword.value for keyword in call.keywords if keyword.arg == "weights_only")
        edits = (replace(facts.source, wrong, "True"),) if isinstance(wrong, ast.Constant) else ()
        return Fix("Load the weights only.", edits)
    return Fix("Load the weights only.", (add_argument(facts.source, call, "weights_only=True"),))
