"""An operation whose result goes nowhere."""

import ast
from collections.abc import Iterator

from convlens.checking.classes import in_forward, method, names_given, names_read, network_classes
from convlens.checking.events import Discarded, LoopEntered, LossComputed
from convlens.checking.facts import Facts
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.library.operation_table import OPERATIONS
from convlens.checking.rules import Rule
from convlens.checking.values import Items, Iterating, Module, Site, Tensor, Value

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
        RESULTself.drop(x)
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
    slug="result-discarded",
    severity=Severity.ERROR,
    title="A result that goes nowhere",
    symptom="a line has no effect; or: expected all tensors to be on the same device",
    why="Operations on tensors give a new tensor and leave the old one as it was, `x.to(device)` too; a result that no "
    "name is given to is lost.",
    bad=_SCRIPT.replace("RESULT", ""),
    good=_SCRIPT.replace("RESULT", "x = "),
)
_ACTS = ("requires_grad_", "retain_grad", "item", "model", "numpy", "copy", "equal", "tensor", "sort")
"""Operations that people call for what they do, or to look at; some are methods of lists as well."""
_KNOWN = {*OPERATIONS, "view", "reshape"}
"""Of other methods, such as `register_hook`, it is not known what they are called for."""


def check(facts: Facts) -> Iterator[Finding]:
    """Expressions whose tensor is thrown away, loops that keep the last result only, names that nobody reads."""
    for event in facts.of(Discarded):
        for call, value in _parts(event.site.node, event.value):
            if _lost(call, value) and not _shown(facts, event):
                yield _thrown_away(facts, event.site, call)
                break
    yield from _overwriting_loops(facts)
    for cls in network_classes(facts):
        forward = method(cls, "forward")
        if forward is not None and cls.site is not None:
            for name, node in _unread(forward):
                yield RULE.finding(
                    Site.of(cls.site.source, node),
                    f"The result in `{name}` is never used.",
                    fix=Fix(f"Go on with `{name}`, or take the line out."),
                )


# ------------------------------------------------------------------------------------------------- thrown away


def _parts(node: ast.AST, value: Value) -> list[tuple[ast.AST, Value]]:
    """The calls of an expression statement with their values: `a.to(device), b.to(device)` are two."""
    if isinstance(node, ast.Tuple | ast.List) and isinstance(value, Items):
        return list(zip(node.elts, value.elements, strict=False))
    return [(node, value)]


def _lost(call: ast.AST, value: Value) -> bool:  # noqa: PLR0911 - a list of cases
    """Whether this call made a new tensor (or several), and nothing else."""
    if isinstance(value, Items) and value.elements:
        value = value.elements[0]
    made = value.made_by if isinstance(value, Tensor) else None
    if not isinstance(call, ast.Call) or made is None or made.node is not call or isinstance(made, LossComputed):
        return False
    if made.inplace or getattr(made.arguments.get("inplace"), "value", False) is True or made.op in _ACTS:
        return False
    if any(keyword.arg in ("out", None) for keyword in call.keywords):
        return False
    if isinstance(call.func, ast.Attribute) and call.func.attr.endswith("_"):
        return False
    if made.input is not None and made.input.supposed:
        return False
    if made.op in ("to", "cuda") and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call):
        return False  # `torch.zeros(1).to(device)`, which wakes the device
    # outside of `forward` a network may be run for what it leaves behind: sizes of lazy layers, running averages
    return in_forward(made) if made.layer is not None else made.op in _KNOWN


def _shown(facts: Facts, event: Discarded) -> bool:
    """Whether it is the last line of a notebook's cell, which is shown."""
    source = event.site.source
    cells = source.file_lines is not None or any(text.startswith("%%") for text in source.comments.values())
    return cells and facts.statement(event.node) in source.tree.body


