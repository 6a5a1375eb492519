"""Dropout by function that is never told that the network is being evaluated."""

import ast
import re
from collections.abc import Iterator

from convlens.checking.classes import function_around, holds, method_around, self_name
from convlens.checking.events import Operation
from convlens.checking.facts import Facts, enclosing
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import add_argument, replace
from convlens.checking.modes import ON_PURPOSE
from convlens.checking.rules import Rule
from convlens.checking.source import Source
from convlens.checking.values import Constant, Value

_SCRIPT = """
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 16, kernel_size=3, padding=1)
        self.fc = nn.Linear(16 * 14 * 14, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        x = F.dropout(torch.flatten(x, 1), p=0.5)
        return self.fc(x)


train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
for images, labels in train_loader:
    optimizer.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="functional-dropout-always-on",
    severity=Severity.ERROR,
    title="Dropout that evaluation does not switch off",
    symptom="the test accuracy is lower than expected and changes from call to call, although eval() is called",
    why="A function does not know the mode of the network: `F.dropout` switches neurons off at random unless "
    "`training` is False, so `model.eval()` has no effect on it.",
    bad=_SCRIPT,
    good=_SCRIPT.replace("p=0.5)", "p=0.5, training=self.training)"),
)
_DROPOUTS = ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout")


def check(facts: Facts) -> Iterator[Finding]:
    """Dropout functions inside a network, or in a scoring pass, whose `training` is a constant True."""
    scored = {event.index for one in facts.scoring_passes() for event in one.events}
    for event in facts.operations(*_DROPOUTS):
        call = event.node
        if event.layer is not None or not isinstance(call, ast.Call) or not (event.inside or event.index in scored):
            continue
        rate = event.arguments.get("p")
        if isinstance(rate, Constant) and (rate.value == 0 or isinstance(rate.value, bool)):
            continue
        training = event.arguments.get("training") or event.arguments.get("train")
        if not _always(training, call) or _asks(event) or _says(event.site.source, call):
            continue
        given = isinstance(training, Constant) and training.site is not None
        name = ast.unparse(call.func)
        told = "is told `training=True`" if given else "is not told whether the network is being trained"
        yield RULE.finding(
            event.site, f"`{name}` {told}, so it drops in evaluation as well.", fix=_fix(event, call, training)
        )


def _always(training: Value | None, call: ast.Call) -> bool:
    """A constant True that stands in the call, or the default."""
    if not isinstance(training, Constant) or training.value is not True:
        return False
    return training.site is None or (isinstance(training.site.node, ast.Constant) and holds(call, training.site.node))


def _asks(event: Operation) -> bool:
    """Whether the code around asks for the mode: `if self.training:`, also as an early return."""
    source = event.site.source
    function = function_around(source, event.node)
    tests: list[ast.AST] = [
        part.test for part in ast.walk(function or event.node) if isinstance(part, ast.If | ast.IfExp)
    ]
    tests += [condition.node for condition in event.conditions]
    return any("train" in ast.unparse(test) for test in tests)


def _says(source: Source, call: ast.Call) -> bool:
    """Monte-Carlo dropout, in the words of a comment or of the names around."""
    words = [source.comments.get(line, "") for line in range(call.lineno - 2, call.lineno + 2)]
    for one in enclosing(source, call):
        if isinstance(one, ast.FunctionDef | ast.ClassDef):
            words += [one.name, ast.get_docstring(one) or "", source.comments.get(one.lineno, "")]
    return re.search(ON_PURPOSE + r"|on purpose|always on|stays on|^mc|MC", " ".join(words), re.I) is not None


def _fix(event: Operation, call: ast.Call, training: Value | None) -> Fix:
    source = event.site.source
    method = method_around(source, call)
    if method is None or not self_name(method):
        return Fix("Pass training=..., True only while training.")
    text = f"{self_name(method)}.training"
    note = f"Pass training={text}."
    if training is not None and training.site is not None:
        return Fix(note, (replace(source, training.site.node, text),))
    return Fix(note, (add_argument(source, call, f"training={text}"),))
