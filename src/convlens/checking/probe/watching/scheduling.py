"""Watches schedulers, and looks ahead: to what their schedules would come in a whole training."""

import warnings
from contextlib import suppress
from typing import Any

from torch.optim import lr_scheduler

from convlens.checking.probe.observation import Outlook, SchedulerSeen, SchedulerStep
from convlens.checking.probe.watching.book import MOST_FACTS, Book

_NUMBERS = ("step_size", "T_max", "T_0", "total_steps", "total_size", "gamma", "patience")
_IDLE = 1e-9
"""A rate at which nothing is learned."""
_FARTHEST = 20_000
"""Steps that are looked ahead."""


class ScheduleWatch:
    """Patches schedulers."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._schedulers: list[Any] = []
        self._inside = 0

    def install(self) -> None:
        """Patch the classes."""
        for kind in vars(lr_scheduler).values():
            if isinstance(kind, type) and issubclass(kind, lr_scheduler.LRScheduler):
                self._patch(kind)

    def look_ahead(self) -> None:
        """Step each schedule on as the script would have done without cuts; at the end, since it changes them."""
        self._inside += 1
        for number, scheduler in enumerate(self._schedulers):
            steps = self._steps_in_all(number)
            if steps is not None and not isinstance(scheduler, lr_scheduler.ReduceLROnPlateau):
                self._book.observation.schedulers[number].outlook = self._outlook(number, scheduler, steps)

    def _steps_in_all(self, number: int) -> int | None:
        """How often a scheduler is stepped in a whole training; None where that cannot be told."""
        seen = self._book.observation
        steps = [step for step in seen.scheduler_steps if step.scheduler == number]
        loops = [cut for cut in seen.cut if cut.kind == "epochs" and steps and cut.at > steps[0].at]
        if not loops or not loops[0].asked:
            return None
        epochs, given = loops[0].asked, loops[0].given
        within = [seen.passes[step.in_pass] for step in steps if step.in_pass is not None]
        if not within:
            return len(steps) * epochs // given
        batches = sum(len(one.sizes) for one in seen.passes if any(one is other for other in within))
        if len(within) != len(steps) or len(within) != batches:
            return None
        return seen.loaders[within[0].loader].batches * epochs

    def _outlook(self, number: int, scheduler: Any, steps: int) -> Outlook | None:
        groups = scheduler.optimizer.param_groups
        made = sum(step.scheduler == number for step in self._book.observation.scheduler_steps)
        used = [rate for step in self._book.observation.steps for rate in step.rates]
        if steps > _FARTHEST or not used:
            return None
        outlook = Outlook(steps, made, min(used), None, 0)
        with warnings.catch_warnings(), suppress(ValueError, IndexError, ZeroDivisionError):
            warnings.simplefilter("ignore")
            while outlook.made < steps:
                rates = [float(group["lr"]) for group in groups]
                outlook.lowest = min(outlook.lowest, *rates)
                if min(rates) < 0 and outlook.below is None:
                    outlook.below = outlook.made
                outlook.idle += max(rates) < _IDLE
                scheduler.step()
                outlook.made += 1
        return outlook

    def _patch(self, kind: Any) -> None:
        """A constructor steps by itself, and one scheduler may drive another: only the outermost call counts."""
        watch = self
        if "__init__" in vars(kind):
            make = kind.__init__

            def init(scheduler: Any, *args: Any, **kwargs: Any) -> None:
                watch._inside += 1
                try:
                    make(scheduler, *args, **kwargs)
                finally:
                    watch._inside -= 1
                if watch._inside == 0:
                    watch._note_scheduler(scheduler)

            kind.__init__ = init
        if "step" in vars(kind):
            step = kind.step

            def stepped(scheduler: Any, *args: Any, **kwargs: Any) -> Any:
                if watch._inside == 0:
                    watch._note_scheduler_step(scheduler, bool(args or kwargs.get("metrics") is not None))
                watch._inside += 1
                try:
                    return step(scheduler, *args, **kwargs)
                finally:
                    watch._inside -= 1

            kind.step = stepped

    def _note_scheduler(self, scheduler: Any) -> None:
        book, place = self._book, self._book.place()
        if place is None:
            return
        numbers = {
            name: float(value) for name in _NUMBERS if isinstance(value := getattr(scheduler, name, None), int | float)
        }
        groups = getattr(getattr(scheduler, "optimizer", None), "param_groups", [{}])
        numbers |= {"max_lr": float(groups[0]["max_lr"])} if "max_lr" in groups[0] else {}
        self._schedulers.append(scheduler)
        book.observation.schedulers.append(SchedulerSeen(type(scheduler).__name__, place, book.now(), numbers))

    def _note_scheduler_step(self, scheduler: Any, with_metric: bool) -> None:
        book = self._book
        number = next((n for n, known in enumerate(self._schedulers) if known is scheduler), None)
        if number is None or len(book.observation.scheduler_steps) >= MOST_FACTS:
            return
        # What a framework steps is edited where it was made.
        place = book.observation.schedulers[number].place if book.by_framework() else book.place()
        if place is not None:
            seen = SchedulerStep(number, place, book.now(), book.pass_number(), with_metric)
            book.observation.scheduler_steps.append(seen)
