"""Loaders, walks through them, and what networks answered on the way."""

from dataclasses import dataclass, field
from typing import Literal

from convlens.checking.probe.observation.basics import Place, TensorSeen


@dataclass
class LoaderSeen:
    """A `DataLoader`: where it was made, and what it gives.

    Attributes:
        data: where its data set was made; of a part of another one its place and then the other's.
        item: the person's own function that makes an item, if there is one.
        is_test: whether the data set calls itself the test part.
        again: what became of an item that was asked for again: the same, another, or the same times a factor.
    """

    place: Place
    items: int
    batches: int
    batch_size: int | None
    drop_last: bool
    dataset: str
    is_iterable: bool
    data: tuple[Place, ...] = ()
    item: Place | None = None
    is_test: bool = False
    again: Literal["same", "another", "scaled"] | None = None


@dataclass
class Forward:
    """One call of a network by the script.

    Attributes:
        dropout_on, dropout_off, norm_on, norm_off: how many such layers ran in training and in evaluation mode.
        batch: which batch of its pass; -1 outside of one.
        first_layer: the class of the first layer with weights that ran, and `reached` what reached it.
        correct: of a classifier's answers to a labelled batch, how many are right by an own count.
    """

    model: int
    place: Place
    at: int
    training: bool
    gradient: bool
    dropout_on: int
    dropout_off: int
    norm_on: int
    norm_off: int
    batch: int
    input: TensorSeen | None = None
    output: TensorSeen | None = None
    correct: int | None = None
    first_layer: str = ""
    reached: TensorSeen | None = None


@dataclass
class Pass:
    """One walk through a loader, or one run of a loop over batches that come from no loader.

    Attributes:
        loader: -1 for none.
        order: the loader's whole order in this pass, as a digest; in_file_order: whether it is 0, 1, 2, ...
        first_items: the first few; sizes: pictures in each batch that was given.
        labels: of the first batch, as a digest: the same items can be others in another pass.
        by_framework: whether the loop stands in a framework, and `place` is the line that called it.
    """

    loader: int
    place: Place
    began: int
    ended: int = 0
    order: str = ""
    in_file_order: bool = False
    first_items: tuple[int, ...] = ()
    labels: str = ""
    by_framework: bool = False
    sizes: list[int] = field(default_factory=list)
    forwards: list[Forward] = field(default_factory=list)
    backwards: int = 0
    steps: int = 0


@dataclass
class Overlap:
    """Items that a training loader and an evaluating loader have in common."""

    train: int
    evaluation: int
    shared: int
    evaluated: int


@dataclass
class Matching:
    """Whether labels go with pictures: each of some is told by the mean picture of the class that it is nearest to.

    Attributes:
        place: of the loss; right: so many of `asked` have the label of that class, out of `classes`.
    """

    place: Place
    right: int
    asked: int
    classes: int
