"""What every event knows: the loops, calls and conditions it happens in."""

import ast
from dataclasses import dataclass, field

from convlens.checking.values import Function, Site, Value


@dataclass(eq=False)
class Loop:
    """One execution of a `for` or `while` (a loop inside a loop is executed once for each turn of the outer one).

    Attributes:
        site: of the statement. Two executions of the same statement share `site.node`.
        over: what is walked over: a Loader, a Dataset, Items, a range, ...; None for `while`.
        loader: the loader behind it, through enumerate, tqdm, zip, iter.
        batches: whether each turn handles one batch (it walks over a loader, or slices tensors).
        unrolled: whether each turn was walked with its own constant (then there are no guessed repetitions).
        outer: the loops around it, outermost first, those of the callers included.
    """

    site: Site
    over: Value | None = None
    loader: Value | None = None
    batches: bool = False
    unrolled: bool = False
    outer: "tuple[Turn, ...]" = ()


@dataclass(frozen=True, eq=False)
class Turn:
    """One turn of a loop, from 0."""

    loop: Loop
    number: int


@dataclass(frozen=True, eq=False)
class Call:
    """A call of a user's function that is being walked. `site` is the call; None when nothing in the file calls it."""

    function: Function
    site: Site | None
    receiver: Value | None = None


@dataclass(frozen=True, eq=False)
class Condition:
    """A test that decided whether this runs. `taken`: the branch; `known`: the test's value was certain.

    `node` is an expression; of a `match` a pattern, of an `except` the exceptions it is for.
    """

    node: ast.AST
    site: Site
    value: Value
    taken: bool
    known: bool


@dataclass(eq=False, kw_only=True)
class Event:
    """Something that happened.

    Attributes:
        index: position in the order of all events.
        turns: the loops around it with the turn they are in, outermost first, callers' loops included.
        calls: the user's functions around it, outermost first.
        conditions: the tests that were open, outermost first, callers' included.
        grad: whether autograd records here; None where it cannot be told.
        guessed: it happens in a function that nothing in the file calls, walked with guessed arguments.
    """

    index: int = -1
    site: Site = field(repr=False)
    turns: tuple[Turn, ...] = field(default=(), repr=False)
    calls: tuple[Call, ...] = field(default=(), repr=False)
    conditions: tuple[Condition, ...] = field(default=(), repr=False)
    grad: bool | None = True
    guessed: bool = False

    @property
    def line(self) -> int:
        """Its line."""
        return self.site.line

    @property
    def node(self) -> ast.AST:
        """Its syntax node: for calls the `ast.Call`."""
        return self.site.node

    @property
    def loops(self) -> tuple[Loop, ...]:
        """The loops around it, outermost first."""
        return tuple(turn.loop for turn in self.turns)

    @property
    def function(self) -> Function | None:
        """The innermost user's function around it."""
        return self.calls[-1].function if self.calls else None

    def within(self, loop: Loop) -> bool:
        """Whether it happens in this execution of the loop."""
        return any(turn.loop is loop for turn in self.turns)
