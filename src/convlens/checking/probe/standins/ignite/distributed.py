"""One process: everything is handed back as it came."""

from collections.abc import Callable
from typing import Any

import torch
from torch.utils.data import DataLoader


def auto_model(model: Any, *_: Any, **__: Any) -> Any:
    """The model."""
    return model


auto_optim = auto_model


def auto_dataloader(dataset: Any, **kwargs: Any) -> DataLoader[Any]:
    """As PyTorch's own."""
    return DataLoader(dataset, **kwargs)


def device() -> torch.device:
    """The only one."""
    return torch.device("cpu")


def get_rank() -> int:
    """The only one."""
    return 0


get_local_rank = get_rank


def get_world_size() -> int:
    """One."""
    return 1


def barrier() -> None:
    """Nobody is waited for."""


class Parallel:
    """Calls a function in this process."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __enter__(self) -> "Parallel":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call it as process 0."""
        return function(0, *args, **kwargs)
