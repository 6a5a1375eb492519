"""Progress of a training run: a moving line in a terminal, plain lines elsewhere."""

import time
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn

from convlens.images.dataset import ImageData
from convlens.training.observer import Observer, StepSeen, ValidationSeen

_HEADER = "  epoch    loss   val. loss   val. accuracy       rate   pictures/s   time left"
_REDRAW_SECONDS = 0.25


class TrainingProgress(Observer):
    """Shows epoch, loss, validation accuracy, learning rate, pictures per second and the time left.

    A context manager: the moving line disappears at its end, the lines of the validations stay.
    """

    def __init__(self, folder: Path, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        self.folder = folder
        self.bar: Progress | None = None
        self.loading_what = ""
        self.drawn_at = 0.0
        # (time, pictures seen since then) of the last steps, for a rate that follows the machine.
        self.recent: deque[tuple[float, int]] = deque(maxlen=200)
        self.first = (0.0, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end_bar()

    def note(self, text: str) -> None:
        """Print a sentence."""
        self.console.print(f"[yellow]note:[/] {escape(text)}", soft_wrap=True)

    def loading(self, description: str, done: int, total: int) -> None:
        """Show a bar while data is loaded; in a pipe, say once what is being done."""
        is_new = description != self.loading_what
        self.loading_what = description
        if is_new and not self.console.is_terminal:
            self.console.print(escape(description), soft_wrap=True)
        elif is_new:
            self._end_bar()
            self._begin_bar(
                total, TextColumn(escape(description)), BarColumn(), TextColumn("{task.percentage:>3.0f} %")
            )
        self._move_bar(done, "")

    def loaded(self, data: ImageData) -> None:
        """Print what the data holds: splits, shape, classes with their counts, and what deserves a note."""
        self._end_bar()
        channels, height, width = data.picture_shape
        self.console.print(
            f"[b]{escape(data.name)}[/]: {data.train.size:,} pictures to train on, {data.validation.size:,} to "
            f"validate, {data.test.size:,} to test; each {channels} x {height} x {width}",
            soft_wrap=True,
        )
        named = ", ".join(f"{name} {train:,}" for name, (train, _, _) in data.counts.items())
        self.console.print(escape(f"{len(data.classes)} classes: {named}"), soft_wrap=True)
        for note in data.notes:
            self.note(note)

    def step(self, seen: StepSeen) -> None:
        """Move the bar on."""
        now = time.monotonic()
        if not self.recent:
            self._begin_training(seen, now)
            self.recent.append((now, 0))  # the first step's own time is not known
        else:
            self.recent.append((now, self.recent[-1][1] + seen.pictures))
        if now - self.drawn_at > _REDRAW_SECONDS:
            self.drawn_at = now
            self._move_bar(
                seen.step,
                f"epoch {seen.epoch:.2f}  loss {seen.loss:.3f}  rate {seen.learning_rate:.2e}  "
                f"{self._speed():,.0f} pictures/s",
            )

    def validation(self, seen: ValidationSeen) -> None:
        """Print one line; a star marks the best so far."""
        star = "*" if seen.is_best else " "
        self.console.print(
            f"{seen.epoch:7.2f} {seen.train_loss:7.3f} {seen.loss:11.3f} {100 * seen.accuracy:13.2f} %{star}"
            f"{seen.learning_rate:10.2e} {self._speed():12,.0f} {_clock(self._seconds_left(seen)):>11}"
        )

    def _begin_training(self, seen: StepSeen, now: float) -> None:
        self._end_bar()
        self.first = (now, seen.step)
        self.console.print(f"training for {seen.steps:,} steps in {escape(str(self.folder))}", soft_wrap=True)
        self.console.print(_HEADER, style="bold")
        if self.console.is_terminal:
            self._begin_bar(seen.steps, BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())

    def _speed(self) -> float:
        (begun, before), (now, pictures) = self.recent[0], self.recent[-1]
        return (pictures - before) / (now - begun) if now > begun else 0.0

    def _seconds_left(self, seen: ValidationSeen) -> float:
        # Over the whole time, validations included: that is what the rest will cost too.
        begun, first = self.first
        return (time.monotonic() - begun) / max(seen.step - first, 1) * (seen.steps - seen.step)

    def _begin_bar(self, total: int, *columns: ProgressColumn) -> None:
        self.bar = Progress(*columns, console=self.console, transient=True, refresh_per_second=4)
        self.bar.add_task("", total=total or None)
        self.bar.start()

    def _move_bar(self, done: int, text: str) -> None:
        if self.bar is not None:
            self.bar.update(self.bar.task_ids[0], completed=done, description=text)

    def _end_bar(self) -> None:
        if self.bar is not None:
            self.bar.stop()
        self.bar = None


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
