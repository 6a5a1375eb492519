"""Which items of the stored data are used where, and whether two uses share some."""

from dataclasses import dataclass
from typing import Literal

from convlens.checking.events import Loop
from convlens.checking.facts import TRANSPARENT, Facts
from convlens.checking.purposes import Use, overlapping_source
from convlens.checking.quantities import magnitude
from convlens.checking.values import (
    Constant,
    Dataset,
    Instance,
    Items,
    Iterating,
    Loader,
    Number,
    Slice,
    Tensor,
    Tool,
    Value,
)

Relation = Literal["same", "disjoint", "overlap"] | None
"""Of two selections: all items, none, or some in common; None where that cannot be told."""
_ELEMENTWISE = ("sub", "div", "mul", "add", "permute", "transpose", "tensor", "as_tensor", "from_numpy", "asarray",
                "array", "stack", "cat", "normalize", "clamp", "expand", "repeat", "interpolate", "pad",
                *TRANSPARENT)  # fmt: skip
_DRAWN = ("randperm", "permutation", "randint")
_SEEDS = ("torch.manual_seed", "numpy.random.seed", "random.seed")


def relation(facts: Facts, one: Use, other: Use) -> Relation:  # noqa: PLR0911 - a list of cases
    """How the items of two uses relate."""
    a, b = _images(one), _images(other)
    if a is not None and b is not None:
        return _of_tensors(facts, a, _loop(one), b, _loop(other))
    if one.dataset is None or other.dataset is None or a is not None or b is not None:
        return None
    indices_a, indices_b = _sampled(one.source), _sampled(other.source)
    if indices_a is not None or indices_b is not None:
        if not _stored_alike(one.dataset, other.dataset):
            return None
        if indices_a is None or indices_b is None:
            return None if _has_sampler(one.source) and _has_sampler(other.source) else "overlap"
        return _of_indices(facts, indices_a, indices_b)
    if _has_sampler(one.source) or _has_sampler(other.source):
        return None
    return of_sets(facts, one.dataset, other.dataset)


def made_of_training_data(facts: Facts, trained: Use, scored: Use) -> bool:
    """Whether a whole set named as test set reads the files of which a part is trained on: `train=True` twice."""
    one, other = trained.dataset, scored.dataset
    if one is None or other is None or one.parent is None or other.parent is not None:
        return False
    above = _above(one)
    return other not in above and _stored_alike(other, above[-1]) and facts.purposes.spoken(other) == "test"


def of_sets(facts: Facts, one: Dataset, other: Dataset) -> Relation:  # noqa: PLR0911 - a list of cases
    """How the items of two data sets relate."""
    if one is other:
        return "same"
    if one.parent is None and other.parent is None:
        return _of_wholes(facts, one, other)
    if any(_stored_alike(one, above) for above in _above(other)) or any(
        _stored_alike(other, above) for above in _above(one)
    ):
        return "overlap"
    if one.parent is None or other.parent is None or not _stored_alike(one.parent, other.parent):
        return None
    if one.part >= 0 and other.part >= 0:
        return _of_parts(facts, one, other)
    indices_a, indices_b = one.arguments.get("indices"), other.arguments.get("indices")
    if (one.part >= 0 and indices_b is not None) or (other.part >= 0 and indices_a is not None):
        return "overlap"  # a random part, and items chosen by number
    return _of_indices(facts, indices_a, indices_b) if indices_a and indices_b else None


def _of_wholes(facts: Facts, one: Dataset, other: Dataset) -> Relation:
    if one.kind == other.kind == "TensorDataset":
        a, b = one.tensors[0] if one.tensors else None, other.tensors[0] if other.tensors else None
        return _of_tensors(facts, a, None, b, None) if isinstance(a, Tensor) and isinstance(b, Tensor) else None
    if one.instance is not None and other.instance is not None:
        return _of_lists(facts, one.instance, other.instance)
    return "same" if overlapping_source(one, other) else None


def _of_lists(facts: Facts, one: Instance, other: Instance) -> Relation:
    """Two objects of one class of the user, each given a part of one list: `PetSet(files[:800])`."""
    if one.cls is not other.cls:
        return None
    pairs = [(value, other.attributes.get(name)) for name, value in one.attributes.items()]
    if any(isinstance(a, Constant) and isinstance(b, Constant) and a.value != b.value for a, b in pairs):
        return None  # a flag, by which the class may choose among them
    found = {
        _of_tensors(facts, a, None, b, None)
        if isinstance(a, Tensor) and isinstance(b, Tensor)
        else _of_indices(facts, a, b)
        for a, b in pairs
        if b is not None and type(a) is type(b) and isinstance(a, Items | Tensor)
    }
    return found.pop() if len(found) == 1 and found <= {"overlap", "disjoint"} else None


def _above(dataset: Dataset) -> list[Dataset]:
    found: list[Dataset] = []
    while dataset.parent is not None:
        dataset = dataset.parent
        found.append(dataset)
    return found


def _stored_alike(one: Dataset, other: Dataset) -> bool:
    """The same set, or two that read the same files."""
    return one is other or (one.parent is None and other.parent is None and overlapping_source(one, other))


