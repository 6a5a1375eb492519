"""From a run's log to its learning curves: loss, validation accuracy and learning rate over the same steps."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from convlens.report.charts import WIDTH, Chart, Curve, Point, Scale, Tick, area, corners, line, thin, x_ticks, y_axis

# Enough for a smooth line on a page, and so that 40,000 steps do not fill the file.
_STRETCHES, _CORNERS = 60, 400
# The share of a run whose losses are too high to be drawn with the rest.
_BEGINNING = 0.1


class Validation(NamedTuple):
    """One pass over the validation pictures, as the log has it. `seconds` of training until then."""

    step: int
    epoch: float
    accuracy: float
    loss: float
    train_loss: float
    seconds: float


@dataclass(frozen=True)
class Log:
    """A run's log, by columns."""

    steps: Sequence[int]
    losses: Sequence[float]
    rates: Sequence[float]
    validations: Sequence[Validation]

    @property
    def last_step(self) -> int:
        """The number of steps; at least 1, so that it can stand under a fraction."""
        return max([1, *self.steps, *(seen.step for seen in self.validations)])

    @property
    def steps_per_epoch(self) -> float | None:
        """How many steps an epoch has; None where no validation tells."""
        return next((seen.step / seen.epoch for seen in reversed(self.validations) if seen.epoch > 0), None)


def read_log(records: Iterable[Mapping[str, Any]]) -> Log:
    """Sort the records of `log.jsonl`; what is not a finite number is left out."""
    steps, validations = [], []
    for record in records:
        if "validation_accuracy" in record:
            columns = ("step", "epoch", "validation_accuracy", "validation_loss", "train_loss", "seconds")
            seen = Validation(*(record[name] for name in columns))
            if all(math.isfinite(value) for value in seen):
                validations.append(seen)
        elif math.isfinite(record["loss"]) and math.isfinite(record["learning_rate"]):
            steps.append((record["step"], record["loss"], record["learning_rate"]))
    return Log(
        steps=[step for step, _, _ in steps],
        losses=[loss for _, loss, _ in steps],
        rates=[rate for _, _, rate in steps],
        validations=validations,
    )


class LearningCurves:
    """The three charts of a log, on one x axis. `best_step` is the one whose weights were kept."""

    def __init__(self, log: Log, best_step: int | None) -> None:
        self.log = log
        self.best = next((seen for seen in log.validations if seen.step == best_step), None)
        self.across = Scale(0, log.last_step, 0.0, WIDTH)
        per_epoch = log.steps_per_epoch
        self.unit = "epoch" if per_epoch else "step"
        self.x_ticks = x_ticks(0, log.last_step / (per_epoch or 1))

    def loss(self) -> Chart:
        """Training loss, as a line through its noise, and validation loss, as points."""
        log, height = self.log, 240.0
        stretches = thin(log.steps, log.losses, _STRETCHES)
        # The fall of the first steps goes beyond the top: beside it nothing else could be told apart.
        late = [part.mean for part in stretches if part.step >= _BEGINNING * log.last_step]
        scale, ticks = y_axis(0.0, max(late + [seen.loss for seen in log.validations], default=1.0) or 1.0, height)
        upper = [(self.across(part.step), scale(part.high)) for part in stretches]
        lower = [(self.across(part.step), scale(part.low)) for part in stretches]
        middle = [(self.across(part.step), scale(part.mean)) for part in stretches]
        validated = [(self.across(seen.step), scale(seen.loss)) for seen in log.validations]
        return self._chart(
            "loss",
            "Loss over the steps of training",
            _fall("Training loss", log.losses) + _fall("Validation loss", [seen.loss for seen in log.validations]),
            height,
            ticks,
            curves=[
                Curve("training band", area(upper, lower)),
                Curve("training", line(middle)),
                Curve("validation", line(validated)),
            ],
            points=[
                self._point(seen, scale(seen.loss), f"validation loss {seen.loss:.4f}") for seen in log.validations
            ],
        )

    def accuracy(self) -> Chart | None:
        """Validation accuracy; None for a run without a validation."""
        seen_all, height = self.log.validations, 200.0
        if not seen_all:
            return None
        lowest, highest = min(seen.accuracy for seen in seen_all), max(seen.accuracy for seen in seen_all)
        if highest - lowest < 0.01:  # a flat line is shown as one, and no chart goes beyond 100 %
            lowest, highest = max(0.0, lowest - 0.02), min(1.0, highest + 0.02)
        scale, ticks = y_axis(lowest, highest, height, about=4, percent=True)
        validated = [(self.across(seen.step), scale(seen.accuracy)) for seen in seen_all]
        first, last = seen_all[0], seen_all[-1]
        best = f" The best is {100 * self.best.accuracy:.2f} % at step {self.best.step:,}." if self.best else ""
        return self._chart(
            "accuracy",
            "Validation accuracy over the steps of training",
            f"Validation accuracy goes from {100 * first.accuracy:.2f} % to {100 * last.accuracy:.2f} %.{best}",
            height,
            ticks,
            curves=[Curve("validation", line(validated))],
            points=[
                self._point(seen, scale(seen.accuracy), f"validation accuracy {100 * seen.accuracy:.2f} %")
                for seen in seen_all
            ],
        )

    def rate(self) -> Chart:
        """The learning rate of every step."""
        log, height = self.log, 110.0
        scale, ticks = y_axis(0.0, max(log.rates, default=1.0) or 1.0, height, about=2)
        points = [(self.across(step), scale(rate)) for step, rate in zip(log.steps, log.rates, strict=True)]
        ends = f"The learning rate begins at {log.rates[0]:.3g} and ends at {log.rates[-1]:.3g}." if log.rates else ""
        return self._chart(
            "rate",
            "Learning rate over the steps of training",
            ends,
            height,
            ticks,
            curves=[Curve("rate", line(corners(points, _CORNERS)))],
        )

    def _chart(
        self,
        name: str,
        title: str,
        description: str,
        height: float,
        y_ticks: Sequence[Tick],
        *,
        curves: Sequence[Curve],
        points: Sequence[Point] = (),
    ) -> Chart:
        rule = self._percent(self.best.step) if self.best else None
        return Chart(name, title, description, height, self.x_ticks, y_ticks, curves, points, rule)

    def _point(self, seen: Validation, y: float, what: str) -> Point:
        kind = "best" if seen is self.best else "validation"
        return Point(kind, self._percent(seen.step), round(y, 1), f"epoch {seen.epoch:.2f}: {what}")

    def _percent(self, step: int) -> float:
        return round(100 * self.across(step) / WIDTH, 2)


def _fall(what: str, values: Sequence[float]) -> str:
    return f"{what} goes from {values[0]:.3f} to {values[-1]:.3f}. " if values else ""
