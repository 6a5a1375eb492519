"""Parts of data sets and of lists of indices: `random_split`, `Subset`, samplers, `train_test_split`."""

import math

from convlens.checking.library import operations
from convlens.checking.library.data import as_dataset
from convlens.checking.library.signatures import bind
from convlens.checking.values import (
    Arguments,
    Constant,
    Dataset,
    Instance,
    Items,
    Iterating,
    Number,
    Part,
    Site,
    Tensor,
    Tool,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker

SAMPLERS = {
    "RandomSampler": "data_source replacement=False num_samples=None generator=None",
    "SequentialSampler": "data_source",
    "SubsetRandomSampler": "indices generator=None",
    "WeightedRandomSampler": "weights num_samples replacement=True generator=None",
    "BatchSampler": "sampler batch_size drop_last",
    "DistributedSampler": "dataset num_replicas=None rank=None shuffle=True seed=0 drop_last=False",
}


def random_split(walker: Walker, arguments: Arguments, site: Site) -> Value:
    """The parts of a data set."""
    whole, lengths = arguments.get(0, "dataset"), arguments.get(1, "lengths")
    sizes = lengths.elements if isinstance(lengths, Items) else [Unknown(), Unknown()]
    return Items(
        site=site,
        kind="list",
        elements=[part_of(walker, whole, index, length, site) for index, length in enumerate(sizes)],
        open=not isinstance(lengths, Items),
    )


def part_of(walker: Walker, whole: Value | None, index: int, length: Value | None, site: Site) -> Dataset:
    """One part of a split, or a Subset (then index is -1)."""
    parent = as_dataset(whole) if isinstance(whole, Instance) else whole
    made = Dataset(site=site, kind="Subset", part=index)
    if length is not None:
        made.arguments["length"] = length
        made.size = _size(length, parent)
    if isinstance(parent, Dataset):
        made.parent, made.split, made.classes, made.labels = parent, parent.split, parent.classes, parent.labels
        made.shape, made.item, made.transform = parent.shape, parent.item, parent.transform
        made.scale = parent.scale
        if made.split == "train" and index == 1:
            made.split = "validation"
    walker.made(made, site)
    return made


def _size(length: Value, parent: Value | None) -> int | None:
    """How many items a part has: a count, or a share of the whole."""
    size = length.value if isinstance(length, Constant | Number) else None
    if not isinstance(size, int | float) or isinstance(size, bool):
        return None
    known = parent.size if isinstance(parent, Dataset) else None
    try:
        return int(size) if size > 1 else math.floor(size * known) if known else None
    except (OverflowError, ValueError):  # infinite, or no number
        return None


def subset(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """`Subset(dataset, indices)`."""
    part = part_of(walker, arguments.get(0, "dataset"), -1, None, site)
    if (indices := arguments.get(1, "indices")) is not None:
        part.arguments["indices"] = indices
        if isinstance(indices, Items) and not indices.open:
            part.size = len(indices.elements)
        elif isinstance(indices, Iterating) and indices.kind == "range":
            part.size = _length([one.value for one in indices.over if isinstance(one, Constant)])
    return part


def _length(bounds: list[object]) -> int | None:
    plain = [bound for bound in bounds if isinstance(bound, int)]
    return len(range(*plain)) if plain and len(plain) <= 3 and 0 not in plain[2:] else None


def sampler(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """A sampler, as a Tool of kind "sampler" whose arguments have names."""
    return Tool(site=site, kind="sampler", name=name, arguments=bind(SAMPLERS[name], arguments))


def train_test_split(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """sklearn's split: of each thing given a larger and a smaller part."""
    pairs = [_two_parts(walker, value, site) for value in arguments.positional]
    return Items(site=site, elements=[part for pair in pairs for part in pair], open=not pairs)


def _two_parts(walker: Walker, value: Value, site: Site) -> list[Value]:
    parts: list[Value] = [Constant(site=site, value=0), Constant(site=site, value=1)]
    if isinstance(value, Tensor):
        return [_rows(walker, value, part, site) for part in parts]
    if isinstance(value, Items | Iterating):
        elements = list(value.elements[:1]) if isinstance(value, Items) else []
        return [Items(site=site, elements=elements, open=True, whole=value, part=part) for part in parts]
    if isinstance(value, Dataset | Instance):
        return [part_of(walker, value, index, None, site) for index in (0, 1)]
    return [Part(site=site, whole=value, part=part) for part in parts]


def _rows(walker: Walker, value: Tensor, part: Value, site: Site) -> Value:
    """Some rows of a tensor, shuffled."""
    result = operations.operate(walker, "train_test_split", [value], {"part": part}, site)
    if isinstance(result, Tensor):
        result.shape = ("N", *value.shape[1:]) if value.shape else None
        result.role, result.of, result.scale, result.dtype = value.role, value.of, value.scale, value.dtype
    return result


def permuted(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """`np.random.permutation(n)`, `np.random.permutation(array)`, `random.sample(list, k)`."""
    value = arguments.get(0)
    if isinstance(value, Tensor):
        result = operations.operate(walker, "permutation", [value], {}, site)
        if isinstance(result, Tensor):
            result.shape, result.role, result.of, result.scale = value.shape, value.role, value.of, value.scale
        return result
    if isinstance(value, Items | Iterating):
        elements = list(value.elements[:1]) if isinstance(value, Items) else []
        return Items(site=site, elements=elements, open=True, whole=value, part=Unknown(site=site, name=name))
    made = operations.operate(walker, "randperm", [], {"n": value} if value is not None else {}, site)
    if isinstance(made, Tensor):
        made.numpy = True
    return made
