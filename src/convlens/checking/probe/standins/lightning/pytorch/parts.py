"""What the Trainer is made of: schedules, means, modes, and calls that may take fewer arguments."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader


@dataclass
class Schedule:
    """A scheduler, and when it is stepped."""

    scheduler: Any
    interval: str = "epoch"
    frequency: int = 1
    monitor: str | None = None
    name: str | None = None
    strict: bool = True
    reduce_on_plateau: bool = False


class Means:
    """The numbers of an epoch, weighted by the sizes of their batches."""

    def __init__(self) -> None:
        self._sums: dict[str, tuple[float, float]] = {}
        self._metrics: dict[str, Any] = {}

    def add(self, name: str, value: Any, weight: float) -> None:
        """A number of one batch, or a metric that counts by itself."""
        if hasattr(value, "compute"):
            self._metrics[name] = value
            return
        total, count = self._sums.get(name, (0.0, 0.0))
        self._sums[name] = total + float(value) * weight, count + weight

    def take(self) -> dict[str, Tensor]:
        """The means, which begin anew."""
        found = {name: torch.tensor(total / count) for name, (total, count) in self._sums.items() if count}
        for name, metric in self._metrics.items():
            found[name] = torch.as_tensor(metric.compute())
            metric.reset()
        self.__init__()  # type: ignore[misc]
        return found


@contextmanager
def evaluation_mode(model: nn.Module) -> Iterator[None]:
    """Evaluation mode within, and the modes of before afterwards."""
    before = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in before:
            module.training = training


def take(function: Callable[..., Any], *args: Any) -> Any:
    """Call a function with as many of the arguments as it takes."""
    parameters = inspect.signature(function).parameters.values()
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return function(*args)
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return function(*args[: len(places)])


def listed(value: Any) -> list[Any]:
    """Several things, given one, several or none."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def first(loaders: Any) -> Any:
    """The loader, or the first of several."""
    if isinstance(loaders, DataLoader):
        return loaders
    values = list(loaders.values()) if isinstance(loaders, dict) else loaders
    return values[0] if isinstance(values, list | tuple) else values


def made(source: Any, name: str) -> Any:
    """What a module's or a data module's own method gives, where it has it."""
    method = getattr(source, name, None)
    return method() if method is not None else None


def size(batch: Any) -> int:
    """How many items a batch has."""
    if isinstance(batch, dict):
        batch = list(batch.values())
    first = batch[0] if isinstance(batch, list | tuple) and batch else batch
    return len(first) if isinstance(first, Tensor) and first.ndim else 1
