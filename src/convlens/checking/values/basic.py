"""Places, constants, numbers, lists and dictionaries."""

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from convlens.checking.events import Loop
    from convlens.checking.source import Source
    from convlens.checking.values.data import Tensor

Size = int | Literal["N"] | None
"""One side of a tensor: a number, the batch ("N"), or not known."""
Shape = tuple[Size, ...]
Plain = int | float | complex | str | bytes | bool | None


@dataclass(frozen=True)
class Site:
    """A place in a file: where an object was made, where something happened."""

    source: "Source" = field(repr=False, compare=False)
    node: ast.AST = field(repr=False, compare=False)
    line: int = 0
    column: int = 0

    @classmethod
    def of(cls, source: "Source", node: ast.AST) -> "Site":
        """The place of a node."""
        return cls(source, node, getattr(node, "lineno", 0), getattr(node, "col_offset", 0))

    @property
    def place(self) -> str:
        """How to tell a person where it is: `line 12`, in a notebook `cell 3, line 2`."""
        return self.source.place(self.line)

    @property
    def text(self) -> str:
        """The source text there."""
        return self.source.segment(self.node)


@dataclass(eq=False, kw_only=True)
class Value:
    """Anything. `site` is where it was made, None for what is built in."""

    site: Site | None = field(default=None, repr=False)
    alternatives: "list[Value]" = field(default_factory=list, repr=False)
    """Objects of the same kind that may stand in the same variable, from the other side of a branch."""

    @property
    def line(self) -> int:
        """The line where it was made; 0 where that is not known."""
        return self.site.line if self.site else 0


@dataclass(eq=False, kw_only=True)
class Configured(Value):
    """What a call with arguments made: a layer, an optimizer, a loader. `arguments` by name, defaults included."""

    arguments: "dict[str, Value]" = field(default_factory=dict, repr=False)

    def constant(self, name: str) -> "Plain":
        """An argument where it is a constant; None otherwise (and where it is None)."""
        value = self.arguments.get(name)
        return value.value if isinstance(value, Constant) else None

    def has(self, name: str) -> bool:
        """Whether an argument is there and is not None."""
        value = self.arguments.get(name)
        return value is not None and not (isinstance(value, Constant) and value.value is None)

    def given(self, name: str) -> bool:
        """Whether an argument stands in the call (a default was not taken)."""
        value = self.arguments.get(name)
        return value is not None and value.site is not None


@dataclass(eq=False, kw_only=True)
class Unknown(Value):
    """Nothing is known, except perhaps the dotted name it came from."""

    name: str = ""


@dataclass(eq=False, kw_only=True)
class Slice(Unknown):
    """`lower:upper:step` as an index; None where it is not given. The name is "slice"."""

    name: str = "slice"
    lower: Value | None = field(default=None, repr=False)
    upper: Value | None = field(default=None, repr=False)
    step: Value | None = field(default=None, repr=False)


@dataclass(eq=False, kw_only=True)
class Part(Unknown):
    """A part of something unknown: `files[:800]`, `table[table.fold == 0]`; see Items for `whole` and `part`."""

    whole: Value | None = field(default=None, repr=False)
    part: Value | None = field(default=None, repr=False)


@dataclass(eq=False, kw_only=True)
class Constant(Value):
    """A number, text, truth value or None.

    `certain` is False for a default that the user may override: of a command-line option, of an environment variable.
    """

    value: Plain = None
    certain: bool = True


NumberKind = Literal["correct", "accuracy", "loss", "items", "batches", "index", "batch size", "predictions", "other"]


@dataclass(eq=False, kw_only=True)
class Number(Value):
    """A number that is not constant, with what it measures.

    Attributes:
        kind: "correct" right answers counted, "accuracy" their share, "loss", "items" pictures counted,
            "batches" counted, "index" a loop's counter, "batch size", "other".
        tensor: the tensor it was taken from by `.item()` or `float()`.
        of: the loader or data set that was counted or measured, where that is known.
        summed: the loops over which it was added up, outermost first.
        weighted: a loss or accuracy times the items of its batch.
        percent: multiplied by 100, once for each time.
        per: what it was divided by, in order.
        parts: the operands it was computed from, and `op` the operation ("add", "sub", "mul", "div", ...).
        size: the side of a tensor that it is.
        value: how much it is, where that can be told (`len(train_set)` of a known data set).
    """

    kind: NumberKind = "other"
    tensor: "Tensor | None" = field(default=None, repr=False)
    of: Value | None = field(default=None, repr=False)
    summed: "tuple[Loop, ...]" = ()
    weighted: bool = False
    percent: int = 0
    per: tuple[Value, ...] = field(default=(), repr=False)
    op: str = ""
    parts: tuple[Value, ...] = field(default=(), repr=False)
    size: Size = None
    value: float | None = None


@dataclass(eq=False, kw_only=True)
class Items(Value):
    """A list, tuple or set. `open`: there may be more elements than these, like these (a list grown in a loop).

    `grown` are the loops in which `append` was called. `whole` is what it was cut from (a list, a tensor, a range), and
    `part` which part it is: a Slice, or a Constant with the number of the part of a random split.
    """

    kind: Literal["list", "tuple", "set"] = "list"
    elements: list[Value] = field(default_factory=list)
    open: bool = False
    grown: "tuple[Loop, ...]" = ()
    whole: Value | None = field(default=None, repr=False)
    part: Value | None = field(default=None, repr=False)


@dataclass(eq=False, kw_only=True)
class Mapping(Value):
    """A dictionary with constant keys. `open`: there may be other keys."""

    entries: dict[Plain, Value] = field(default_factory=dict)
    open: bool = False


@dataclass(eq=False, kw_only=True)
class Iterating(Value):
    """What a `for` walks over: `iter`, `enumerate`, `zip`, `tqdm`, `range` around something.

    `over` are the things walked over side by side; `kind` is the wrapper's name.
    """

    kind: str = ""
    over: list[Value] = field(default_factory=list)
    start: Value | None = None


@dataclass
class Arguments:
    """The arguments of a call. `exact`: no `*` or `**` of unknown contents was among them."""

    positional: list[Value] = field(default_factory=list)
    keywords: dict[str, Value] = field(default_factory=dict)
    exact: bool = True
    node: ast.AST | None = field(default=None, repr=False)

    def get(self, index: int, name: str = "") -> Value | None:
        """An argument by position or name; None where it is not given."""
        if 0 <= index < len(self.positional):
            return self.positional[index]
        return self.keywords.get(name)


NONE = Constant(value=None)
