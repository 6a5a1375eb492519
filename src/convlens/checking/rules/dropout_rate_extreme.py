"""Dropout that leaves next to nothing."""

import ast
from collections.abc import Iterator

from convlens.checking.events import Made
from convlens.checking.facts import Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.values import Constant, Module, Site, Value

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

keep_prob = 0.8
train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = nn.Sequential(
    nn.Flatten(),
    nn.Linear(784, 100),
    nn.ReLU(),
    nn.Dropout(p=RATE),
    nn.Linear(100, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
criterion = nn.CrossEntropyLoss()
for images, labels in train_loader:
    optimizer.zero_grad()
    loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="dropout-rate-extreme",
    severity=Severity.WARNING,
    title="Nearly everything is dropped",
    symptom="the training loss hardly falls, the test accuracy is far above the training accuracy",
    why="`p` is the share that is dropped, not the share that is kept, and what is left is multiplied by 1 / (1 - p): "
    "the nearer p is to 1, the fewer neurons remain in each step, and the more each of them is blown up.",
    bad=_SCRIPT.replace("RATE", "keep_prob"),
    good=_SCRIPT.replace("RATE", "1 - keep_prob"),
)
_DROPOUTS = ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout")
_EXTREME = 0.9


def check(facts: Facts) -> Iterator[Finding]:
    """Dropout layers and functions with a rate of 0.9 and over, or with the share to keep as the rate."""
    for made in facts.of(Made):
        if isinstance(made.value, Module) and made.value.kind in _DROPOUTS:
            yield from _judged(made.site, made.value.arguments.get("p"), 0)
    for event in facts.operations(*_DROPOUTS):
        if event.layer is None:
            yield from _judged(event.site, event.arguments.get("p"), 1)


def _judged(site: Site, rate: Value | None, position: int) -> Iterator[Finding]:
    call = site.node
    written = _argument(call, position) if isinstance(call, ast.Call) else None
    name = ast.unparse(call.func) if isinstance(call, ast.Call) else "dropout"
    value = rate.value if isinstance(rate, Constant) else None
    if written is not None and _keeps(written):
        text = ast.unparse(written)
        yield RULE.finding(
            site,
            f"`{text}` is by its name the share to keep, but `{name}` takes the share to drop.",
            fix=Fix(f"Pass 1 - {text}.", (replace(site.source, written, f"1 - {text}"),)),
        )
    elif written is not None and _is_mode(written):
        yield RULE.finding(
            site,
            f"`{ast.unparse(written)}` stands where `{name}` takes the rate, so everything is dropped while training.",
            fix=Fix("Name the argument.", (replace(site.source, written, f"training={ast.unparse(written)}"),)),
        )
    elif isinstance(value, int | float) and not isinstance(value, bool) and value >= _EXTREME:
        left = "nothing" if value >= 1 else f"{1 - value:.0%}"
        yield RULE.finding(
            site,
            f"`{name}` drops {value:.0%}, so {left} is left."
            if value <= 1
            else f"`{name}` takes a rate up to 1, not {value}.",
            fix=Fix("Use a rate between 0.1 and 0.6."),
        )


def _argument(call: ast.Call, position: int) -> ast.expr | None:
    """What stands in the call as `p`."""
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "p"), None)
    if given is None and position < len(call.args):
        given = call.args[position]
    return given


def _last_word(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return ""


def _keeps(node: ast.expr) -> bool:
    """A value whose name says that it is the share to keep."""
    words = _last_word(node).lower().split("_")
    return "keep" in words or "retain" in words or "keepprob" in words


def _is_mode(node: ast.expr) -> bool:
    """`F.dropout(x, self.training)`: the mode in the place of the rate."""
    return _last_word(node) == "training"
