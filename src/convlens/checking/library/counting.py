"""Python's functions that give numbers: `len`, `int`, `sum`, `max` and their kin."""

from collections.abc import Callable
from typing import Any

from convlens.checking.library import (
    data,
    operations,
)
from convlens.checking.library.tensors import size_value
from convlens.checking.values import (
    Arguments,
    Constant,
    Dataset,
    Instance,
    Items,
    Loader,
    Mapping,
    Module,
    Number,
    Plain,
    Site,
    Tensor,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker


def _len(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:  # noqa: PLR0911 - a list of cases
    value = arguments.get(0)
    if isinstance(value, Instance) and not isinstance(value, Module):
        return Number(site=site, kind="items", of=data.as_dataset(value))
    if isinstance(value, Loader):
        return Number(site=site, kind="batches", of=value)
    if isinstance(value, Dataset):
        return Number(site=site, kind="items", of=value, value=value.size)
    if isinstance(value, Items) and not value.open:
        return Constant(site=site, value=len(value.elements))
    if isinstance(value, Items):
        return Number(site=site, kind="batches" if any(loop.batches for loop in value.grown) else "other", of=value)
    if isinstance(value, Tensor):
        return size_value(value, value.shape[0] if value.shape else "N", site)
    if isinstance(value, Module) and value.complete:
        return Constant(site=site, value=len(value.children))
    if isinstance(value, Mapping) and not value.open:
        return Constant(site=site, value=len(value.entries))
    return Number(site=site, of=value)


def _number(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    value = arguments.get(0)
    if isinstance(value, Tensor):
        walker.emit_operation("item", value, site)
        return operations.count(value, site)
    if isinstance(value, Constant):
        return Constant(site=site, value=_converted(name, value.value), certain=value.certain)
    return value if isinstance(value, Number) else Number(site=site)


def _converted(name: str, value: Plain) -> Plain:
    try:
        if name == "round" and isinstance(value, float):
            return round(value)
        converters: dict[str, Callable[[Any], Plain]] = {"int": int, "float": float, "bool": bool, "abs": abs}
        return converters[name](value) if name in converters else value
    except (TypeError, ValueError, OverflowError):
        return None


def _sum(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    value = arguments.get(0)
    if isinstance(value, Items):
        constants = [one.value for one in value.elements if isinstance(one, Constant)]
        numbers = [one for one in constants if isinstance(one, int | float)]
        if len(numbers) == len(value.elements) and not value.open and numbers:
            total = sum(numbers) if name == "sum" else max(numbers) if name == "max" else min(numbers)
            return Constant(site=site, value=total)
        return average(walker, name, value, site)
    if isinstance(value, Tensor):
        return operations.apply(walker, name, arguments, site)
    if name in ("max", "min") and all(isinstance(one, Constant) for one in arguments.positional):
        numbers = [one.value for one in arguments.positional if isinstance(one, Constant) and
                   isinstance(one.value, int | float)]  # fmt: skip
        if numbers and len(numbers) == len(arguments.positional):
            return Constant(site=site, value=max(numbers) if name == "max" else min(numbers))
    known = [one for one in arguments.positional if isinstance(one, Number)]
    return known[0] if known else Unknown(site=site, name=name)


def average(walker: Walker, name: str, given: Items, site: Site) -> Value:
    """`sum(losses)`, `np.mean(losses)`: of numbers that were collected."""
    numbers = [one for one in given.elements if isinstance(one, Number)]
    if not numbers:
        return Unknown(site=site, name=name)
    last = numbers[-1]
    summed = given.grown or last.summed
    per: tuple[Value, ...] = (*last.per, Number(kind="batches", site=site)) if name == "mean" else last.per
    return Number(site=site, kind=last.kind, tensor=last.tensor, of=last.of, summed=summed, weighted=last.weighted,
                  percent=last.percent, per=per, op=name, parts=(given,))  # fmt: skip


def _shared(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """A score of sklearn: of labels and answers, in either order."""
    measured = [one for one in (*arguments.positional, *arguments.keywords.values()) if isinstance(one, Tensor)]
    if not measured:
        return Unknown(site=site, name=f"sklearn.metrics.{name}")
    return Number(site=site, kind="accuracy", of=next((one.of for one in measured if one.of is not None), None))


_SCORES = ("accuracy_score", "balanced_accuracy_score", "top_k_accuracy_score", "f1_score", "fbeta_score",
           "precision_score", "recall_score", "jaccard_score", "roc_auc_score", "average_precision_score",
           "cohen_kappa_score", "matthews_corrcoef")  # fmt: skip
FUNCTIONS: dict[str, Callable[[Walker, str, Arguments, Site], Value]] = {
    "len": _len,
    **dict.fromkeys(("int", "float", "round", "abs", "bool"), _number),
    **dict.fromkeys(("sum", "max", "min"), _sum),
    **{f"sklearn.metrics.{name}": _shared for name in _SCORES},
}
"""Handlers by name."""
