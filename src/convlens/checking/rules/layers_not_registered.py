"""Layers in a plain list or dictionary, which the network does not know of."""

import ast
from collections.abc import Iterator

from convlens.checking.classes import spelled
from convlens.checking.events import Assigned
from convlens.checking.facts import Facts, enclosing
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.updates import has_parameters
from convlens.checking.values import Items, Loss, Mapping, Module, Value

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = LAYERS
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(16 * 7 * 7, 10)

    def forward(self, x):
        for conv in self.convs:
            x = self.pool(torch.relu(conv(x)))
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
_LIST = "[nn.Conv2d(1, 8, 3, padding=1), nn.Conv2d(8, 16, 3, padding=1)]"

RULE = Rule(
    slug="layers-not-registered",
    severity=Severity.ERROR,
    title="Layers hidden in a list",
    symptom="some layers do not learn, or their weights stay on another device",
    why="A network finds its layers by its attributes and does not look into a plain list or dictionary: what is in "
    "there is not trained, not moved to the device, not saved, and not switched to evaluation.",
    bad=_SCRIPT.replace("LAYERS", _LIST),
    good=_SCRIPT.replace("LAYERS", f"nn.ModuleList({_LIST})"),
)
_REGISTERING = ("setattr", "add_module", "register_module", "_modules")


def check(facts: Facts) -> Iterator[Finding]:
    """Attributes of a network that hold layers which are registered nowhere."""
    for event in facts.of(Assigned):
        owner, value = event.owner, event.value
        if not isinstance(owner, Module) or not isinstance(value, Items | Mapping) or owner.cls is None:
            continue
        known = {id(part) for part in owner.modules()}
        hidden = [one for one in _modules(value) if id(one) not in known and _matters(one)]
        if not hidden or _registered_by_hand(owner) or _on_purpose(facts, event) or _put_in_a_container(facts, event):
            continue
        container = "ModuleDict" if isinstance(value, Mapping) else "ModuleList"
        kind = "dictionary" if isinstance(value, Mapping) else "list"
        yield RULE.finding(
            event.site,
            f"The layers in `{event.target}` stand in a plain {kind}, so the network does not know of them.",
            fix=_fix(facts, event, container),
        )


def _modules(value: Value, depth: int = 3) -> Iterator[Module]:
    if isinstance(value, Module):
        yield value
    elif depth and isinstance(value, Items | Mapping):
        for one in value.elements if isinstance(value, Items) else value.entries.values():
            yield from _modules(one, depth - 1)


def _matters(module: Module) -> bool:
    """Whether it has weights, or a mode that `eval()` must reach."""
    if isinstance(module, Loss):
        return False
    return any(has_parameters(part) or part.kind.startswith("dropout") for part in module.modules())


def _registered_by_hand(owner: Module) -> bool:
    return any(
        (node.attr if isinstance(node, ast.Attribute) else node.id) in _REGISTERING
        for cls in (owner.cls.lineage() if owner.cls else ())
        for node in ast.walk(cls.node)
        if isinstance(node, ast.Attribute | ast.Name)
    )


def _put_in_a_container(facts: Facts, event: Assigned) -> bool:
    """`self.layers = nn.ModuleList(self.layers)` later on."""
    later = (one for one in facts.of(Assigned) if one.index > event.index and one.owner is event.owner)
    return any(one.target == event.target and isinstance(one.value, Module) for one in later)


def _on_purpose(facts: Facts, event: Assigned) -> bool:
    """`self.teacher = [teacher]`: a network that was handed in, hidden in a list so that it is not trained."""
    value = getattr(facts.statement(event.node), "value", None) if facts.in_file(event.site) else None
    return isinstance(value, ast.List | ast.Tuple) and len(value.elts) == 1 and isinstance(value.elts[0], ast.Name)


def _fix(facts: Facts, event: Assigned, container: str) -> Fix:
    source = event.site.source
    nn = spelled(source, "torch.nn")
    value = getattr(
        next((one for one in enclosing(source, event.node) if isinstance(one, ast.Assign)), None), "value", 0
    )
    note = f"Put the layers into nn.{container}."
    written = isinstance(value, ast.List | ast.ListComp | ast.Dict | ast.DictComp | ast.Tuple)
    if (
        nn is None
        or not isinstance(value, ast.expr)
        or not written
        or (isinstance(value, ast.Dict) and not _texts(value))
    ):
        return Fix(note)
    text = source.segment(value)
    inner = "" if text in ("[]", "{}") else text
    return Fix(note, (replace(source, value, f"{nn}.{container}({inner})"),))


def _texts(value: ast.Dict) -> bool:
    """Whether all keys are text, as ModuleDict wants them."""
    return all(isinstance(key, ast.Constant) and isinstance(key.value, str) for key in value.keys)
