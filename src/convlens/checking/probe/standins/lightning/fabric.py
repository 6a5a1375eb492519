"""Fabric: everything is handed back as it came."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


def seed_everything(seed: int = 0, **_: Any) -> int:
    """Seed PyTorch."""
    torch.manual_seed(seed)
    return seed


class Fabric:
    """One process in full precision."""

    seed_everything = staticmethod(seed_everything)

    def __init__(self, *_: Any, **__: Any) -> None:
        self.device = torch.device("cpu")
        self.world_size, self.global_rank, self.local_rank = 1, 0, 0
        self.is_global_zero = True

    def launch(self, function: Callable[..., Any] | None = None, *args: Any) -> Any:
        """Call a function, if there is one."""
        return function(self, *args) if function is not None else None

    def setup(self, *objects: Any, **_: Any) -> Any:
        """The same objects; one alone is not put into a tuple."""
        return objects[0] if len(objects) == 1 else objects

    setup_module = setup_optimizers = setup_dataloaders = setup

    def backward(self, loss: Tensor, **_: Any) -> None:
        """The gradients of the loss."""
        loss.backward()

    def clip_gradients(self, module: nn.Module, *_: Any, max_norm: float | None = None, **__: Any) -> None:
        """As PyTorch's own."""
        if max_norm is not None:
            nn.utils.clip_grad_norm_(module.parameters(), max_norm)

    def to_device(self, obj: Any) -> Any:
        """Everything is there already."""
        return obj

    all_gather = all_reduce = to_device

    def print(self, *words: Any) -> None:
        """Print."""
        print(*words)

    def log(self, *_: Any, **__: Any) -> None:
        """Nothing is logged."""

    log_dict = barrier = log

    def save(self, path: Any, state: Any, **_: Any) -> None:
        """As PyTorch's own."""
        torch.save(state, path)

    @contextmanager
    def autocast(self) -> Iterator[None]:
        """In full precision."""
        yield

    @contextmanager
    def no_backward_sync(self, *_: Any, **__: Any) -> Iterator[None]:
        """There is nothing to wait for."""
        yield
