"""The arithmetic of a chart: scales, ticks, thinning and paths. `templates/chart.html` draws what is worked out here.

A chart is as wide as the page allows and keeps its height, so that its type has the same size on a telephone and on a
desk: x runs over 0 to 1000 and is stretched, y is in pixels and is not.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

WIDTH = 1000.0
# Ticks may stand a little closer than was asked for: rather seven of them than four.
_CLOSE = 0.85


class Scale(NamedTuple):
    """The straight line that takes low to start and high to end: values to places on the page."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of `value`, beyond the border of the chart for one beyond the range."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


class Tick(NamedTuple):
    """A labelled place on an axis: in pixels on the y axis, in percent of the width on the x axis."""

    at: float
    label: str


class Curve(NamedTuple):
    """A path in the chart's units; `kind` is its CSS class."""

    kind: str
    path: str


class Point(NamedTuple):
    """A dot: x in percent of the width, y in pixels; `label` is shown when one points at it."""

    kind: str
    x: float
    y: float
    label: str


@dataclass(frozen=True)
class Chart:
    """Everything that `templates/chart.html` needs to draw one chart.

    Attributes:
        name: unique on the page; for the ids in it.
        title, description: what the chart shows and says, for those who do not see it.
        height: of the plot, in pixels.
        rule: where a vertical line marks a moment, in percent of the width.
    """

    name: str
    title: str
    description: str
    height: float
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    curves: Sequence[Curve]
    points: Sequence[Point] = ()
    rule: float | None = None


class Stretch(NamedTuple):
    """Neighbouring steps taken together: their middle, the mean of their values, and between what most of them lie."""

    step: float
    mean: float
    low: float
    """The tenth percentile."""
    high: float
    """The ninetieth percentile."""


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten apart) that enclose low to high; about `about` of them.

    Equal bounds are widened, so that there are always two.
    """
    if not high > low:
        reach = abs(low) / 2 or 0.5
        low, high = low - reach, high + reach
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    distance = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= _CLOSE * rough)
    first, last = math.floor(low / distance + 1e-9), math.ceil(high / distance - 1e-9)
    return [index * distance for index in range(first, last + 1)]


def tick_label(value: float, distance: float) -> str:
    """`value` with as many decimals as ticks `distance` apart need; a power of ten where that would be many."""
    if abs(value) < distance / 2:
        return "0"
    decimals = max(0, -math.floor(math.log10(distance) + 1e-9))
    if decimals <= 4:
        return f"{value:,.{decimals}f}"
    return f"{value:.1e}".replace(".0e", "e").replace("e-0", "e-")


def y_axis(
    low: float, high: float, height: float, *, about: int = 5, percent: bool = False
) -> tuple[Scale, list[Tick]]:
    """An upward axis that shows at least low to high, and its ticks; shares are labelled in per cent on request."""
    values = nice_ticks(low, high, about)
    scale = Scale(values[0], values[-1], height, 0.0)
    times, unit = (100, " %") if percent else (1, "")
    distance = times * (values[1] - values[0])
    return scale, [Tick(round(scale(value), 1), tick_label(times * value, distance) + unit) for value in values]


def x_ticks(low: float, high: float, *, about: int = 6) -> list[Tick]:
    """Ticks at round numbers within low to high, on an axis that shows exactly that."""
    place = Scale(low, high, 0.0, 100.0)
    values = nice_ticks(low, high, about)
    inside = [value for value in values if low - 1e-9 <= value <= high * (1 + 1e-9)]
    return [Tick(round(place(value), 2), tick_label(value, values[1] - values[0])) for value in inside]


def thin(steps: Sequence[float], values: Sequence[float], most: int) -> list[Stretch]:
    """At most `most` stretches of equal length that together stand for all the values."""
    size = math.ceil(len(values) / most) or 1
    stretches = []
    for begin in range(0, len(values), size):
        part, places = values[begin : begin + size], steps[begin : begin + size]
        low, high = np.quantile(part, (0.1, 0.9)).tolist()
        stretches.append(Stretch(sum(places) / len(places), sum(part) / len(part), low, high))
    return stretches


def corners(points: Sequence[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """At most `most` of the points, chosen so that a curve of level stretches and jumps keeps its corners."""
    heights = [y for _, y in points]
    inside = zip(heights, heights[1:], heights[2:], strict=False)
    level = [False, *(before == y == after for before, y, after in inside), False]
    turning = [point for point, is_level in zip(points, level, strict=False) if not is_level]
    size = math.ceil(2 * len(turning) / most) or 1
    chosen = []
    for begin in range(0, len(turning), size):
        part = turning[begin : begin + size]
        chosen.extend(part[:: max(len(part) - 1, 1)])
    return chosen


def line(points: Iterable[tuple[float, float]]) -> str:
    """The path through points; a single point becomes a stroke of no length, which round ends make a dot."""
    places = [f"{x:.1f} {y:.1f}" for x, y in points]
    return f"M{places[0]}h0" if len(places) == 1 else "M" + "L".join(places) if places else ""


def area(upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]]) -> str:
    """The closed path between two lines."""
    return line([*upper, *reversed(lower)]) + "Z" if len(upper) > 1 else ""
