"""A score of the last batch alone."""

import ast
from collections.abc import Iterator

from convlens.checking.classes import function_around, names_given, names_read
from convlens.checking.events import Assigned, Backward, Event, Loop, LoopLeft, LossComputed, Operation, Step
from convlens.checking.facts import Facts, enclosing
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.rules import Rule
from convlens.checking.scores import score
from convlens.checking.source import Source
from convlens.checking.values import Iterating, Loader, Number, Tensor, Value

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
loss_fn = nn.CrossEntropyLoss()

for images, labels in train_loader:
    optimizer.zero_grad()
    loss_fn(model(images), labels).backward()
    optimizer.step()

model.eval()
correct = 0
with torch.no_grad():
    for images, labels in test_loader:
        predicted = model(images).argmax(dim=1)
    INDENTcorrect += (predicted == labels).sum().item()
print(correct / len(test_set))
"""

RULE = Rule(
    slug="only-last-batch-scored",
    severity=Severity.ERROR,
    title="Only the last batch counts",
    symptom="the accuracy is far too low, or jumps although the loss does not",
    why="After the loop its variables hold the last batch; what is computed from them is the score of a few pictures.",
    bad=_SCRIPT.replace("INDENT", ""),
    good=_SCRIPT.replace("INDENT", "    "),
)
_GATHERS = ("cat", "stack", "add", "vstack", "hstack", "append", "maximum", "lerp", "where")
_PASSING = ("float", "to", "cpu", "type", "double", "int", "long", "detach", "numpy", "astype", "squeeze", "join")
_LEAVING = (ast.Break, ast.Return, ast.Yield, ast.YieldFrom)
"""What ends a loop early, or hands each of its turns to the loop of the caller."""
_COUNTS = ("sum", "mean", "count_nonzero", "item")


def check(facts: Facts) -> Iterator[Finding]:
    """Scores computed behind a loop from its last turn, and scores that each turn overwrites."""
    loops = [event.loop for event in facts.of(LoopLeft) if _handles_batches(facts, event.loop)]
    for event in facts.of(Operation):
        compared = event.compares_answers and _counted(facts, event)
        if compared or isinstance(event, LossComputed):
            loop = _left_behind(event, loops)
            if loop is not None:
                yield RULE.finding(
                    event.site,
                    f"This stands behind the loop in {loop.site.place}, so only its last batch is scored.",
                    fix=_into_the_loop(facts, event, loop),
                )
    for assigned in facts.of(Assigned):
        yield from _overwritten(facts, assigned, loops)


def _handles_batches(facts: Facts, loop: Loop) -> bool:
    """A loop over several batches that is walked to its end and does not train."""
    node = loop.site.node
    if not isinstance(node, ast.For) or any(isinstance(part, _LEAVING) for part in ast.walk(node)):
        return False
    sliced = isinstance(loop.over, Iterating) and loop.over.kind == "range" and len(loop.over.over) == 3
    if not (loop.batches or sliced) or _one_batch(loop):
        return False
    return not any(event.within(loop) for kind in (Step, Backward) for event in facts.of(kind))


def _one_batch(loop: Loop) -> bool:
    """Whether one batch holds the whole set."""
    if not isinstance(loop.loader, Loader):
        return False
    batch = loop.loader.arguments.get("batch_size")
    size, dataset = loop.loader.constant("batch_size"), loop.loader.dataset
    whole = isinstance(size, int) and dataset is not None and dataset.size is not None and size >= dataset.size
    return whole or bool(batch and batch.site and "len(" in batch.site.text)


# ------------------------------------------------------------------------------------------------- behind the loop


def _counted(facts: Facts, event: Operation) -> bool:
    """Whether the answers are counted, not looked at one by one."""
    tensor, following = event.output, facts.events[event.index + 1 : event.index + 12]
    for later in following:
        if isinstance(later, Operation) and any(value is tensor for value in later.inputs):
            if later.op in _COUNTS:
                return True
            tensor = later.output if later.op in _PASSING else tensor
    return any(_adds(later, event) for later in facts.events[event.index + 1 : event.index + 40])


def _adds(later: Event, event: Operation) -> bool:
    """Whether one answer after the other is added up: `right[label] += correct[i].item()`."""
    if not (isinstance(later, Assigned) and later.augmented == "add" and isinstance(later.value, Number)):
        return False
    taken = later.value.tensor
    return later.value.kind == "correct" and taken is not None and any(one is event.output for one in taken.ancestry())


def _left_behind(event: Operation, loops: list[Loop]) -> Loop | None:
    """The loop that is over and whose last batch this was computed from."""
    queue: list[Value] = list(event.inputs)
    while queue:
        value = queue.pop(0)
        if not isinstance(value, Tensor):
            continue
        made = value.made_by
        loop = next((one for one in loops if not _inside(event, one) and _born_in(value, one, event)), None)
        if made is not None and made.op in _GATHERS:
            return None
        if loop is not None:
            return loop if not _gathered(value, loop) else None
        if made is not None and len(queue) < 200:
            queue.extend(made.inputs)
    return None


def _inside(event: Event, loop: Loop) -> bool:
    """Whether it happens in the loop, in this or in another execution of it."""
    return any(one.site.node is loop.site.node for one in event.loops)


def _born_in(tensor: Tensor, loop: Loop, event: Event) -> bool:
    """Whether it was made in a turn of the loop, or is the batch of a turn."""
    if tensor.made_by is not None:
        return tensor.made_by.within(loop)
    handed = tensor.site is not None and tensor.site.node is getattr(loop.site.node, "iter", None)
    return handed and event.turns[: len(loop.outer)] == loop.outer


def _gathered(tensor: Tensor, loop: Loop) -> bool:
    """Whether it was collected over the turns: `answers = torch.cat([answers, new])`."""
    return any(
        one.made_by is not None and one.made_by.within(loop) and not one.made_by.inside and one.op in _GATHERS
        for one in tensor.ancestry()
    )


def _into_the_loop(facts: Facts, event: Operation, loop: Loop) -> Fix:
    """The lines right behind the loop that use its variables, moved into it."""
    node, source = loop.site.node, loop.site.source
    note = "Move it into the loop."
    block = _block_of(source, node)
    if not isinstance(node, ast.For) or node.orelse or block is None:
        return Fix(note)
    given = names_given([node])
    moved: list[ast.stmt] = []
    for statement in block[block.index(node) + 1 :]:
        if not names_read(statement) & given or not isinstance(statement, ast.AugAssign | ast.Assign):
            break
        moved.append(statement)
    if facts.statement(event.node) not in moved or any(one.lineno != one.end_lineno for one in moved):
        return Fix(note)
    deeper = source.indent(node.body[0].lineno).removeprefix(source.indent(node.lineno))
    return Fix(note, tuple(Edit(one.lineno, 0, one.lineno, 0, deeper) for one in moved))


def _block_of(source: Source, node: ast.AST) -> list[ast.stmt] | None:
    parent = source.parents.get(node)
    blocks = [getattr(parent, name, None) for name in ("body", "orelse", "finalbody")]
    return next((block for block in blocks if isinstance(block, list) and node in block), None)


# ------------------------------------------------------------------------------------------------- overwritten


def _overwritten(facts: Facts, event: Assigned, loops: list[Loop]) -> Iterator[Finding]:
    """`correct = ...` in the loop where `correct += ...` was meant, read behind the loop."""
    loop = next((turn.loop for turn in reversed(event.turns) if turn.loop in loops), None)
    measured = score(event.value)
    if (
        loop is None
        or measured is None
        or event.augmented
        or loop in measured.loops
        or not isinstance(event.node, ast.Name)
    ):
        return
    if any(isinstance(one, ast.For) and one is not loop.site.node for one in _loops_between(event, loop)):
        return
    if event.node.id in names_read(*loop.site.node.body) or not _read_behind(event, loop):  # type: ignore[attr-defined]
        return
    yield RULE.finding(
        event.site,
        f"Each batch overwrites `{event.target}`, so behind the loop it is the score of the last one.",
        fix=Fix("Add up over the batches with `+=`."),
    )


def _loops_between(event: Event, loop: Loop) -> Iterator[ast.AST]:
    for node in enclosing(event.site.source, event.node):
        if node is loop.site.node:
            return
        yield node


def _read_behind(event: Assigned, loop: Loop) -> bool:
    """Whether the name is read behind the loop before it gets another value."""
    source, node = event.site.source, loop.site.node
    around = function_around(source, node) or source.tree
    end = getattr(node, "end_lineno", 0)
    uses = [
        part
        for part in ast.walk(around)
        if isinstance(part, ast.Name) and part.id == event.target and part.lineno > end
    ]
    first = min(uses, key=lambda part: (part.lineno, not isinstance(part.ctx, ast.Load)), default=None)
    return first is not None and isinstance(first.ctx, ast.Load)