def _of_parts(facts: Facts, one: Dataset, other: Dataset) -> Relation:
    """Parts of random splits: those of one call are disjoint, those of two are not, unless both use the same seed."""
    if one.site is None or other.site is None:
        return None
    if one.site.node is other.site.node:
        return "disjoint" if one.part != other.part else None
    if "seed" in one.site.text or "seed" in other.site.text or _seeded(facts):
        return None
    return "overlap"


def _seeded(facts: Facts) -> bool:
    """Whether a seed is set more than once: then two draws may be alike."""
    return len({id(event.node) for event in facts.called(*_SEEDS)}) > 1 or "manual_seed" in "".join(
        event.site.text for event in facts.called(".manual_seed")
    )


def _has_sampler(source: Loader | Dataset) -> bool:
    given = source.arguments.get("sampler") if isinstance(source, Loader) else None
    return given is not None and not (isinstance(given, Constant) and given.value is None)


def _sampled(source: Loader | Dataset) -> Value | None:
    """The indices that a loader's sampler draws from."""
    given = source.arguments.get("sampler") if isinstance(source, Loader) else None
    if isinstance(given, Tool) and given.name == "SubsetRandomSampler":
        return given.arguments.get("indices")
    return None


# ------------------------------------------------------------------------------------------------------- indices


@dataclass(frozen=True)
class _Span:
    """What was cut from something."""

    base: object
    low: Value | None
    high: Value | None
    random: bool


def _of_indices(facts: Facts, one: Value, other: Value) -> Relation:
    if one is other:
        return "same"
    a, b = _span(one), _span(other)
    if a is None or b is None:
        return "overlap" if _part_of(one, other) or _part_of(other, one) else None
    if a.base == b.base:
        return _of_spans(a, b)
    if _part_of(one, other) or _part_of(other, one):
        return "overlap"
    return "overlap" if a.random and b.random and not _seeded(facts) else None


def _part_of(one: Value, other: Value) -> bool:
    """Whether the first was cut from the second, of which all is taken."""
    return isinstance(one, Items) and one.part is not None and one.whole is other


def _span(value: Value) -> _Span | None:  # noqa: PLR0911 - a list of cases
    if isinstance(value, Iterating) and value.kind == "range" and len(value.over) in (1, 2):
        return _Span("range", value.over[0] if len(value.over) == 2 else None, value.over[-1], False)
    if isinstance(value, Items) and isinstance(value.whole, Iterating) and value.part is None:
        return _span(value.whole)
    if isinstance(value, Items) and value.whole is not None and isinstance(value.part, Slice):
        drawn = isinstance(value.whole, Items) and value.whole.whole is not None and value.whole.part is not None
        return _Span(id(value.whole), value.part.lower, value.part.upper, drawn)
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
    if (a.low is None and b.low is None) or (a.high is None and b.high is None):
        return "overlap"  # both from the first item on, or up to the last one
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


# ------------------------------------------------------------------------------------------------------- tensors


def _loop(use: Use) -> Loop | None:
    return use.seen.loop if use.seen is not None else None


def _images(use: Use) -> Tensor | None:
    """The pictures of a pass that takes them from tensors, without a loader."""
    if use.seen is None or isinstance(use.source, Loader) or (use.seen.loop and use.seen.loop.loader is not None):
        return None
    given = (value for forward in use.seen.forwards[:1] for value in forward.inputs)
    return next((value for value in given if isinstance(value, Tensor)), None)


def _of_tensors(facts: Facts, one: Tensor, loop: Loop | None, other: Tensor, other_loop: Loop | None) -> Relation:
    a, b = _cut(one, loop), _cut(other, other_loop)
    if a is b:
        return "same"
    if _rows_of(a, b) or _rows_of(b, a):
        return "overlap"
    if a.op == "getitem" and b.op == "getitem":
        return _of_indices(facts, a, b) or _of_indices_within(facts, a, b)
    if a.made_by is None and b.made_by is None and isinstance(a.of, Dataset) and isinstance(b.of, Dataset):
        return of_sets(facts, a.of, b.of) if a.role == b.role == "images" else None
    return None


def _rows_of(one: Tensor, other: Tensor) -> bool:
    """Whether the first is a slice of the second, of which all is taken."""
    made = one.made_by
    return (
        made is not None
        and one.op == "getitem"
        and made.input is other
        and isinstance(made.arguments.get("index"), Slice)
    )


def _of_indices_within(facts: Facts, a: Tensor, b: Tensor) -> Relation:
    """Rows chosen by indices: `X[train_idx]`, `X[val_idx]`."""
    made, other = a.made_by, b.made_by
    if made is None or other is None or made.input is None or made.input is not other.input:
        return None
    index, other_index = made.arguments.get("index"), other.arguments.get("index")
    return _of_indices(facts, index, other_index) if index is not None and other_index is not None else None


def _cut(tensor: Tensor, loop: Loop | None) -> Tensor:
    """Back to where the rows were chosen before the loop, or to the stored pictures."""
    while tensor.made_by is not None and tensor.made_by.input is not None:
        batch = loop is not None and tensor.made_by.within(loop)
        if not (batch or tensor.op in _ELEMENTWISE):
            break
        tensor = tensor.made_by.input
    return tensor
