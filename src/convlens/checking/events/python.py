"""What plain Python does: loops, calls of other packages, names given, numbers divided and compared."""

from dataclasses import dataclass, field

from convlens.checking.events.around import Event, Loop
from convlens.checking.values import Value


@dataclass(eq=False, kw_only=True)
class LoopEntered(Event):
    """A loop begins."""

    loop: Loop


@dataclass(eq=False, kw_only=True)
class LoopLeft(Event):
    """A loop is over."""

    loop: Loop


@dataclass(eq=False, kw_only=True)
class Called(Event):
    """A function or method that is not the user's was called, known or not.

    `name` is the qualified name (`torch.load`, `copy.deepcopy`, `print`) or, for methods, `.method`;
    `receiver` is the method's object.
    """

    name: str
    receiver: Value | None = field(default=None, repr=False)
    arguments: tuple[Value, ...] = field(default=(), repr=False)
    keywords: dict[str, Value] = field(default_factory=dict, repr=False)
    result: Value | None = field(default=None, repr=False)


@dataclass(eq=False, kw_only=True)
class Assigned(Event):
    """A name or attribute got a value.

    `target` is its text: `best`, `self.model`, `x`. `augmented` is the operation of `+=` and the like.
    """

    target: str
    value: Value
    augmented: str = ""
    owner: Value | None = field(default=None, repr=False)
    before: Value | None = field(default=None, repr=False)


@dataclass(eq=False, kw_only=True)
class Discarded(Event):
    """The result of an expression statement is thrown away."""

    value: Value


@dataclass(eq=False, kw_only=True)
class Divided(Event):
    """A division of numbers or tensors."""

    numerator: Value
    denominator: Value
    result: Value


@dataclass(eq=False, kw_only=True)
class Compared(Event):
    """A comparison of two numbers: `acc > best`. `op`: "lt", "gt", "le", "ge", "eq", "ne"."""

    op: str
    left: Value
    right: Value


@dataclass(eq=False, kw_only=True)
class Returned(Event):
    """A user's function returns a value."""

    value: Value
