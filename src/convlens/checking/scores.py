"""What a number in a score is: right answers, a share of them, a loss, and over which batches it was added up."""

import ast
from dataclasses import dataclass

from convlens.checking.events import Assigned, Divided, Loop, LossComputed, Operation
from convlens.checking.facts import Facts, Pass
from convlens.checking.values import (
    Constant,
    Dataset,
    Instance,
    Items,
    Iterating,
    Loader,
    Number,
    NumberKind,
    Tensor,
    Unknown,
    Value,
)


@dataclass(frozen=True)
class Score:
    """A measured number.

    Attributes:
        kind: "correct" right answers counted, "accuracy" a share of one batch, "loss" of one batch.
        weighted: a sum over the items already: times the batch's size, or a loss that is summed.
        loops: over which it was added up.
        of: the loader or data set.
    """

    kind: NumberKind
    weighted: bool
    loops: tuple[Loop, ...]
    of: Value | None


def score(value: Value | None) -> Score | None:
    """What a number or tensor measures; None where it is no score."""
    if isinstance(value, Items):
        return _collected(value)
    if isinstance(value, Tensor):
        return _tensor(value)
    if not isinstance(value, Number) or value.kind not in ("correct", "accuracy", "loss"):
        return None
    inner = _tensor(value.tensor) if value.tensor is not None else None
    kind: NumberKind = value.kind
    if inner is not None and kind == "correct":
        kind = inner.kind
    return Score(
        kind=kind,
        weighted=value.weighted or bool(inner and inner.weighted),
        loops=value.summed or (inner.loops if inner else ()),
        of=value.of or (inner.of if inner else None),
    )


def _collected(items: Items) -> Score | None:
    """Scores gathered in a list."""
    found = [one for one in map(score, items.elements) if one is not None] if items.grown else []
    return Score(found[-1].kind, found[-1].weighted, items.grown, found[-1].of) if found else None


def _tensor(tensor: Tensor) -> Score | None:
    """A tensor on the way from a comparison or a loss to a number."""
    ops: list[str] = []
    loops: tuple[Loop, ...] = ()
    by_items = False
    for one in tensor.ancestry():
        made = one.made_by
        if made is None:
            continue
        if isinstance(made, LossComputed):
            return Score("loss", by_items or _sums(made, ops), loops, tensor.of)
        if made.layer is not None:
            return None  # from here on it is the network's
        if made.compares_answers:
            share = "mean" in ops or "div" in ops
            return Score("accuracy" if share else "correct", by_items, loops, tensor.of)
        ops.append("div" if _is_share(made) else made.op)
        if made.op == "add" and not loops:
            loops = tuple(loop for loop in made.loops if not loop.unrolled)
        others = [value for value in made.inputs if isinstance(value, Number | Constant | Unknown)]
        by_items = by_items or (made.op == "mul" and any(_counts_items(other) for other in others))
    return None


def _is_share(made: Operation) -> bool:
    """`correct.mul_(100.0 / batch_size)`."""
    factors = [one for one in (*made.inputs, made.arguments.get("other")) if isinstance(one, Number)]
    return made.op == "mul" and any(one.op == "div" and any(map(_counts_items, one.parts[1:])) for one in factors)


def _counts_items(value: Value) -> bool:
    if isinstance(value, Constant):
        return isinstance(value.value, int) and value.value > 1 and value.value != 100
    if isinstance(value, Unknown):
        return value.name.endswith((".size", ".shape"))  # a side of something that is not known
    return isinstance(value, Number) and value.kind in ("items", "batch size")


def _sums(made: LossComputed, ops: list[str]) -> bool:
    averaged = made.arguments.get("size_average")
    if made.reduction == "sum" or (isinstance(averaged, Constant) and averaged.value is False):
        return True
    return made.reduction != "mean" and "sum" in ops


def counts_batches(value: Value) -> bool:
    """Whether a number is how many batches there are: `len(loader)`, a counter, `batch_index + 1`."""
    if not isinstance(value, Number):
        return False
    if value.kind == "index":
        return isinstance(value.of, Loader) and value.op in ("", "add")
    return value.kind == "batches" and not value.parts


def counts_items(value: Value) -> bool:
    """Whether a number is how many items a set has, or were counted over the batches."""
    if not isinstance(value, Number) or value.kind != "items":
        return False
    return bool(value.summed) or (not value.parts and isinstance(value.of, Dataset) and value.tensor is None)


def pass_over(facts: Facts, loops: tuple[Loop, ...]) -> Pass | None:
    """The pass over batches in which something was added up."""
    found = {id(one.loop): one for one in facts.passes if one.loop is not None}
    return next((found[id(loop)] for loop in reversed(loops) if id(loop) in found), None)


def never_read(facts: Facts, event: Divided) -> bool:
    """Whether a meter keeps the quotient, `self.avg = self.sum / self.count`, and only other meters' is ever read."""
    meter = event.calls[-1].receiver if event.calls else None
    statement = facts.statement(event.node) if facts.in_file(event.site) else None
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if not isinstance(meter, Instance) or not isinstance(target, ast.Attribute) or "__dict__" in facts.source.text:
        return False
    parts = (node for node in ast.walk(facts.tree) if isinstance(node, ast.Attribute) and node.attr == target.attr)
    readers = {ast.unparse(node.value) for node in parts if isinstance(node.ctx, ast.Load)}
    own = set(facts.purposes.names(meter))
    given = [one for one in facts.of(Assigned) if isinstance(one.value, Instance) and one.value.cls is meter.cls]
    others = {one.target for one in given} - own
    return bool(own) and bool(readers) and readers <= others


def data_of(one: Pass | None, otherwise: Value | None = None) -> Dataset | None:
    """The data set a pass goes over."""
    source = one.loader if one is not None and one.loader is not None else otherwise
    if isinstance(source, Loader):
        return None if source.opaque else source.dataset
    return source if isinstance(source, Dataset) else None


def equal_batches(one: Pass) -> bool:
    """Whether all its batches are known to have the same size."""
    if isinstance(one.loader, Loader):
        size, batch = one.loader.dataset.size if one.loader.dataset else None, one.loader.constant("batch_size")
        return one.loader.constant("drop_last") is True or _divides(batch, size)
    over = one.loop.over if one.loop else None
    if isinstance(over, Iterating) and over.kind == "range" and len(over.over) == 3:
        end, step = over.over[1], over.over[2]
        size = end.of.size if isinstance(end, Number) and isinstance(end.of, Dataset) else None
        if isinstance(end, Constant) and isinstance(end.value, int):
            size = end.value
        return _divides(step.value if isinstance(step, Constant) else None, size)
    return False


def batches_of_one(one: Pass) -> bool:
    """Whether every batch is one item, so that batches and items are the same."""
    return isinstance(one.loader, Loader) and one.loader.constant("batch_size") == 1


def _divides(batch: object, size: int | None) -> bool:
    return isinstance(batch, int) and batch > 0 and size is not None and size % batch == 0
