"""A function that uses a global loader or model and ignores the one it is given."""

import ast
import re
from collections.abc import Iterator
from typing import Literal

from convlens.checking.classes import Definition, names_given, self_name
from convlens.checking.events import Assigned
from convlens.checking.facts import Facts, enclosing
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.values import Dataset, Loader, Loss, Module, Site

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
test_set = datasets.FashionMNIST("data", train=False, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
test_loader = DataLoader(test_set, batch_size=500)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
criterion = nn.CrossEntropyLoss()


def accuracy(network, loader):
    network.eval()
    correct = 0
    with torch.no_grad():
        for images, labels in USED:
            correct += (network(images).argmax(dim=1) == labels).sum().item()
    return correct / len(loader.dataset)


for images, labels in train_loader:
    optimizer.zero_grad()
    criterion(model(images), labels).backward()
    optimizer.step()
print(accuracy(model, test_loader))
"""

RULE = Rule(
    slug="global-instead-of-argument",
    severity=Severity.WARNING,
    title="The argument is ignored",
    symptom="the score is the same whatever loader or model the function is given",
    why="The function works on the global variable whatever it is called with, so scores for different data or models "
    "are one and the same.",
    bad=_SCRIPT.replace("USED", "test_loader"),
    good=_SCRIPT.replace("USED", "loader"),
)
_MANY = 2
"""Calls with different variables, so that it matters which one the function works on."""
_Kind = Literal["loader", "model"]
_LOADER = re.compile(r"loader|(^|_)(dl|dataset|iterator|batches)$")
_MODEL = re.compile(r"(^|_)(model|net|network|cnn|classifier)($|_)")


def check(facts: Facts) -> Iterator[Finding]:
    """Functions with a parameter that is not walked over (not applied) while a global of its kind is."""
    kinds = _kinds(facts)
    calls = _calls(facts)
    for function in facts.source.nodes:
        if not isinstance(function, Definition):
            continue
        yield from _given_and_taken(facts, function, calls.get(function.name, []))
        parameters = _parameters(facts, function, kinds, calls.get(function.name, []))
        for kind in ("loader", "model"):
            ignored = [name for name, one in parameters.items() if one == kind and not _serves(function, name)]
            if not ignored or _names_taken(function, ignored):
                continue
            used = [node for node in _served(function, kind) if _is_outer(function, node, kinds, kind)]
            if not used:
                continue
            text = ast.unparse(used[0])
            yield RULE.finding(
                Site.of(facts.source, used[0]),
                f"`{function.name}` uses `{text}` here and ignores its argument `{ignored[0]}`.",
                fix=_fix(facts, function, text, ignored),
            )


def _given_and_taken(facts: Facts, function: Definition, calls: list[ast.Call]) -> Iterator[Finding]:
    """A parameter that is never read, while the global that some calls give for it is."""
    calls = [call for call in calls if isinstance(call.func, ast.Name)]
    if isinstance(facts.source.parents.get(function), ast.ClassDef) or len({id(call) for call in calls}) < _MANY:
        return
    read = {
        node.id: node for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    if "locals" in read:
        return
    own = names_given(function.body)
    for index, parameter in enumerate(function.args.args):
        given = [call.args[index] for call in calls if index < len(call.args)]
        names = {one.id for one in given if isinstance(one, ast.Name)}
        taken = next((read[name] for name in sorted(names - own) if name in read), None)
        if parameter.arg in read or taken is None or len(names) < _MANY or _names_taken(function, [parameter.arg]):
            continue
        yield RULE.finding(
            Site.of(facts.source, taken),
            f"`{function.name}` uses `{taken.id}` here and ignores its argument `{parameter.arg}`.",
            fix=_fix(facts, function, taken.id, [parameter.arg]),
        )


def _kinds(facts: Facts) -> dict[str, _Kind]:
    """What the variables and attributes of the file hold, by their text."""
    found: dict[str, _Kind] = {}
    for event in facts.of(Assigned):
        if isinstance(event.value, Loader) or (isinstance(event.value, Dataset) and _LOADER.search(event.target)):
            found[event.target] = "loader"
        elif isinstance(event.value, Module) and not isinstance(event.value, Loss) and not event.value.is_layer:
            found[event.target] = "model"
    return found


def _calls(facts: Facts) -> dict[str, list[ast.Call]]:
    """The calls in the file by the last part of what is called."""
    found: dict[str, list[ast.Call]] = {}
    for node in facts.source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            found.setdefault(name, []).append(node)
    return found


def _parameters(facts: Facts, function: Definition, kinds: dict[str, _Kind], calls: list[ast.Call]) -> dict[str, _Kind]:
    """The parameters that are loaders or models: by their names, or by what they are called with."""
    arguments = function.args
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    method = isinstance(facts.source.parents.get(function), ast.ClassDef)
    found: dict[str, _Kind] = {}
    for name in (*names[method:], *(one.arg for one in arguments.kwonlyargs)):
        if _LOADER.search(name.lower()):
            found[name] = "loader"
        elif _MODEL.search(name.lower()):
            found[name] = "model"
        elif name in names and (kind := _kind_given(calls, names.index(name) - method, kinds)):
            found[name] = kind
    return found


def _kind_given(calls: list[ast.Call], index: int, kinds: dict[str, _Kind]) -> _Kind | None:
    """What all calls of a function give at a position."""
    given = {kinds.get(ast.unparse(call.args[index])) for call in calls if 0 <= index < len(call.args)}
    return given.pop() if len(given) == 1 else None


def _serves(function: Definition, name: str) -> bool:
    """Whether a parameter is walked over (applied), handed on, or given another name."""
    only_looked_at = {id(part) for part in _looks(function)}
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        for node in ast.walk(function)
        if id(node) not in only_looked_at
    )


def _looks(function: Definition) -> Iterator[ast.AST]:
    """What only asks something of a variable: `len(loader.dataset)`, `loader.batch_size`, `model.eval()`."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("len", "print", "type"):
            yield from ast.walk(node)
        elif isinstance(node, ast.Attribute) and node.attr in ("dataset", "batch_size", "eval", "train", "training"):
            yield node.value


def _served(function: Definition, kind: _Kind) -> Iterator[ast.expr]:
    """The names and attributes that are walked over, or applied and switched, in the order of the text."""
    found: list[ast.expr] = []
    for node in ast.walk(function):
        if kind == "loader" and isinstance(node, ast.For | ast.comprehension):
            found.append(_inner(node.iter))
        elif kind == "model" and isinstance(node, ast.Call):
            switched = isinstance(node.func, ast.Attribute) and node.func.attr in ("eval", "train")
            found.append(node.func.value if switched and isinstance(node.func, ast.Attribute) else node.func)
    plain = [one for one in found if isinstance(one, ast.Name | ast.Attribute)]
    yield from sorted(plain, key=lambda one: (one.lineno, one.col_offset))


def _inner(node: ast.expr) -> ast.expr:
    """What `enumerate(tqdm(loader))` is around."""
    while isinstance(node, ast.Call) and node.args:
        node = node.args[0]
    return node


def _is_outer(function: Definition, node: ast.expr, kinds: dict[str, _Kind], kind: _Kind) -> bool:
    """Whether a name or attribute comes from outside of the function and is of the kind."""
    text = ast.unparse(node)
    if isinstance(node, ast.Name):
        arguments = function.args
        own = {one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
        if node.id in own or node.id in names_given(function.body):
            return False
    elif not text.startswith(f"{self_name(function)}."):
        return False
    return kinds.get(text) == kind or (text not in kinds and kind == "loader" and bool(_LOADER.search(text.lower())))


def _names_taken(function: Definition, ignored: list[str]) -> bool:
    """Abstract methods and the like, whose arguments are for others; names that say that they are not used."""
    return function.name.startswith("__") or any(name.startswith("_") for name in ignored)


def _fix(facts: Facts, function: Definition, text: str, ignored: list[str]) -> Fix:
    if len(ignored) > 1:
        return Fix("Use the argument.")
    places = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Name | ast.Attribute)
        and ast.unparse(node) == text
        and not any(node in (default,) for default in function.args.defaults)
        and next(enclosing(facts.source, node), None) is not function
    ]
    return Fix(f"Use `{ignored[0]}`.", tuple(replace(facts.source, node, ignored[0]) for node in places))
