"""Watches the step: gradients cleared, computed and applied."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from convlens.checking.probe.observation import BackwardSeen, OptimizerSeen, StepSeen
from convlens.checking.probe.watching.book import MOST_FACTS, Book, name_of_maker
from convlens.checking.probe.watching.scheduling import ScheduleWatch

_LOOKED_AT = 4
"""Parameters of an optimizer whose gradients tell for all; the last ones, which no dead layer cuts off."""


class _Gradients:
    """What is known of the gradients of one optimizer's parameters."""

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.backwards = 0
        self.applied = False  # a step was made with what they hold, and they were not cleared since
        self.stale = False

    @property
    def exist(self) -> bool:
        wanted = [p for group in self.optimizer.param_groups for p in group["params"] if p.requires_grad]
        return any(p.grad is not None and bool(p.grad.any()) for p in wanted[-_LOOKED_AT:])


class StepWatch:
    """Patches optimizers and `backward`."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._known: list[_Gradients] = []
        self.schedules = ScheduleWatch(book)

    def install(self) -> None:
        """Patch the classes."""
        self._patch_optimizers()
        self._patch_backward()
        self.schedules.install()

    def held(self) -> set[int]:
        """The ids of all parameters in optimizers."""
        return {id(p) for known in self._known for group in known.optimizer.param_groups for p in group["params"]}

    def _patch_optimizers(self) -> None:
        original, watch = Optimizer.__init__, self

        def init(optimizer: Optimizer, *args: Any, **kwargs: Any) -> None:
            original(optimizer, *args, **kwargs)
            book = watch._book
            if (place := book.place()) is not None:
                own = {id(p) for group in optimizer.param_groups for p in group["params"]}
                shares = bool(own & watch.held())
                seen = OptimizerSeen(type(optimizer).__name__, place, book.now(), parameters=len(own), shares=shares)
                book.observation.optimizers.append(seen)
                watch._known.append(_Gradients(optimizer))

        Optimizer.__init__ = init  # type: ignore[method-assign, assignment]
        register_optimizer_step_pre_hook(lambda optimizer, *_: self._before_step(optimizer))
        register_optimizer_step_post_hook(lambda optimizer, *_: self._after_step(optimizer))
        clear, clear_model = Optimizer.zero_grad, nn.Module.zero_grad

        def zero_grad(optimizer: Optimizer, *args: Any, **kwargs: Any) -> None:
            number = watch._number(optimizer)
            if number is not None:
                watch._book.observation.optimizers[number].zero_grads += 1
                watch._note_clearing(watch._known[number])
            clear(optimizer, *args, **kwargs)

        def zero_grad_of_model(module: nn.Module, *args: Any, **kwargs: Any) -> None:
            watch._book.spot("model-zero-grad")
            clear_model(module, *args, **kwargs)

        Optimizer.zero_grad = zero_grad  # type: ignore[method-assign, assignment]
        nn.Module.zero_grad = zero_grad_of_model  # type: ignore[method-assign, assignment]

    def _note_clearing(self, known: _Gradients) -> None:
        if known.backwards and known.exist:
            self._book.spot("cleared-before-step")

    def _number(self, optimizer: Optimizer) -> int | None:
        return next((n for n, known in enumerate(self._known) if known.optimizer is optimizer), None)

    def _before_step(self, optimizer: Optimizer) -> None:
        book, number, place = self._book, self._number(optimizer), self._book.place()
        if number is None or place is None or len(book.observation.steps) >= MOST_FACTS:
            return
        known = self._known[number]
        running = book.current()
        with book.quiet():
            rates = tuple(float(group["lr"]) for group in optimizer.param_groups)
            step = StepSeen(
                number, place, book.now(), book.pass_number(), known.backwards, known.exist, known.stale, rates
            )
        book.observation.steps.append(step)
        if running is not None:
            running.seen.steps += 1

    def _after_step(self, optimizer: Optimizer) -> None:
        number = self._number(optimizer)
        if number is not None:
            known = self._known[number]
            known.backwards, known.applied = 0, True

    def _patch_backward(self) -> None:
        original, derive, watch = torch.autograd.backward, torch.autograd.grad, self

        def backward(tensors: Any, *args: Any, **kwargs: Any) -> None:
            with watch._book.quiet():
                for known in watch._known:
                    exists = known.exist
                    known.applied = known.applied and exists
                    known.stale = exists and (known.stale or known.applied)
            before = [id(p.grad) for p in watch._parameters()]
            counts = [p.grad._version for p in watch._parameters() if p.grad is not None]
            original(tensors, *args, **kwargs)
            after = [id(p.grad) for p in watch._parameters()]
            grown = counts != [p.grad._version for p in watch._parameters() if p.grad is not None]
            watch._note_backward(tensors, reached=before != after or grown)

        def grad(*args: Any, **kwargs: Any) -> Any:
            running = watch._book.current()
            if running is not None:  # whoever asks for gradients in a walk does not merely score
                running.seen.backwards += 1
            return derive(*args, **kwargs)

        torch.autograd.backward, torch.autograd.grad = backward, grad

    def _parameters(self) -> Iterator[Tensor]:
        for model in self._book.models:
            yield from model.parameters()

    def _note_backward(self, tensors: Any, reached: bool) -> None:
        book, place = self._book, self._book.place()
        loss = tensors if isinstance(tensors, Tensor) else tensors[0]
        for known in self._known:
            known.backwards += 1
        if place is None or len(book.observation.backwards) >= MOST_FACTS:
            return
        running = book.current()
        if running is not None:
            running.seen.backwards += 1
        batch = running.batch if running is not None else len(book.observation.loose_forwards)
        value = float(loss.detach()) if loss.numel() == 1 else None
        seen = BackwardSeen(place, book.now(), book.pass_number(), name_of_maker(loss), reached, batch, value)
        book.observation.backwards.append(seen)
