"""Loops that a framework runs itself: what Lightning and Ignite do around a user's steps."""

from collections.abc import Callable
from typing import Literal

from convlens.checking.events import Loop, LoopEntered, LoopLeft
from convlens.checking.values import Dataset, Iterating, Loader, Module, Site, Split, Unknown, Value
from convlens.checking.walker import Walker

_TURNS = 2


def turns(walker: Walker, site: Site, body: Callable[[int], None], over: Value | None = None) -> None:
    """Walk the body of a loop twice. With something to walk over each turn is one batch."""
    loader = over.over[0] if isinstance(over, Iterating) and over.over else over
    loop = Loop(site=site, over=over, loader=loader, batches=over is not None, outer=walker.turns)
    walker.emit(LoopEntered(site=site, loop=loop))
    for number in range(_TURNS):
        with walker.turn(loop, number):
            body(number)
    walker.emit(LoopLeft(site=site, loop=loop))


def batches(walker: Walker, over: Value, site: Site, body: Callable[[Value], None]) -> None:
    """Walk what is done with each batch."""

    def turn(number: int) -> None:
        elements, _ = walker.elements(over, site)
        body(elements[0] if elements else Unknown(site=site))

    turns(walker, site, turn, over)


def switch(walker: Walker, module: Module, mode: Literal["train", "eval"] | None) -> None:
    """Set the mode of a network and all below, as a framework does it: nothing in the script stands for it."""
    for part in module.modules():
        walker.memory.write(part.state, "mode", mode)


def unknown_loader(split: Split | None, site: Site) -> Loader:
    """A loader that comes from elsewhere."""
    return Loader(site=site, opaque=True, dataset=Dataset(site=site, split=split))
