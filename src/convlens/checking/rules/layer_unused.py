"""A layer that is declared and never called."""

import ast
from collections.abc import Iterator

from convlens.checking.classes import method, network_classes
from convlens.checking.events import Assigned
from convlens.checking.facts import Facts, enclosing
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.rules import Rule
from convlens.checking.values import Loss, Module, UserClass

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
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(16 * 14 * 14, 10)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv(x)))
        x = torch.flatten(x, 1)
        return self.fc(FEATURES)


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
    slug="layer-unused",
    severity=Severity.WARNING,
    title="A layer that is never called",
    symptom="a layer has no effect: changing its numbers changes nothing",
    why="A layer takes part only where `forward` calls it; one that is only declared does nothing, however it is set.",
    bad=_SCRIPT.replace("FEATURES", "x"),
    good=_SCRIPT.replace("FEATURES", "self.drop(x)"),
)
_BY_NAME = ("children", "named_children", "_modules", "__dict__", "get_submodule", "getattr", "vars", "__getattr__")
_LOOKS = ("weight", "bias", "in_features", "out_features", "in_channels", "out_channels")


def check(facts: Facts) -> Iterator[Finding]:
    """Layers given to an attribute of a network that nothing in the file reads."""
    classes = network_classes(facts)
    uses = [_Use(node, _class_of(facts, node)) for node in _reads(facts)]
    words = {
        node.value.partition(".")[0]
        for node in facts.source.nodes
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.replace(".", "_").isidentifier()
    }
    for event in _declarations(facts):
        name = event.target.removeprefix("self.")
        around = _class_of(facts, event.node)
        cls = next((one for one in classes if one.node is around), None)
        if cls is None or not name.isidentifier() or name in words or not _declares(facts, event):
            continue
        if _is_another_name(event):
            continue
        family = [one for one in classes if cls in one.lineage() or one in cls.lineage()]
        if not any(use.means(name, family) for use in uses) and not _applied_by_name(family):
            yield RULE.finding(
                event.site,
                f"`{event.target}` is declared and never called.",
                fix=Fix(f"Call `{event.target}` in forward, or take it out."),
            )


def _declarations(facts: Facts) -> list[Assigned]:
    """Where attributes of networks get a layer, each place once."""
    found = {
        id(event.node): event
        for event in facts.of(Assigned)
        if isinstance(event.owner, Module) and isinstance(event.value, Module) and not isinstance(event.value, Loss)
    }
    return [event for event in found.values() if facts.in_file(event.site)]


def _is_another_name(event: Assigned) -> bool:
    """`self.parts = nn.ModuleList([self.one, self.two])`: a list of layers that have names of their own."""
    owner, value = event.owner, event.value
    if not isinstance(owner, Module) or not isinstance(value, Module) or not value.children:
        return False
    named = {id(child) for child in owner.children.values()}
    return all(id(child) in named for child in value.children.values())


class _Use:
    """A place where an attribute is read: `self.conv`, `model.conv`."""

    def __init__(self, node: ast.Attribute, cls: ast.ClassDef | None) -> None:
        self.name = node.attr
        self.cls = cls if isinstance(node.value, ast.Name) and node.value.id == "self" else None

    def means(self, name: str, family: list[UserClass]) -> bool:
        """Whether it may be the attribute of one of these classes."""
        return self.name == name and (self.cls is None or any(self.cls is one.node for one in family))


def _reads(facts: Facts) -> Iterator[ast.Attribute]:
    for node in facts.source.nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and not _only_initialised(facts, node):
            yield node


def _only_initialised(facts: Facts, node: ast.Attribute) -> bool:
    """Whether only the weights are read, to be set: `nn.init.zeros_(self.fc.bias)`."""
    parent = facts.source.parents.get(node)
    if not (isinstance(parent, ast.Attribute) and parent.attr in _LOOKS):
        return False
    return any(isinstance(one, ast.Call) and "init" in ast.unparse(one.func) for one in enclosing(facts.source, parent))


def _class_of(facts: Facts, node: ast.AST) -> ast.ClassDef | None:
    return next((one for one in enclosing(facts.source, node) if isinstance(one, ast.ClassDef)), None)


def _declares(facts: Facts, event: Assigned) -> bool:
    """Whether the layer is made in that statement, not handed in from elsewhere."""
    statement = facts.statement(event.node)
    value = getattr(statement, "value", None)
    return isinstance(value, ast.Call | ast.IfExp | ast.Tuple)


def _applied_by_name(family: list[UserClass]) -> bool:
    """Whether layers may be called without their names being read, or nothing calls any layer here."""
    called = any(method(cls, "forward") or method(cls, "training_step") for cls in family)
    names = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for cls in family
        for node in ast.walk(cls.node)
        if isinstance(node, ast.Attribute | ast.Name)
    }
    return not called or bool(names & set(_BY_NAME))
