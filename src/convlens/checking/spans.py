"""Items chosen by number: which part of the indices each use takes, and whether two parts share some."""

import ast
from dataclasses import dataclass
from typing import Literal

from convlens.checking.facts import TRANSPARENT, Facts
from convlens.checking.quantities import magnitude
from convlens.checking.values import (
    Constant,
    Items,
    Iterating,
    Number,
    Part,
    Site,
    Slice,
    Tensor,
    Value,
)

Relation = Literal["same", "disjoint", "overlap"] | None
"""Of two selections: all items, none, or some in common; None where that cannot be told."""
_DRAWN = ("randperm", "permutation", "randint")
_SEEDS = ("torch.manual_seed", "numpy.random.seed", "random.seed")


def seeded(facts: Facts) -> bool:
    """Whether a seed is set more than once: then two draws may be alike."""
    return len({id(event.node) for event in facts.called(*_SEEDS)}) > 1 or "manual_seed" in "".join(
        event.site.text for event in facts.called(".manual_seed")
    )


@dataclass(frozen=True)
class _Span:
    """What was cut from something."""

    base: object
    low: Value | None
    high: Value | None
    random: bool


def of_indices(facts: Facts, one: Value, other: Value) -> Relation:
    """How the items that two lists of indices, or two slices, choose relate."""
    if one is other:
        return "same"
    if (how := _of_splits(one, other)) is not None:
        return how
    a, b = _span(one), _span(other)
    if a is None or b is None:
        return "overlap" if _part_of(one, other) or _part_of(other, one) else None
    if a.base == b.base:
        return _of_spans(a, b)
    if _part_of(one, other) or _part_of(other, one):
        return "overlap"
    return "overlap" if a.random and b.random and not seeded(facts) else None


def _part_of(one: Value, other: Value) -> bool:
    """Whether the first was cut from the second, of which all is taken."""
    if isinstance(one, Tensor) and one.op in ("getitem", "train_test_split") and one.made_by is not None:
        index = one.made_by.arguments.get("index")
        return one.made_by.input is other and (one.op != "getitem" or isinstance(index, Slice))
    return isinstance(one, Items | Part) and one.part is not None and one.whole is other


def _of_splits(one: Value, other: Value) -> Relation:
    """Parts that sklearn's `train_test_split` made of the same whole: those of two calls share some."""
    a, b = _split(one), _split(other)
    if a is None or b is None or a[0] is not b[0] or one.site is None or other.site is None:
        return None
    if one.site.node is other.site.node or _draw_alike(one.site, other.site):
        return "same" if a[1] == b[1] else "disjoint"
    return "overlap"


def _split(value: Value) -> tuple[Value | None, object] | None:
    """What was split, and the number of the part."""
    if isinstance(value, Tensor) and value.op == "train_test_split" and value.made_by is not None:
        part = value.made_by.arguments.get("part")
        return value.made_by.input, part.value if isinstance(part, Constant) else None
    if isinstance(value, Items | Part) and isinstance(value.part, Constant) and value.whole is not None:
        return value.whole, value.part.value
    return None


def _draw_alike(one: Site, other: Site) -> bool:
    """Whether two splits are asked for in the same way, with a seed, so that they choose the same items."""
    ours, theirs = ([ast.unparse(part) for part in getattr(site.node, "keywords", ())] for site in (one, other))
    return ours == theirs and any(option.startswith("random_state") for option in ours)


def _span(value: Value) -> _Span | None:  # noqa: PLR0911 - a list of cases
    if isinstance(value, Iterating) and value.kind == "range" and len(value.over) in (1, 2):
        return _Span("range", value.over[0] if len(value.over) == 2 else None, value.over[-1], False)
    if isinstance(value, Items) and isinstance(value.whole, Iterating) and value.part is None:
        return _span(value.whole)
    if isinstance(value, Items) and value.whole is not None and isinstance(value.part, Slice):
        drawn = isinstance(value.whole, Items) and value.whole.whole is not None and value.whole.part is not None
        return _Span(id(value.whole), value.part.lower, value.part.upper, drawn)
    if isinstance(value, Part) and value.whole is not None and isinstance(value.part, Slice):
        return _Span(id(value.whole), value.part.lower, value.part.upper, False)
    if isinstance(value, Tensor) and value.op == "getitem" and value.made_by is not None:
        index, base = value.made_by.arguments.get("index"), value.made_by.input
        if isinstance(index, Slice) and base is not None and index.step is None:
            return _Span(id(base), index.lower, index.upper, base.op in _DRAWN)
    if isinstance(value, Tensor) and value.op in _DRAWN:
        return _Span(id(value), None, None, True)
    if isinstance(value, Tensor) and value.op in TRANSPARENT and value.made_by and value.made_by.input:
        return _span(value.made_by.input)
    return None


def _of_spans(a: _Span, b: _Span) -> Relation:
    if _alike(a.low, b.low) and _alike(a.high, b.high):
        return "same"
    if (a.high is not None and _alike(a.high, b.low)) or (b.high is not None and _alike(b.high, a.low)):
        return "disjoint"
    if _alike(a.low, b.low) or _alike(a.high, b.high):
        return "overlap"  # both from the same item on, or up to the same one
    shares = _share(a.low, 0), _share(b.low, 0), _share(a.high, 1), _share(b.high, 1)
    low_a, low_b = _number(a.low, 0), _number(b.low, 0)
    high_a, high_b = _number(a.high, float("inf")), _number(b.high, float("inf"))
    if all(share is not None for share in shares):
        low_a, low_b, high_a, high_b = shares
    if low_a is None or low_b is None or high_a is None or high_b is None:
        return None
    if min(low_a, low_b, high_a, high_b) < 0:
        return None
    return "overlap" if max(low_a, low_b) < min(high_a, high_b) else "disjoint"


def _alike(one: Value | None, other: Value | None) -> bool:
    if one is other:
        return True
    if one is None or other is None:
        return False
    a, b = magnitude(one), magnitude(other)
    if a is not None and b is not None:
        return a == b
    return bool(one.site and other.site and one.site.text and one.site.text == other.site.text)


def _share(value: Value | None, otherwise: float) -> float | None:
    """Which share of all items it is: 0.8 for `int(0.8 * len(files))`."""
    if value is None:
        return otherwise
    if not isinstance(value, Number) or value.op != "mul" or len(value.parts) != 2:
        return None
    one, other = value.parts
    factor, count = (one, other) if isinstance(one, Constant) else (other, one)
    counted = isinstance(count, Number) and not count.parts and count.op == ""
    share = magnitude(factor) if counted and isinstance(factor, Constant) and factor.certain else None
    return share if share is not None and 0 <= share <= 1 else None


def _number(value: Value | None, otherwise: float) -> float | None:
    return otherwise if value is None else magnitude(value)
