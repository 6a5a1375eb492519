"""The labels that losses are given: from which number to which, where that is certain."""

import re
from dataclasses import dataclass

from convlens.checking.dataflow import whole_number
from convlens.checking.events import Operation
from convlens.checking.facts import TRANSPARENT
from convlens.checking.values import (
    Constant,
    Dataset,
    Items,
    Iterating,
    Loader,
    Site,
    Slice,
    Tensor,
    Value,
)

_CHOSEN = re.compile(r"==|!=|<|>|\bif\b|\bin\b|isin|where|nonzero|logical")


@dataclass(frozen=True)
class Labels:
    """The labels that a loss is given: from lowest to highest; `shifted` where they were changed on the way."""

    lowest: int
    highest: int
    shifted: Site | None
    data: Dataset


def labels_of(target: Value | None) -> Labels | None:
    """The range of the labels in a target, where it is certain."""
    if not isinstance(target, Tensor) or _picked(target):
        return None
    one: Tensor | None = target
    shifted, offset = None, 0
    while one is not None and one.role != "labels" and one.made_by is not None:
        step = _added(one.made_by)
        if step is None:
            return None
        if step:
            shifted, offset = one.made_by.site, offset + step
        one = one.made_by.input
    return _stored(one, shifted, offset) if one is not None and one.role == "labels" else None


def _added(made: Operation) -> int | None:
    """What an operation adds to labels; None where it makes something else of them."""
    if made.op in ("add", "sub") and isinstance(made.inputs[0], Tensor):
        step = next((n for n in map(whole_number, made.inputs) if n is not None), None)
        return -step if made.op == "sub" and step is not None else step
    return 0 if made.op in (*TRANSPARENT, "tensor", "long", "int", "getitem") else None


def _stored(labels: Tensor, shifted: Site | None, offset: int) -> Labels | None:
    data = labels.of.dataset if isinstance(labels.of, Loader) else labels.of
    if not isinstance(data, Dataset) or data.classes is None or not _all_classes(data):
        return None
    change = _change(data)
    if change is not None and (data.labels is None or not isinstance(labels.of, Loader)):
        return None
    lowest, highest = data.labels or (0, data.classes - 1)
    return Labels(lowest + offset, highest + offset, shifted or (change.site if change else None), data.root())


def _change(data: Dataset) -> Value | None:
    """What changes the labels as they are read: `target_transform`."""
    given = data.root().arguments.get("target_transform")
    return None if given is None or (isinstance(given, Constant) and given.value is None) else given


def _picked(target: Tensor) -> bool:
    """Whether labels were picked by what they are."""
    return any(
        one.made_by is not None and one.op == "getitem" and _by_value(one.made_by.arguments.get("index"))
        for one in target.ancestry()
    )


def _by_value(index: Value | None) -> bool:
    if isinstance(index, Tensor):
        return index.dtype == "bool" or any(
            one.op in ("eq", "ne", "lt", "gt", "le", "ge", "isin", "nonzero", "where") for one in index.ancestry()
        )
    return index is not None and index.site is not None and _CHOSEN.search(index.site.text) is not None


def _all_classes(data: Dataset) -> bool:
    """Whether all classes of the original set may be in it."""
    one: Dataset | None = data
    while one is not None:
        if one.kind == "Subset" and one.part < 0 and not _whatever(one.arguments.get("indices")):
            return False
        one = one.parent
    return True


def _whatever(indices: Value | None) -> bool:
    """Whether indices were taken without a look at the labels."""
    if isinstance(indices, Iterating):
        return indices.kind == "range"
    if isinstance(indices, Tensor):
        return any(one.op == "randperm" for one in indices.ancestry()) and not _by_value(indices)
    if isinstance(indices, Items) and (isinstance(indices.part, Slice) or isinstance(indices.whole, Tensor)):
        return _whatever(indices.whole)
    return (
        isinstance(indices, Items)
        and indices.site is not None
        and _CHOSEN.search(indices.site.text) is None
        and "range" in indices.site.text
    )
