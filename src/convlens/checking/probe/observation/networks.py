"""Networks, their modes and their states."""

from dataclasses import dataclass

from convlens.checking.probe.observation.basics import Place


@dataclass
class ModelSeen:
    """A network that the script called.

    Attributes:
        unmoved: parameters that want a gradient and had the same values at the end; frozen: that want none.
        unheld: parameters that want a gradient and that no optimizer holds.
        unused: layers that never ran, as (name, class, place).
        stray: layers with parameters that ran within it and are not among its own, as (class, place).
        head: the last layer with weights that ran.
    """

    name: str
    place: Place | None
    parameters: int
    unmoved: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    unheld: tuple[str, ...] = ()
    unused: tuple[tuple[str, str, Place | None], ...] = ()
    stray: tuple[tuple[str, Place | None], ...] = ()
    head: Place | None = None


@dataclass
class ModeCall:
    """`model.train()` (value true) or `model.eval()`."""

    model: int | None
    place: Place
    at: int
    value: bool


@dataclass
class StateSeen:
    """A network's state that was taken or loaded; `chosen` where it is taken only if one number exceeds another."""

    place: Place
    at: int
    taken: bool
    chosen: bool