def _thrown_away(facts: Facts, site: Site, call: ast.AST) -> Finding:
    source = site.source
    text = " ".join(source.segment(call).split())
    targets = [_changed(part) for part in (site.node.elts if isinstance(site.node, ast.Tuple) else [site.node])]
    edits: tuple[Edit, ...] = ()
    if all(targets):
        line, start = site.line, source.column(site.line, site.column)
        edits = (Edit(line, start, line, start, f"{', '.join(target for target in targets if target)} = "),)
    return RULE.finding(site, f"The result of `{text}` is thrown away.", fix=Fix("Give the result a name.", edits))


def _changed(call: ast.AST) -> str | None:
    """The name that was meant to change: `x` in `x.to(device)`, `F.relu(x)` and `self.drop(x)`."""
    if not isinstance(call, ast.Call):
        return None
    first = call.args[0] if call.args else None
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if isinstance(owner, ast.Name) and owner.id not in ("self", "F", "torch", "nn", "np"):
        return owner.id
    return first.id if isinstance(first, ast.Name) else None


# ------------------------------------------------------------------------------------------------- overwritten


def _overwriting_loops(facts: Facts) -> Iterator[Finding]:
    """`for layer in self.layers: out = layer(x)`: each turn starts from the same x."""
    for event in facts.of(LoopEntered):
        node = event.site.node
        if not isinstance(node, ast.For) or not _over_layers(event.loop.over):
            continue
        if any(isinstance(part, ast.Break | ast.Return | ast.Yield) for part in ast.walk(node)):
            continue
        given = names_given(node.body)
        layers = names_given([node.target])
        for statement in node.body:
            if _restarts(statement, layers, given) and not _read_in(node, statement):
                name = ast.unparse(statement.targets[0])  # type: ignore[attr-defined]
                yield RULE.finding(
                    Site.of(event.site.source, statement),
                    f"Each turn of the loop starts anew and overwrites `{name}`, so only the last layer counts.",
                    fix=Fix(f"Give each layer what the one before made of it: `{name} = layer({name})`."),
                )


def _over_layers(over: Value | None) -> bool:
    if isinstance(over, Iterating) and over.over:
        return _over_layers(over.over[0])
    if isinstance(over, Items):
        return len(over.elements) > 1 and all(isinstance(one, Module) for one in over.elements)
    return isinstance(over, Module) and over.kind in ("sequential", "module_list", "module_dict")


def _restarts(statement: ast.stmt, layers: set[str], given: set[str]) -> bool:
    """An assignment to a plain name whose value applies the loop's layer and reads nothing that the loop computes."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        return False
    applied = any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in layers
        for part in ast.walk(statement.value)
    )
    return applied and not names_read(statement.value) & given


def _read_in(loop: ast.For, statement: ast.Assign | ast.stmt) -> bool:
    """Whether the loop itself uses the result, as in `outputs.append(out)`."""
    name = getattr(getattr(statement, "targets", [None])[0], "id", "")
    return any(name in names_read(other) for other in loop.body if other is not statement)


# ------------------------------------------------------------------------------------------------- never read


def _unread(forward: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Names in `forward` that get the result of a layer or function and are never read there."""
    read = names_read(forward)
    dynamic = any(
        isinstance(part, ast.Call) and ast.unparse(part.func) in ("locals", "vars") for part in ast.walk(forward)
    )
    for part in ast.walk(forward):
        if not isinstance(part, ast.Assign) or len(part.targets) != 1 or dynamic:
            continue
        target = part.targets[0]
        lost = isinstance(target, ast.Name) and target.id not in read and not target.id.startswith("_")
        if lost and isinstance(part.value, ast.Call) and _computes(part.value):
            yield ast.unparse(target), part


def _computes(call: ast.Call) -> bool:
    """A call of a layer or of a function of torch, unless its result is only to be looked at: probabilities, sizes."""
    text = ast.unparse(call.func)
    seen_only = text.endswith((".size", ".dim", ".numel", ".item")) or "softmax" in text.lower()
    return text.startswith(("self.", "F.", "torch.")) and not seen_only
