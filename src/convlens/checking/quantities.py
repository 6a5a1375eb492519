"""Sums, products and quotients of abstract values: what is counted, what it is divided by."""

import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from convlens.checking.events import Divided
from convlens.checking.library.operations import operate
from convlens.checking.values import Constant, Items, Number, NumberKind, Site, Tensor, Unknown, Value
from convlens.checking.walker import Walker

NAMES = {
    "Add": "add",
    "Sub": "sub",
    "Mult": "mul",
    "Div": "div",
    "FloorDiv": "floordiv",
    "Mod": "mod",
    "Pow": "pow",
    "MatMult": "matmul",
    "BitOr": "or",
    "BitAnd": "and",
    "BitXor": "xor",
    "LShift": "lshift",
    "RShift": "rshift",
}
_SUMS: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "pow": operator.pow,
}
_LIMIT = 10**12


def arithmetic(walker: Walker, op: str, left: Value, right: Value, site: Site) -> Value:
    """The result of `left op right`."""
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        result = operate(walker, op, [left, right], {}, site)
    elif isinstance(left, Constant) and isinstance(right, Constant):
        result = _constants(op, left, right, site)
    elif isinstance(left, Number) or isinstance(right, Number):
        result = _numbers(op, left, right, site)
    elif isinstance(left, Items):
        result = _items(op, left, right, site)
    else:
        result = Unknown(site=site)
    if op in ("div", "floordiv"):
        walker.emit(Divided(site=site, numerator=left, denominator=right, result=result))
    return result


def magnitude(value: Value) -> float | None:
    """How much a constant or number is, where that can be told."""
    if isinstance(value, Constant) and isinstance(value.value, int | float):
        return value.value
    return value.value if isinstance(value, Number) else None


def negated(value: Value, site: Site) -> Value:
    """`-value`: of a number that counts something, it still says what."""
    if isinstance(value, Number):
        less = None if value.value is None else -value.value
        return replace(value, site=site, op="neg", parts=(value,), size=None, value=less)
    return Unknown(site=site) if isinstance(value, Unknown) else value


def _constants(op: str, left: Constant, right: Constant, site: Site) -> Value:
    one, other = left.value, right.value
    certain = left.certain and right.certain
    if isinstance(one, str) and isinstance(other, str) and op == "add" and len(one) + len(other) < 1000:
        return Constant(site=site, value=one + other, certain=certain)
    if isinstance(one, str) and isinstance(other, str) and op == "div" and len(one) + len(other) < 1000:
        return Constant(site=site, value=f"{one}/{other}", certain=certain)  # a path, made by _path
    result = _compute(op, one, other)
    return Unknown(site=site) if result is None else Constant(site=site, value=result, certain=certain)


def _compute(op: str, one: object, other: object) -> float | None:
    if not (isinstance(one, int | float) and isinstance(other, int | float)) or op not in _SUMS:
        return None
    if op == "pow" and (abs(one) > 1e6 or abs(other) > 64):
        return None
    try:
        result = _SUMS[op](one, other)
    except (ArithmeticError, ValueError):
        return None
    return result if isinstance(result, int | float) and abs(result) < _LIMIT else None


def _items(op: str, left: Items, right: Value, site: Site) -> Value:
    if op == "add" and isinstance(right, Items):
        return Items(site=site, kind=left.kind, elements=left.elements + right.elements, open=left.open or right.open)
    count = right.value if isinstance(right, Constant) else None
    if op == "mul" and isinstance(count, int) and 0 < count * len(left.elements) <= 256:
        return Items(site=site, kind=left.kind, elements=left.elements * count, open=left.open)
    if op == "add":
        return Items(site=site, kind=left.kind, elements=list(left.elements), open=True)
    return Unknown(site=site)


def _numbers(op: str, left: Value, right: Value, site: Site) -> Value:
    """A number from two, at least one of which has a meaning."""
    main = left if isinstance(left, Number) else right
    assert isinstance(main, Number)  # noqa: S101 - the caller saw to it
    rest = right if main is left else left
    value = _compute(op, magnitude(left), magnitude(right))
    result = Number(
        site=site, kind=main.kind, tensor=main.tensor, of=main.of, summed=main.summed, weighted=main.weighted,
        percent=main.percent, per=main.per, op=op, parts=(left, right), value=value,
    )  # fmt: skip
    if op in ("add", "sub"):
        _add(result, main, rest)
    elif op == "mul":
        _multiply(result, left, right)
    elif op in ("div", "floordiv"):
        _divide(result, left, right)
    elif op == "mod":
        result.kind = "index" if main.kind == "index" else "other"
    return result


def _add(result: Number, main: Number, rest: Value) -> None:
    if isinstance(rest, Number):
        if rest.kind != main.kind:
            result.kind = rest.kind if main.kind == "other" else main.kind
        result.weighted = main.weighted or rest.weighted
        result.percent = max(main.percent, rest.percent)
        result.tensor = main.tensor or rest.tensor
        result.of = main.of or rest.of
        result.per = main.per or rest.per
        result.summed = main.summed if len(main.summed) >= len(rest.summed) else rest.summed


_SCORES: tuple[NumberKind, ...] = ("loss", "accuracy", "correct")


def _multiply(result: Number, left: Value, right: Value) -> None:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Number) and one.kind in _SCORES:
            result.kind, result.tensor, result.of = one.kind, one.tensor, one.of
            result.summed, result.percent, result.per = one.summed, one.percent, one.per
            if isinstance(other, Number) and other.kind in ("items", "batch size"):
                result.weighted = True
            elif isinstance(other, Constant) and other.value in (100, 100.0):
                result.percent = one.percent + 1
            elif isinstance(other, Constant) and isinstance(other.value, int) and other.value > 1:
                result.weighted = True
            return


def _divide(result: Number, left: Value, right: Value) -> None:
    if not isinstance(left, Number):
        result.kind, result.per = "other", (right,)
        return
    result.kind, result.tensor, result.of = left.kind, left.tensor, left.of
    result.summed, result.weighted, result.percent = left.summed, left.weighted, left.percent
    result.per = (*left.per, right)
    if left.kind == "correct":
        result.kind = "accuracy"
    elif left.kind == "items" and isinstance(right, Number) and right.kind == "batch size":
        result.kind = "batches"
