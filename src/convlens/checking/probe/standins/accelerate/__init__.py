"""A stand-in for Accelerate on one processor: everything is handed back as it came."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


class Accelerator:
    """One process, no mixed precision; gradients are accumulated as asked."""

    def __init__(self, *_: Any, gradient_accumulation_steps: int = 1, **__: Any) -> None:
        self.device = torch.device("cpu")
        self.is_main_process = self.is_local_main_process = True
        self.num_processes, self.process_index = 1, 0
        self.gradient_accumulation_steps, self._batches = gradient_accumulation_steps, 0
        self.sync_gradients = True

    def prepare(self, *objects: Any, **_: Any) -> Any:
        """The same objects; one alone is not put into a tuple."""
        return objects[0] if len(objects) == 1 else objects

    def backward(self, loss: Tensor, **_: Any) -> None:
        """The gradients of the loss."""
        (loss / self.gradient_accumulation_steps).backward()

    def gather(self, tensor: Any) -> Any:
        """There is only this process."""
        return tensor

    gather_for_metrics = reduce = unwrap_model = gather

    def clip_grad_norm_(self, parameters: Any, max_norm: float) -> Tensor:
        """As PyTorch's own."""
        return nn.utils.clip_grad_norm_(parameters, max_norm)

    def print(self, *words: Any) -> None:
        """Print."""
        print(*words)

    def wait_for_everyone(self) -> None:
        """Nobody else is there."""

    free_memory = end_training = wait_for_everyone

    def save(self, obj: Any, file: Any) -> None:
        """As PyTorch's own."""
        torch.save(obj, file)

    @contextmanager
    def autocast(self) -> Iterator[None]:
        """In full precision."""
        yield

    @contextmanager
    def accumulate(self, *_: Any) -> Iterator[None]:
        """Counts the batches."""
        self._batches += 1
        self.sync_gradients = self._batches % self.gradient_accumulation_steps == 0
        yield
