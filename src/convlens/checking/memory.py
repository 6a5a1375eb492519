"""What changes while the script is walked, kept so that both sides of a branch can be walked from the same start."""

from collections.abc import Callable
from typing import Any

from convlens.checking.events import Operation
from convlens.checking.values import Constant, Items, Number, Parameters, Site, Tensor, Unknown, Value

_MISSING: Any = object()
_SEVERAL = "(one of several constants)"
"""The name of what is one constant or another: a third one tells no more of it."""


class Memory:
    """Every dictionary of names, attributes and states is written through `write`, which can be taken back."""

    def __init__(self) -> None:
        self._log: list[tuple[dict[Any, Any], Any, Any]] = []

    def write(self, where: dict[Any, Any], key: Any, value: Any) -> None:
        """Set `where[key]`."""
        self._log.append((where, key, where.get(key, _MISSING)))
        where[key] = value

    def branch(self, sides: list[Callable[[], bool]], site: Site, preferred: int = 0) -> bool:
        """Walk each side from the same start, then join what they left behind.

        A side answers whether the walk goes on after it; one that returned, raised or left the loop leaves nothing.
        The answer is whether any side goes on.
        """
        outcomes: list[dict[tuple[int, Any], tuple[dict[Any, Any], Any]]] = []
        order = [preferred, *(index for index in range(len(sides)) if index != preferred)]
        for index in order:
            mark = len(self._log)
            goes_on = sides[index]()
            left = self._take_back(mark)
            if goes_on:
                outcomes.append(left)
        self._join(outcomes, site)
        return bool(outcomes)

    def _take_back(self, mark: int) -> dict[tuple[int, Any], tuple[dict[Any, Any], Any]]:
        left: dict[tuple[int, Any], tuple[dict[Any, Any], Any]] = {}
        while len(self._log) > mark:
            where, key, old = self._log.pop()
            place = id(where), key
            left[place] = left.pop(place) if place in left else (where, where.get(key, _MISSING))
            if old is _MISSING:
                where.pop(key, None)
            else:
                where[key] = old
        return dict(reversed(left.items()))  # in the order of first writing, which the children of a network keep

    def _join(self, outcomes: list[dict[tuple[int, Any], tuple[dict[Any, Any], Any]]], site: Site) -> None:
        places = {place: outcome[place][0] for outcome in outcomes for place in outcome}
        for place, where in places.items():
            before = where.get(place[1], _MISSING)
            values = [outcome[place][1] if place in outcome else before for outcome in outcomes]
            result = values[0]
            for value in values[1:]:
                result = join(result, value, site)
            if result is not _MISSING:
                self.write(where, place[1], result)


def join(one: Any, other: Any, site: Site) -> Any:  # noqa: PLR0911 - a list of cases
    """What is known of something that is one thing or the other."""
    if one is other or other is _MISSING:
        return one
    if one is _MISSING:
        return other
    if not (isinstance(one, Value) and isinstance(other, Value)):
        return one if one == other else None
    if isinstance(one, Constant) and isinstance(other, Constant):
        return _join_constants(one, other)
    if isinstance(one, Constant | Unknown) and isinstance(other, Constant | Unknown) and _SEVERAL in _names(one, other):
        return one if isinstance(one, Unknown) else other
    if _says_nothing(one):
        return one if _is_none(other) else other
    if _says_nothing(other):
        return other if _is_none(one) else one
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return join_tensors(one, other, site)
    if type(one) is type(other) and not isinstance(one, Number | Items | Parameters):
        if other not in one.alternatives:
            one.alternatives.append(other)
            other.alternatives.append(one)
        return one
    return one


def join_tensors(one: Tensor, other: Tensor, site: Site) -> Tensor:
    """A tensor that is one or the other, as the result of an operation `join`."""
    if other.op == "join" and other.made_by and one in other.made_by.inputs:
        return other
    operation = Operation(site=site, op="join", inputs=(one, other))
    result = Tensor(
        site=site,
        shape=join_shapes(one.shape, other.shape),
        role=one.role if one.role == other.role else "",
        of=one.of or other.of,
        made_by=operation,
        graph=one.graph if one.graph == other.graph else None,
        numpy=one.numpy and other.numpy,
        dtype=one.dtype if one.dtype == other.dtype else None,
        scale=one.scale if one.scale == other.scale else None,
    )
    operation.output = result
    return result


def join_shapes(one: tuple[Any, ...] | None, other: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    """The sides on which both agree."""
    if one is None or other is None or len(one) != len(other):
        return None
    return tuple(a if a == b else None for a, b in zip(one, other, strict=True))


def _join_constants(one: Constant, other: Constant) -> Value:
    if one.value is None:
        return other
    if other.value is None or (type(one.value) is type(other.value) and one.value == other.value):
        return one
    if one.certain != other.certain:
        return one
    return Unknown(site=one.site, name=_SEVERAL)


def _names(*values: Value) -> list[str]:
    return [value.name for value in values if isinstance(value, Unknown)]


def _says_nothing(value: Value) -> bool:
    return isinstance(value, Unknown) or _is_none(value)


def _is_none(value: Value) -> bool:
    return isinstance(value, Constant) and value.value is None
