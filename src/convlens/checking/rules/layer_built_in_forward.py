"""A layer that is made anew each time the network is applied."""

import ast
from collections.abc import Iterator

from convlens.checking.classes import function_around, in_forward, method_around, self_name, spelled
from convlens.checking.events import Made
from convlens.checking.facts import Facts, enclosing
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.updates import has_parameters
from convlens.checking.values import Loss, Module

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
        x = torch.flatten(x, 1)
        x = DROPOUT
        return self.fc(x)


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
    slug="layer-built-in-forward",
    severity=Severity.ERROR,
    title="A layer made in forward",
    symptom="the network does not learn although the code runs, or the test score changes from call to call",
    why="A layer made in `forward` is new at each call: its weights are random again and no optimizer knows them, and "
    "it is always in training mode, whatever `eval()` says.",
    bad=_SCRIPT.replace("DROPOUT", "nn.Dropout(0.5)(x)"),
    good=_SCRIPT.replace("DROPOUT", "nn.functional.dropout(x, 0.5, training=self.training)"),
)
_WITH_MODE = ("dropout", "batch_norm", "alpha_dropout", "feature_alpha_dropout", "rrelu", "instance_norm")


def check(facts: Facts) -> Iterator[Finding]:
    """Modules constructed while a `forward` is walked, the outermost of each nest."""
    made = [event for event in facts.of(Made) if isinstance(event.value, Module) and _in_forward_itself(event)]
    nodes = {event.node for event in made}
    for event in made:
        module = event.value
        if not isinstance(module, Module) or isinstance(module, Loss) or _kept(facts, event):
            continue
        if module.children and not any(one.value is child for child in module.children.values() for one in made):
            continue  # a row of layers that are there already
        if any(one in nodes for one in enclosing(event.site.source, event.node)):
            continue
        yield _finding(facts, event, module)


def _in_forward_itself(event: Made) -> bool:
    """Not in a constructor that `forward` calls: then that call is the place."""
    return in_forward(event) and event.calls[-1].function.name != "__init__"


def _kept(facts: Facts, event: Made) -> bool:
    """Whether it is made once: `if self.fc is None: self.fc = nn.Linear(...)`, on which `forward` depends."""
    function = function_around(event.site.source, event.node)
    for one in enclosing(event.site.source, event.node):
        if one is function:
            return False
        if isinstance(one, ast.If) and any(word in ast.unparse(one.test) for word in ("None", "hasattr", "not self.")):
            return True
    return False


def _finding(facts: Facts, event: Made, module: Module) -> Finding:
    parts = list(module.modules())
    if any(has_parameters(part) for part in parts):
        return RULE.finding(
            event.site,
            f"`{module.name}` is made in `forward`, so its weights are new and random at each call and never learn.",
            fix=Fix("Make the layer in __init__ and call it here."),
        )
    if any(part.kind.startswith(_WITH_MODE) for part in parts):
        return RULE.finding(
            event.site,
            f"`{module.name}` is made in `forward`, so it is always in training mode: `eval()` does not reach it.",
            fix=_functional(event, module),
        )
    return RULE.finding(
        event.site,
        f"`{module.name}` is made anew at each call of `forward`.",
        severity=Severity.INFO,
        why="It has neither weights nor a mode, so this is only a little slower and hides it from `print(model)`.",
        fix=Fix("Make it once in __init__, or use the function of torch.nn.functional."),
    )


def _functional(event: Made, module: Module) -> Fix:
    """`nn.Dropout(p)(x)` as a function that asks for the mode."""
    source, call = event.site.source, event.site.node
    applied = source.parents.get(call)
    nn, method = spelled(source, "torch.nn"), method_around(source, call)
    simple = isinstance(applied, ast.Call) and applied.func is call and len(applied.args) == 1 and not applied.keywords
    if (
        not simple
        or nn is None
        or method is None
        or module.kind not in ("dropout", "dropout2d")
        or not self_name(method)
    ):
        return Fix("Make the layer in __init__ and call it here.")
    assert isinstance(applied, ast.Call) and isinstance(call, ast.Call)  # noqa: S101 - simple says so
    given = [source.segment(one) for one in (applied.args[0], *call.args, *call.keywords)]
    text = f"{nn}.functional.{module.kind}({', '.join(given)}, training={self_name(method)}.training)"
    return Fix("Use the function, with the mode of the network.", (replace(source, applied, text),))
