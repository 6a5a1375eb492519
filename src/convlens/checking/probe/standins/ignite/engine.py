"""Engines that run a step for every batch, and the handlers that hang on their events."""

import enum
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from convlens.checking.probe.standins import turns

from .utils import call

Filter = Callable[["Engine", int], bool]


class Filtered:
    """An event that only sometimes counts."""

    def __init__(self, event: "Events", counts: Filter) -> None:
        self.event, self.counts = event, counts

    def __or__(self, other: Any) -> "Several":
        return Several([self, *_events(other)])


class Several:
    """Any of several events."""

    def __init__(self, events: list[Any]) -> None:
        self.events = events

    def __or__(self, other: Any) -> "Several":
        return Several([*self.events, *_events(other)])


class Events(enum.Enum):
    """What happens in a run."""

    STARTED = "started"
    EPOCH_STARTED = "epoch_started"
    GET_BATCH_STARTED = "get_batch_started"
    GET_BATCH_COMPLETED = "get_batch_completed"
    ITERATION_STARTED = "iteration_started"
    ITERATION_COMPLETED = "iteration_completed"
    EPOCH_COMPLETED = "epoch_completed"
    COMPLETED = "completed"
    TERMINATE = "terminate"
    EXCEPTION_RAISED = "exception_raised"

    def __call__(
        self, event_filter: Filter | None = None, every: int | None = None, once: Any = None,
        before: int | None = None, after: int | None = None,
    ) -> Filtered:  # fmt: skip
        """The event at some of its times: every so many, once, up to or from a number on."""
        times = [once] if isinstance(once, int) else list(once or [])

        def counts(engine: "Engine", number: int) -> bool:
            if event_filter is not None:
                return event_filter(engine, number)
            late = after is None or number > after
            fits = (every is None or number % every == 0) and (not times or number in times)
            return fits and late and (before is None or number < before)

        return Filtered(self, counts)

    def __or__(self, other: Any) -> Several:
        return Several([self, *_events(other)])


def _events(event: Any) -> list[Any]:
    return event.events if isinstance(event, Several) else [event]


class State:
    """Where a run stands."""

    def __init__(self) -> None:
        self.epoch = self.iteration = 0
        self.max_epochs = self.epoch_length = 0
        self.output: Any = None
        self.batch: Any = None
        self.dataloader: Any = None
        self.metrics: dict[str, Any] = {}
        self.times: dict[str, float] = {}


class Engine:
    """Calls a step for every batch of every epoch."""

    def __init__(self, process_function: Callable[["Engine", Any], Any]) -> None:
        self.process_function, self.state = process_function, State()
        self.logger: Any = None
        self.should_terminate = self._ends_epoch = False
        self._handlers: list[tuple[Events, Filter | None, Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = []

    def on(self, event: Any, *args: Any, **kwargs: Any) -> Callable[[Any], Any]:
        """A decorator that hangs a function on an event."""

        def decorated(function: Any) -> Any:
            self.add_event_handler(event, function, *args, **kwargs)
            return function

        return decorated

    def add_event_handler(self, event: Any, handler: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Hang a function on an event; it gets the engine first, if it takes it."""
        for one in _events(event):
            known, counts = (one.event, one.counts) if isinstance(one, Filtered) else (one, None)
            self._handlers.append((known, counts, handler, args, kwargs))

    def has_event_handler(self, handler: Any, event: Any = None) -> bool:
        """Whether a function hangs here."""
        return any(one == handler and event in (None, known) for known, _, one, _, _ in self._handlers)

    def remove_event_handler(self, handler: Any, event: Any) -> None:
        """Take a function off."""
        self._handlers = [entry for entry in self._handlers if entry[2] != handler or entry[0] != event]

    def fire_event(self, event: Events) -> None:
        """Call what hangs on an event."""
        by_epoch = event in (Events.EPOCH_STARTED, Events.EPOCH_COMPLETED)
        number = self.state.epoch if by_epoch else self.state.iteration
        for known, counts, handler, args, kwargs in list(self._handlers):
            if known is event and (counts is None or counts(self, number)):
                call(handler, self, *args, **kwargs)

    def terminate(self, *_: Any, **__: Any) -> None:
        """End the run after this batch."""
        self.should_terminate = True

    def terminate_epoch(self, *_: Any, **__: Any) -> None:
        """End the epoch after this batch."""
        self._ends_epoch = True

    def run(self, data: Any = None, max_epochs: int | None = None, epoch_length: int | None = None, **_: Any) -> State:
        """All epochs over the data."""
        state, self.should_terminate = self.state, False
        state.max_epochs, state.dataloader, state.epoch, state.iteration = max_epochs or 1, data, 0, 0
        state.epoch_length = epoch_length or (len(data) if hasattr(data, "__len__") else 0)
        self.fire_event(Events.STARTED)
        for epoch in turns(range(1, state.max_epochs + 1)):
            state.epoch, self._ends_epoch = epoch, False
            self.fire_event(Events.EPOCH_STARTED)
            self._batches(data if data is not None else range(state.epoch_length), epoch_length)
            self.fire_event(Events.EPOCH_COMPLETED)
            if self.should_terminate:
                break
        self.fire_event(Events.COMPLETED)
        return state

    def _batches(self, data: Any, length: int | None) -> None:
        state = self.state
        for index, batch in turns(enumerate(data)):
            state.batch, state.iteration = batch, state.iteration + 1
            self.fire_event(Events.ITERATION_STARTED)
            state.output = self.process_function(self, state.batch)
            self.fire_event(Events.ITERATION_COMPLETED)
            if self.should_terminate or self._ends_epoch or (length is not None and index + 1 >= length):
                return


def _prepared(batch: Any, **_: Any) -> tuple[Any, Any]:
    return batch[0], batch[1]


def create_supervised_trainer(
    model: nn.Module, optimizer: Any, loss_fn: Any, device: Any = None, non_blocking: bool = False,
    prepare_batch: Any = None, output_transform: Any = None, deterministic: bool = False,
    gradient_accumulation_steps: int = 1, **_: Any,
) -> Engine:  # fmt: skip
    """An engine that clears, computes and applies gradients."""
    prepare = prepare_batch or _prepared

    def update(engine: Engine, batch: Any) -> Any:
        if (engine.state.iteration - 1) % gradient_accumulation_steps == 0:
            optimizer.zero_grad()
        model.train()
        x, y = prepare(batch, device=device, non_blocking=non_blocking)
        y_pred = model(x)
        loss = loss_fn(y_pred, y)
        (loss / gradient_accumulation_steps if gradient_accumulation_steps > 1 else loss).backward()
        if engine.state.iteration % gradient_accumulation_steps == 0:
            optimizer.step()
        return output_transform(x, y, y_pred, loss) if output_transform else loss.item()

    return Engine(update)


def create_supervised_evaluator(
    model: nn.Module, metrics: dict[str, Any] | None = None, device: Any = None, non_blocking: bool = False,
    prepare_batch: Any = None, output_transform: Any = None, **_: Any,
) -> Engine:  # fmt: skip
    """An engine that scores in evaluation mode, without gradients."""
    prepare = prepare_batch or _prepared

    def update(engine: Engine, batch: Any) -> Any:
        model.eval()
        with torch.no_grad():
            x, y = prepare(batch, device=device, non_blocking=non_blocking)
            y_pred = model(x)
        return output_transform(x, y, y_pred) if output_transform else (y_pred, y)

    engine = Engine(update)
    for name, metric in (metrics or {}).items():
        metric.attach(engine, name)
    return engine
