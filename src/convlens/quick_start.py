"""What makes PyTorch quick in a process of our own: its compiler stays unloaded, and memory is kept for the next step.

Both change the whole process, so none of it is for a caller's.
"""

import ctypes
import importlib
import sys
from types import ModuleType
from typing import Any


def postpone_compiler() -> None:
    """Let PyTorch load its compiler when it is used, and not for the two functions that optimizers ask of it.

    Those mark what the compiler has to leave alone, which means nothing until there is one. Whoever asks for more, as
    `torch.compile` does, gets the whole.
    """

    class Postponed(ModuleType):
        def __getattr__(self, name: str) -> Any:
            if name.startswith("__") and name != "__path__":  # that is asked for when a part of it is imported
                raise AttributeError(name)
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
            return getattr(importlib.import_module(self.__name__), name)

    postponed = Postponed("torch._dynamo")
    postponed.disable = lambda fn=None, recursive=True, **_: fn  # type: ignore[attr-defined]
    postponed.graph_break = lambda *_, **__: None  # type: ignore[attr-defined]
    sys.modules.setdefault(postponed.__name__, postponed)


# From glibc's <malloc.h>.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


def keep_memory() -> None:
    """Let glibc keep the memory that one step frees for the next one, instead of giving it back to the system.

    A step's feature maps have a few megabytes each. Handed back and asked for anew, the system clears every page of
    them again: thousands of page faults a step, a tenth to a fifth of `swift`'s time. Where the C library is another
    one, nothing happens.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    # The second is the most that glibc before 2.34 takes. Without either the other setting would do harm.
    if set_option is not None and any(set_option(_M_MMAP_THRESHOLD, most) for most in (1 << 30, 32 << 20)):
        set_option(_M_TRIM_THRESHOLD, (1 << 31) - 1)
