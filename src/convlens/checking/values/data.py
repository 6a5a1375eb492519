"""Data sets, loaders, transforms and tensors."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from convlens.checking.values.basic import Configured, Items, Shape, Value
from convlens.checking.values.code import Instance

if TYPE_CHECKING:
    from convlens.checking.events import Operation


@dataclass(eq=False, kw_only=True)
class Transform(Configured):
    """`kind` is the class name (`ToTensor`, `Normalize`, `Compose`, ...); `steps` those of a Compose, in order.

    `made` is what a user's function as a step makes of a picture, where it was walked.
    """

    kind: str = ""
    steps: "list[Transform]" = field(default_factory=list, repr=False)
    complete: bool = True
    """False where a step is not known."""
    made: "Tensor | None" = field(default=None, repr=False)

    def flat(self) -> "list[Transform]":
        """The steps in order, those of nested Compose included; itself for a single transform."""
        return [leaf for step in self.steps for leaf in step.flat()] if self.kind == "Compose" else [self]


Split = Literal["train", "test", "validation"]


@dataclass(eq=False, kw_only=True)
class Dataset(Configured):
    """A data set.

    Attributes:
        kind: `FashionMNIST`, `CIFAR10`, `ImageFolder`, `TensorDataset`, `Subset`, `user`, ...
        split: what the call says it is (`train=True`, `split="test"`, a folder's name, the part of a split);
            None where that cannot be told.
        classes: how many, where known.
        labels: of a set of torchvision the lowest and the highest label, where known.
        size: how many items, where known.
        shape: of one item as stored, channels first, where known; see `item` for what the transform makes of it.
        item: shape of one item after the transform.
        scale: of the pixels of one item after the transform; see Tensor.
        transform: applied to each picture.
        parent: of a `Subset` or a part of `random_split`, the set it is a part of.
        part: which part of a split it is, from 0; -1 where it is none.
        tensors: of a TensorDataset; of a user's set what its `__getitem__` gives for one item.
        instance: the object of a user's Dataset class.
    """

    kind: str = ""
    split: Split | None = None
    classes: int | None = None
    labels: tuple[int, int] | None = None
    size: int | None = None
    shape: Shape | None = None
    item: Shape | None = None
    scale: str | None = None
    transform: Transform | None = field(default=None, repr=False)
    parent: "Dataset | None" = field(default=None, repr=False)
    part: int = -1
    tensors: list[Value] = field(default_factory=list, repr=False)
    instance: Instance | None = field(default=None, repr=False)

    def root(self) -> "Dataset":
        """The set that this one is a part of, or itself."""
        one = self
        while one.parent is not None:
            one = one.parent
        return one


@dataclass(eq=False, kw_only=True)
class Loader(Configured):
    """A `DataLoader`. `arguments` by name, defaults included: batch_size, shuffle, sampler, drop_last, ...

    `opaque`: it came from elsewhere (a guessed parameter, another package): nothing can be said of its arguments.
    """

    kind: str = "DataLoader"
    dataset: Dataset | None = field(default=None, repr=False)
    opaque: bool = False

    @property
    def split(self) -> Split | None:
        """The data set's."""
        return self.dataset.split if self.dataset else None


@dataclass(eq=False, kw_only=True)
class Tensor(Value):
    """A tensor (or NumPy array), with the operation that made it.

    Attributes:
        shape: sizes as far as known; None where not even their number is.
        role: "images" and "labels" come from a loader or data set; "parameter"; "" for what was computed.
        of: the loader or data set that images and labels came from.
        made_by: the operation it is the result of; follow `made_by.inputs` to see where it came from.
        graph: True when it hangs on the autograd graph, False when it is cut off or was made without gradients,
            None where that cannot be told.
        numpy: a NumPy array.
        dtype: "float32", "int64", "uint8", "bool", ... where known.
        scale: pixel values: "0..255", "0..1", "normalised", or None.
        below: of whole numbers drawn at random, the bound that they stay under.
        supposed: it is what something unknown made of tensors, so that it may be no tensor at all.
    """

    shape: Shape | None = None
    role: Literal["", "images", "labels", "parameter"] = ""
    of: Value | None = field(default=None, repr=False)
    made_by: "Operation | None" = field(default=None, repr=False)
    graph: bool | None = None
    numpy: bool = False
    dtype: str | None = None
    scale: str | None = None
    below: int | None = None
    supposed: bool = False

    @property
    def op(self) -> str:
        """Name of the operation that made it; empty for what was loaded or given."""
        return self.made_by.op if self.made_by else ""

    def ancestry(self) -> "Iterator[Tensor]":
        """Itself and all tensors it was computed from, nearest first, each once."""
        seen: set[int] = set()
        queue: deque[Value] = deque([self])
        while queue:
            one = queue.popleft()
            if id(one) in seen:
                continue
            seen.add(id(one))
            if isinstance(one, Items):
                queue.extend(one.elements)
            elif isinstance(one, Tensor):
                yield one
                if one.made_by:
                    queue.extend(one.made_by.inputs)
