"""What the processes have in common that run a person's file apart: a quick start, and limits of time and memory."""

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any


def load_torch() -> None:
    """Load PyTorch without its compiler, which takes longer to load than all the rest; the file's models go without.

    The rest of PyTorch asks `torch._dynamo` for two functions only. Whoever asks for more gets the whole.
    """
    import torch

    class Postponed(ModuleType):
        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            del sys.modules[self.__name__]
            return getattr(importlib.import_module(self.__name__), name)

    postponed = Postponed("torch._dynamo")
    postponed.disable = lambda fn=None, recursive=True, **_: fn  # type: ignore[attr-defined]
    postponed.graph_break = lambda *_, **__: None  # type: ignore[attr-defined]
    sys.modules.setdefault(postponed.__name__, postponed)
    torch.compile = lambda model=None, **_: (lambda fn: fn) if model is None else model  # type: ignore[assignment]
    torch.set_num_threads(1)


def limit(seconds: int, size: int) -> None:
    """Limit this process, where the system can.

    Args:
        seconds: of the processor's time.
        size: bytes of memory, beyond what is in use now.
    """
    try:
        import resource
    except ImportError:  # Windows; the time is watched from outside as well
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:  # no such file outside Linux, where address space is not limited reliably either
        return
    in_use = pages * resource.getpagesize()  # PyTorch itself, whose libraries take much address space
    resource.setrlimit(resource.RLIMIT_AS, (in_use + size, in_use + size))
