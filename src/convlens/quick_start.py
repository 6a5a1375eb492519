"""PyTorch without its compiler, which takes as long to load as all the rest. For processes of our own only."""

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
