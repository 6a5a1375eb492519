"""A stand-in for Accelerate on one processor: everything is handed back as it came."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

__version__ = "1.0.0"


class Accelerator:
    """One process, no mixed precision; gradients are accumulated as asked."""

    def __init__(self, *_: Any, gradient_accumulation_steps: int = 1, **__: Any) -> None:
        self.device = torch.device("cpu")
        self.is_main_process = self.is_local_main_process = self.is_last_process = True
        self.num_processes, self.process_index, self.local_process_index = 1, 0, 0
        self.gradient_accumulation_steps, self._batches = gradient_accumulation_steps, 0
        self.sync_gradients, self.optimizer_step_was_skipped, self.mixed_precision = True, False, "no"

    def prepare(self, *objects: Any, **_: Any) -> Any:
        """The same objects; one alone is not put into a tuple."""
        for one in objects:
            if self.gradient_accumulation_steps > 1 and isinstance(one, Optimizer | LRScheduler):
                self._let_wait(one)
        return objects[0] if len(objects) == 1 else objects

    prepare_model = prepare_optimizer = prepare_scheduler = prepare_data_loader = prepare

    def _let_wait(self, one: Any) -> None:
        """While gradients are gathered, steps and clearing do nothing."""

        def waiting(method: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(method)
            def called(*args: Any, **kwargs: Any) -> Any:
                return method(*args, **kwargs) if self.sync_gradients else None

            return called

        one.step = waiting(one.step)
        if isinstance(one, Optimizer):
            one.zero_grad = waiting(one.zero_grad)  # type: ignore[method-assign]

    def backward(self, loss: Tensor, **_: Any) -> None:
        """The gradients of the loss."""
        (loss / self.gradient_accumulation_steps if self.gradient_accumulation_steps > 1 else loss).backward()

    def gather(self, tensor: Any) -> Any:
        """There is only this process."""
        return tensor

    def unwrap_model(self, model: Any, *_: Any, **__: Any) -> Any:
        """It was never wrapped."""
        return model

    gather_for_metrics = reduce = pad_across_processes = unwrap_model

    def clip_grad_norm_(self, parameters: Any, max_norm: float, norm_type: float = 2.0) -> Tensor | None:
        """As PyTorch's own, when a step is made."""
        return nn.utils.clip_grad_norm_(parameters, max_norm, norm_type) if self.sync_gradients else None

    def clip_grad_value_(self, parameters: Any, clip_value: float) -> None:
        """As PyTorch's own, when a step is made."""
        if self.sync_gradients:
            nn.utils.clip_grad_value_(parameters, clip_value)

    def print(self, *words: Any) -> None:
        """Print."""
        print(*words)

    def wait_for_everyone(self, *_: Any, **__: Any) -> None:
        """Nobody else is there."""

    free_memory = end_training = log = init_trackers = save_state = load_state = wait_for_everyone
    register_for_checkpointing = wait_for_everyone

    def save(self, obj: Any, file: Any, **_: Any) -> None:
        """As PyTorch's own."""
        torch.save(obj, file)

    def get_state_dict(self, model: Any, **_: Any) -> Any:
        """As PyTorch's own."""
        return model.state_dict()

    def on_main_process(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """This is the main process."""
        return function

    on_local_main_process = on_last_process = on_main_process

    @contextmanager
    def autocast(self, *_: Any, **__: Any) -> Iterator[None]:
        """In full precision."""
        yield

    main_process_first = local_main_process_first = no_sync = join_uneven_inputs = profile = autocast

    @contextmanager
    def accumulate(self, *_: Any) -> Iterator[None]:
        """Counts the batches."""
        self._batches += 1
        self.sync_gradients = self._batches % self.gradient_accumulation_steps == 0
        yield


def notebook_launcher(function: Callable[..., Any], args: Any = (), **_: Any) -> None:
    """Call a function in this process."""
    function(*args)
