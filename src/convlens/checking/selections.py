"""Which items of the stored data are used where, and whether two uses share some."""

from convlens.checking.events import Loop
from convlens.checking.facts import TRANSPARENT, Facts
from convlens.checking.objects import of_objects
from convlens.checking.purposes import Use, overlapping_source
from convlens.checking.spans import Relation, of_indices, seeded
from convlens.checking.values import (
    Constant,
    Dataset,
    Loader,
    Slice,
    Tensor,
    Tool,
    Value,
)

_ELEMENTWISE = ("sub", "div", "mul", "add", "permute", "transpose", "tensor", "as_tensor", "from_numpy", "asarray",
                "array", "stack", "cat", "normalize", "clamp", "expand", "repeat", "interpolate", "pad",
                *TRANSPARENT)  # fmt: skip


_OF_ALL = ("RandomSampler", "SequentialSampler", "DistributedSampler", "WeightedRandomSampler")
"""Samplers that draw from all items of a set."""


def relation(facts: Facts, one: Use, other: Use) -> Relation:  # noqa: PLR0911 - a list of cases
    """How the items of two uses relate."""
    a, b = _images(one), _images(other)
    if a is not None and b is not None:
        return _of_tensors(facts, a, _loop(one), b, _loop(other))
    if one.dataset is None or other.dataset is None or a is not None or b is not None:
        return None
    indices_a, indices_b = _sampled(one.source), _sampled(other.source)
    if indices_a is not None or indices_b is not None:
        if not _stored_alike(facts, one.dataset, other.dataset):
            return None
        if indices_a is None or indices_b is None:
            return None if _has_sampler(one.source) and _has_sampler(other.source) else "overlap"
        return of_indices(facts, indices_a, indices_b)
    if _has_sampler(one.source) or _has_sampler(other.source):
        return None
    return of_sets(facts, one.dataset, other.dataset)


def made_of_training_data(facts: Facts, trained: Use, scored: Use) -> bool:
    """Whether a whole set named as test set reads the files of which a part is trained on: `train=True` twice."""
    one, other = trained.dataset, scored.dataset
    if one is None or other is None or one.parent is None or other.parent is not None:
        return False
    above = _above(one)
    return other not in above and _stored_alike(facts, other, above[-1]) and facts.purposes.spoken(other) == "test"


def of_sets(facts: Facts, one: Dataset, other: Dataset) -> Relation:  # noqa: PLR0911 - a list of cases
    """How the items of two data sets relate."""
    if one is other:
        return "same"
    if one.parent is None and other.parent is None:
        return _of_wholes(facts, one, other)
    if any(_stored_alike(facts, one, above) for above in _above(other)) or any(
        _stored_alike(facts, other, above) for above in _above(one)
    ):
        return "overlap"
    if one.parent is None or other.parent is None or not _stored_alike(facts, one.parent, other.parent):
        return None
    if one.part >= 0 and other.part >= 0:
        return _of_parts(facts, one, other)
    indices_a, indices_b = one.arguments.get("indices"), other.arguments.get("indices")
    if (one.part >= 0 and indices_b is not None) or (other.part >= 0 and indices_a is not None):
        return "overlap"  # a random part, and items chosen by number
    return of_indices(facts, indices_a, indices_b) if indices_a and indices_b else None


def _of_wholes(facts: Facts, one: Dataset, other: Dataset) -> Relation:
    if one.kind == other.kind == "TensorDataset":
        a, b = one.tensors[0] if one.tensors else None, other.tensors[0] if other.tensors else None
        return _of_tensors(facts, a, None, b, None) if isinstance(a, Tensor) and isinstance(b, Tensor) else None
    if one.instance is not None and other.instance is not None:
        return of_objects(facts, one.instance, other.instance)
    return "same" if overlapping_source(one, other) else None


def _above(dataset: Dataset) -> list[Dataset]:
    found: list[Dataset] = []
    while dataset.parent is not None:
        dataset = dataset.parent
        found.append(dataset)
    return found


