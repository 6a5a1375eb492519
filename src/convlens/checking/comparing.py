"""Comparisons: what `a < b`, `a is None`, `a in b` are, where it can be told."""

import ast

from convlens.checking.events import Compared
from convlens.checking.library import operations
from convlens.checking.lookups import Lookups
from convlens.checking.values import (
    Constant,
    Items,
    Mapping,
    Site,
    Tensor,
    Unknown,
    Value,
)

_COMPARISONS = {
    "Eq": "eq", "NotEq": "ne", "Lt": "lt", "LtE": "le", "Gt": "gt", "GtE": "ge",
    "Is": "is", "IsNot": "is not", "In": "in", "NotIn": "not in",
}  # fmt: skip


class Comparing(Lookups):
    """Evaluates comparisons."""

    def _eval_compare(self, node: ast.Compare) -> Value:
        left = self.evaluate(node.left)
        result: Value = Unknown(site=self.at(node))
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(right_node)
            result = self._compare(_COMPARISONS[type(op).__name__], left, right, self.at(node))
            left = right
        return result if len(node.ops) == 1 else Unknown(site=self.at(node))

    def _compare(self, op: str, left: Value, right: Value, site: Site) -> Value:  # noqa: PLR0911
        if isinstance(left, Tensor) or isinstance(right, Tensor):
            if op in ("is", "is not"):
                return Constant(site=site, value=op == "is not") if right is not left else Unknown(site=site)
            if op not in ("in", "not in"):
                return operations.operate(self, op, [left, right], {}, site)
            return Unknown(site=site)
        if op in ("is", "is not") and (_is_none(left) or _is_none(right)):
            other = right if _is_none(left) else left
            if isinstance(other, Unknown):
                return Unknown(site=site)
            certain = not isinstance(other, Constant) or other.certain
            return Constant(site=site, value=_is_none(other) == (op == "is"), certain=certain)
        if isinstance(left, Constant) and isinstance(right, Constant):
            answer = _decided(op, left, right)
            if answer is not None:
                return Constant(site=site, value=answer, certain=left.certain and right.certain)
        if op in ("in", "not in"):
            return _contained(op, left, right, site)
        self.emit(Compared(site=site, op=op, left=left, right=right))
        return Unknown(site=site)


def _is_none(value: Value) -> bool:
    return isinstance(value, Constant) and value.value is None


def _decided(op: str, left: Constant, right: Constant) -> bool | None:  # noqa: PLR0911 - a list of cases
    one, other = left.value, right.value
    try:
        match op:
            case "eq" | "is":
                return one == other
            case "ne" | "is not":
                return one != other
            case "lt":
                return bool(one < other)  # type: ignore[operator]
            case "le":
                return bool(one <= other)  # type: ignore[operator]
            case "gt":
                return bool(one > other)  # type: ignore[operator]
            case "ge":
                return bool(one >= other)  # type: ignore[operator]
            case "in":
                return one in other  # type: ignore[operator]
            case "not in":
                return one not in other  # type: ignore[operator]
    except (TypeError, ValueError):  # a number that is no byte, in bytes
        return None
    return None


def _contained(op: str, left: Value, right: Value, site: Site) -> Value:
    if isinstance(left, Constant) and isinstance(right, Items) and not right.open:
        plain = [one.value for one in right.elements if isinstance(one, Constant)]
        if len(plain) == len(right.elements):
            return Constant(site=site, value=(left.value in plain) == (op == "in"), certain=left.certain)
    if isinstance(left, Constant) and isinstance(right, Mapping) and not right.open:
        return Constant(site=site, value=(left.value in right.entries) == (op == "in"), certain=left.certain)
    return Unknown(site=site)
