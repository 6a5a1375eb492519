"""The best weights kept by reference, so that they go on changing."""

import ast
from collections.abc import Iterator

from convlens.checking.classes import spelled
from convlens.checking.events import Assigned, Called, Event, Step
from convlens.checking.facts import Facts, same, unwrapped
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import insert_before, replace
from convlens.checking.rules import Rule
from convlens.checking.source import Source
from convlens.checking.values import Items, Mapping, Module, StateDict, Value

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader, random_split
from torchvision import datasets, transforms

full = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_set, val_set = random_split(full, [55000, 5000], generator=torch.Generator().manual_seed(0))
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
val_loader = DataLoader(val_set, batch_size=500)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
criterion = nn.CrossEntropyLoss()
best_correct = -1
for epoch in range(10):
    model.train()
    for images, labels in train_loader:
        optimizer.zero_grad()
        criterion(model(images), labels).backward()
        optimizer.step()
    model.eval()
    correct = 0
    with torch.no_grad():
        for images, labels in val_loader:
            correct += (model(images).argmax(dim=1) == labels).sum().item()
    if correct > best_correct:
        best_correct = correct
        best_state = model.state_dict()
model.load_state_dict(best_state)
"""

RULE = Rule(
    slug="best-state-not-copied",
    severity=Severity.ERROR,
    title="The best weights are the last ones",
    symptom="loading the best weights back changes nothing",
    why="`state_dict()` gives references to the weights, not copies: they change with every further step, so the kept "
    "state is the last one, whichever epoch was the best.",
    bad=_SCRIPT,
    good=_SCRIPT.replace("\nimport torch\n", "\nimport copy\nimport torch\n", 1).replace(
        "= model.state_dict()", "= copy.deepcopy(model.state_dict())"
    ),
)


def check(facts: Facts) -> Iterator[Finding]:
    """States (or whole models) kept in a loop that goes on training them, and used afterwards."""
    for event in facts.of(Assigned):
        kept = _kept(event)
        if kept is None:
            continue
        owner = kept.owner if isinstance(kept, StateDict) else kept
        if not isinstance(owner, Module) or not _trained_on(facts, event, owner) or not _used_later(facts, event, kept):
            continue
        name = event.target
        what = "the model itself" if isinstance(kept, Module) else "a reference to the weights"
        yield RULE.finding(
            event.site,
            f"`{name}` is {what}, not a copy, so it changes with every further step.",
            fix=_fix(facts, event, kept),
        )


def _kept(event: Assigned) -> StateDict | Module | None:
    """The state that is kept, alone or in a dictionary; the model where a name such as `best_model` gets it."""
    value: Value | None = event.value
    if isinstance(value, Mapping):
        value = next((one for one in value.entries.values() if isinstance(one, StateDict)), None)
    if isinstance(value, StateDict):
        return None if value.copied else value
    statement = event.site.source.parents.get(event.node)
    by_name = isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Name | ast.Attribute)
    return value if isinstance(value, Module) and by_name and "best" in event.target.lower() else None


def _trained_on(facts: Facts, event: Assigned, owner: Module) -> bool:
    """Whether a loop around goes on training this very model."""
    made = facts.making(unwrapped(owner))
    fresh = set(map(id, made.loops)) if made else set()
    going_on = [loop for loop in event.loops if id(loop) not in fresh]
    return any(step.within(loop) and _steps(step, owner) for loop in going_on for step in facts.of(Step))


def _steps(step: Step, owner: Module) -> bool:
    if step.optimizer is None or not step.optimizer.complete:
        return True
    parts = {id(part) for part in owner.modules()}
    return any(id(part) in parts for module in step.optimizer.modules() for part in module.modules())


def _used_later(facts: Facts, event: Assigned, kept: Value) -> bool:
    """Whether it is loaded, saved or returned after a further step; where no use is seen, what its name promises."""
    end = next((one.index for one in facts.of(Assigned) if one.node is event.node and one.index > event.index), None)
    span = facts.events[event.index + 1 : end]
    uses = [later for later in span if isinstance(later, Called) and _given(later, event.value, kept)]
    if isinstance(kept, Module) or not (uses or end):
        return "best" in event.target.lower()
    return any(_steps_between(facts, event, use) for use in uses)


def _given(call: Called, value: Value, kept: Value) -> bool:
    if not call.name.endswith(("load_state_dict", "torch.save", "save", "save_file")):
        return False
    return any(_holds(one, value) or _holds(one, kept) for one in (*call.arguments, *call.keywords.values()))


def _holds(holder: Value, value: Value) -> bool:
    if same(holder, value):
        return True
    inner: list[Value] = []
    if isinstance(holder, Mapping | Items):
        inner = list(holder.entries.values()) if isinstance(holder, Mapping) else holder.elements
    return any(same(one, value) for one in inner)


def _steps_between(facts: Facts, start: Event, end: Event) -> bool:
    """Whether a step may come between: one is seen there, or the use stands outside of the loop that trains."""
    if any(isinstance(event, Step) for event in facts.between(start, end)):
        return True
    return any(not end.within(loop) and any(step.within(loop) for step in facts.of(Step)) for loop in start.loops)


def _fix(facts: Facts, event: Assigned, kept: Value) -> Fix:
    source = event.site.source
    note = "Keep a copy: copy.deepcopy(...)."
    statement = source.parents.get(event.node)
    value = statement.value if isinstance(statement, ast.Assign) else None
    if value is None or not facts.in_file(event.site):
        return Fix(note)
    state = next((node for node in ast.walk(value) if _is_state(node)), value if isinstance(kept, Module) else None)
    if not isinstance(state, ast.expr) or (state is not value and not isinstance(value, ast.Dict)):
        return Fix(note)
    known = spelled(source, "copy.deepcopy")
    text = f"{known or 'copy.deepcopy'}({source.segment(state)})"
    return Fix(note, (*(() if known else _import(source)), replace(source, state, text)))


def _is_state(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "state_dict"


def _import(source: Source) -> tuple[Edit, ...]:
    """`import copy` before the first import that is not from the future."""
    for statement in source.tree.body:
        future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        if isinstance(statement, ast.Import | ast.ImportFrom) and not future:
            return (insert_before(source, statement, "import copy"),)
    return ()
