"""Where things stand, and what needs no type of its own."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Value = str | int | float | bool | None


class Place(NamedTuple):
    """A line, and the lines of the function (at the top level: of the loop) around it."""

    file: str
    line: int
    function: str
    first: int
    last: int


class TensorSeen(NamedTuple):
    """A tensor in numbers; `made_by` is the operation that gave it, as autograd calls it."""

    shape: tuple[int, ...]
    dtype: str
    low: float
    high: float
    mean: float
    std: float
    needs_gradient: bool
    made_by: str


@dataclass
class Spot:
    """A single fact at a line that needs no type of its own; `kind` says which, `count` how often it was seen."""

    kind: str
    place: Place
    count: int = 1
    values: dict[str, Value] = field(default_factory=dict)


@dataclass
class Cut:
    """A loop or a loader that was ended early: how many turns it would have had, where known, and how many it had."""

    place: Place
    kind: Literal["epochs", "batches", "loader"]
    asked: int | None
    given: int
    at: int = 0
