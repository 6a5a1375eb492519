"""Where things stand in a person's files: the lines on which layers are made, and the lines that call."""

import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import torch
from torch import nn

from convlens.byhand.facts import Site, Sites

_TORCH = str(Path(torch.__file__).parent)
_HERE = str(Path(__file__).parent)
_RUNNERS = ("_run", "_make")
"""The functions here that run a person's code; who calls them has no part in the network."""
_LIBRARIES = tuple({sysconfig.get_paths()[key] for key in ("stdlib", "platstdlib")})


@cache
def is_own_file(name: str) -> bool:
    """Whether a code object's file was written by the person: not by Python, PyTorch, a package, or this one."""
    if name.startswith("<") or name.startswith((_TORCH, _HERE)) or "site-packages" in name or "dist-packages" in name:
        return False
    return not name.startswith(_LIBRARIES)


def sites_of_call(frame: FrameType | None, made: object = None) -> Sites:
    """The own places on the stack from `frame` outwards, innermost first.

    Args:
        frame: the innermost frame to look at.
        made: an object under construction; its own constructors are not the place that makes it.
    """
    found = []
    while frame is not None:
        code = frame.f_code
        if code.co_name in _RUNNERS and code.co_filename.startswith(_HERE):
            break
        constructs = made is not None and code.co_name == "__init__" and frame.f_locals.get(code.co_varnames[0]) is made
        if is_own_file(code.co_filename) and not constructs:
            found.append(Site(code.co_filename, frame.f_lineno))
        frame = frame.f_back
    return tuple(found)


def sites_of_error(traceback: TracebackType | None) -> Sites:
    """The own places that an exception went through, innermost first."""
    found = []
    while traceback is not None:
        if is_own_file(traceback.tb_frame.f_code.co_filename):
            found.append(Site(traceback.tb_frame.f_code.co_filename, traceback.tb_lineno))
        traceback = traceback.tb_next
    return tuple(reversed(found))


class Definitions:
    """For each module that was made while `recording`, the places that made it."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[nn.Module, Sites]] = {}  # the module is kept, so that its id stays its own

    def of(self, module: nn.Module) -> Sites:
        """Where a module was made; empty when that was not seen."""
        made = self._made.get(id(module))
        return made[1] if made is not None and made[0] is module else ()

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record every module made within."""
        original = nn.Module.__init__

        def recorded(module: nn.Module, *args: Any, **kwargs: Any) -> None:
            self._made[id(module)] = (module, sites_of_call(sys._getframe(1), made=module))
            original(module, *args, **kwargs)

        nn.Module.__init__ = recorded  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            nn.Module.__init__ = original  # type: ignore[method-assign]
