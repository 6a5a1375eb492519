"""A network whose class does not call the constructor of nn.Module first."""

import ast
from collections.abc import Iterator

from convlens.checking.classes import Definition, method, network_classes, self_name
from convlens.checking.events import Assigned
from convlens.checking.facts import Facts
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import delete_statement, insert_first
from convlens.checking.rules import Rule
from convlens.checking.values import Module, Site, Tensor, UserClass

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


class Net(nn.Module):
    def __init__(self):
FIRST        self.conv = nn.Conv2d(1, 16, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(16 * 14 * 14, 10)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv(x)))
        return self.fc(torch.flatten(x, 1))


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
    slug="super-init-missing",
    severity=Severity.ERROR,
    title="The constructor of nn.Module is not called",
    symptom="cannot assign module before Module.__init__() call",
    why="`nn.Module.__init__` makes the tables in which layers are registered; before that no layer can be assigned.",
    bad=_SCRIPT.replace("FIRST", ""),
    good=_SCRIPT.replace("FIRST", "        super().__init__()\n"),
)


def check(facts: Facts) -> Iterator[Finding]:
    """Constructors of networks without `super().__init__()`, or with layers before it."""
    for cls in network_classes(facts):
        init = method(cls, "__init__")
        if init is None or cls.site is None or cls.node.decorator_list:
            continue
        calls = [node for node in ast.walk(init) if isinstance(node, ast.Call) and _constructs(node)]
        source = cls.site.source
        first = _first_layer(facts, init)
        if not calls and _assigns(init):
            yield RULE.finding(
                Site.of(source, init),
                f"`{cls.name}.__init__` does not call `super().__init__()`.",
                fix=Fix("Call super().__init__() first.", (insert_first(source, init, "super().__init__()"),)),
            )
        elif first is not None and calls and all(call.lineno > first.line for call in calls):
            yield RULE.finding(
                first.site,
                f"`{first.target}` is assigned before `super().__init__()` in {source.place(calls[0].lineno)}.",
                fix=Fix("Call super().__init__() first.", _moved(facts, cls, init, calls[0])),
            )


def _constructs(call: ast.Call) -> bool:
    """`super().__init__()`, `nn.Module.__init__(self)`, and helpers that may do it."""
    return isinstance(call.func, ast.Attribute) and call.func.attr == "__init__"


def _assigns(init: Definition) -> bool:
    me = self_name(init)
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == me
        for node in ast.walk(init)
    )


def _first_layer(facts: Facts, init: Definition) -> Assigned | None:
    """The first layer or parameter that the constructor assigns in its own text."""
    found = [
        event
        for event in facts.of(Assigned)
        if isinstance(event.owner, Module)
        and event.calls
        and event.calls[-1].function.node is init
        and event.calls[-1].receiver is event.owner
        and (isinstance(event.value, Module) or (isinstance(event.value, Tensor) and event.value.role == "parameter"))
    ]
    return min(found, key=lambda event: event.line, default=None)


def _moved(facts: Facts, cls: UserClass, init: Definition, call: ast.Call) -> tuple[Edit, ...]:
    statement = facts.statement(call)
    if statement not in init.body or not isinstance(statement, ast.Expr) or cls.site is None:
        return ()
    source = cls.site.source
    return insert_first(source, init, source.segment(call)), delete_statement(source, statement)