def _stored_alike(facts: Facts, one: Dataset, other: Dataset) -> bool:
    """The same set, or two that read the same files."""
    if one is other or one.parent is not None or other.parent is not None:
        return one is other
    if one.instance is not None and other.instance is not None:
        return of_objects(facts, one.instance, other.instance) == "same"
    return overlapping_source(one, other)


def _of_parts(facts: Facts, one: Dataset, other: Dataset) -> Relation:
    """Parts of random splits: those of one call are disjoint, those of two are not, unless both use the same seed."""
    if one.site is None or other.site is None:
        return None
    if one.site.node is other.site.node:
        return "disjoint" if one.part != other.part else None
    if "seed" in one.site.text or "seed" in other.site.text or seeded(facts):
        return None
    return "overlap"


def _has_sampler(source: Loader | Dataset) -> bool:
    given = source.arguments.get("sampler") if isinstance(source, Loader) else None
    if isinstance(given, Tool) and given.name in _OF_ALL:
        return False
    return given is not None and not (isinstance(given, Constant) and given.value is None)


def _sampled(source: Loader | Dataset) -> Value | None:
    """The indices that a loader's sampler draws from."""
    given = source.arguments.get("sampler") if isinstance(source, Loader) else None
    if isinstance(given, Tool) and given.name == "SubsetRandomSampler":
        return given.arguments.get("indices")
    return None


# ------------------------------------------------------------------------------------------------------- tensors


def _loop(use: Use) -> Loop | None:
    return use.seen.loop if use.seen is not None else None


def _images(use: Use) -> Tensor | None:
    """The pictures of a pass that takes them from tensors, without a loader."""
    if use.seen is None or isinstance(use.source, Loader) or (use.seen.loop and use.seen.loop.loader is not None):
        return None
    given = (value for forward in use.seen.forwards[:1] for value in forward.inputs)
    return next((value for value in given if isinstance(value, Tensor)), None)


def rows_of(use: Use) -> Tensor | None:
    """Where the rows of a pass over tensors were cut out of all rows."""
    given = _images(use)
    cut = _cut(given, _loop(use)) if given is not None else None
    return cut if cut is not None and cut.op == "getitem" else None


def _of_tensors(facts: Facts, one: Tensor, loop: Loop | None, other: Tensor, other_loop: Loop | None) -> Relation:
    a, b = _cut(one, loop), _cut(other, other_loop)
    if a is b:
        return "same"
    if _rows_of(a, b) or _rows_of(b, a):
        return "overlap"
    if a.op == b.op and a.op in ("getitem", "train_test_split"):
        return of_indices(facts, a, b) or _of_indices_within(facts, a, b)
    if a.made_by is None and b.made_by is None and isinstance(a.of, Dataset) and isinstance(b.of, Dataset):
        return of_sets(facts, a.of, b.of) if a.role == b.role == "images" else None
    return None


def _rows_of(one: Tensor, other: Tensor) -> bool:
    """Whether the first is a slice of the second, of which all is taken."""
    made = one.made_by
    return (
        made is not None
        and one.op == "getitem"
        and made.input is not None
        and _cut(made.input, None) is other
        and isinstance(made.arguments.get("index"), Slice)
    )


def _of_indices_within(facts: Facts, a: Tensor, b: Tensor) -> Relation:
    """Rows chosen by indices: `X[train_idx]`, `X[val_idx]`."""
    made, other = a.made_by, b.made_by
    if made is None or other is None or made.input is None or made.input is not other.input:
        return None
    index, other_index = made.arguments.get("index"), other.arguments.get("index")
    return of_indices(facts, index, other_index) if index is not None and other_index is not None else None


def _cut(tensor: Tensor, loop: Loop | None) -> Tensor:
    """Back to where the rows were chosen before the loop, or to the stored pictures."""
    while tensor.made_by is not None and tensor.made_by.input is not None:
        batch = loop is not None and tensor.made_by.within(loop)
        if not (batch or tensor.op in _ELEMENTWISE):
            break
        tensor = tensor.made_by.input
    return tensor
