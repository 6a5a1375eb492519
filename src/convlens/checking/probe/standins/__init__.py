"""Stand-ins for packages that a script imports and that are not here, as far as training scripts use them.

Each folder is imported under its own name, as `torchvision` for instance, and never as a part of convlens.
"""

import builtins
from collections.abc import Iterable, Iterator
from typing import TypeVar

from convlens.checking.probe.rewriting import LOOP

T = TypeVar("T")


def turns(iterable: Iterable[T]) -> Iterator[T]:
    """The turns of a loop over epochs that a framework makes for a script; as many as the script's own loop would get.

    A framework's loop stands in no file of the person, so that it is not rewritten as those are.
    """
    made: Iterator[T] = vars(builtins).get(LOOP, iter)(iterable)
    return made
