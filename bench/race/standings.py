"""From runs to figures: seconds to each accuracy, final accuracy, memory, and the curve of the picture."""

import statistics
from dataclasses import dataclass

from .book import Entry
from .field import Contestant

LEVELS = (0.88, 0.90, 0.91, 0.92, 0.93, 0.94)
Curve = list[tuple[float, float]]


@dataclass(frozen=True)
class Standing:
    """The runs of one contestant.

    Attributes:
        seconds_to: by accuracy of LEVELS, for every seed the shortest way there, None where there was none.
        final: at the end of the largest budget's runs: (seconds, accuracy) by seed, runs that failed left out.
        megabytes: by seed, the largest of its runs.
        failures: the last words of the runs that failed.
    """

    contestant: Contestant
    entries: list[Entry]
    seconds_to: dict[float, list[float | None]]
    final: Curve
    megabytes: list[float]
    failures: list[str]

    def median_to(self, level: float) -> float | None:
        """The median over the seeds, None where a seed did not get there."""
        return median_if_all(self.seconds_to[level])

    def curve(self) -> Curve:
        """Accuracy over seconds: the medians over the seeds of what was scored together."""
        return [_median(points) for points in _scored_together(self.contestant, self.entries)]


def standing(contestant: Contestant, entries: list[Entry]) -> Standing:
    """Work out the figures of one contestant from its entries."""
    return Standing(
        contestant,
        entries,
        {level: shortest_to(entries, level) for level in LEVELS},
        [e.points[-1] for e in entries if e.failure is None and e.budget == contestant.budgets[-1]],
        [max(entry.megabytes for entry in of_seed) for of_seed in _by_seed(entries)],
        [entry.failure for entry in entries if entry.failure is not None],
    )


def shortest_to(entries: list[Entry], accuracy: float) -> list[float | None]:
    """For every seed the seconds of the shortest way to an accuracy."""
    return [
        min((at for entry in of_seed for at, reached in entry.points if reached >= accuracy), default=None)
        for of_seed in _by_seed(entries)
    ]


def median_if_all(seconds: list[float | None]) -> float | None:
    """The median, None where one is None or there are none."""
    known = [value for value in seconds if value is not None]
    return statistics.median(known) if known and len(known) == len(seconds) else None


def _by_seed(entries: list[Entry]) -> list[list[Entry]]:
    return [[entry for entry in entries if entry.seed == seed] for seed in sorted({entry.seed for entry in entries})]


def _scored_together(contestant: Contestant, entries: list[Entry]) -> list[Curve]:
    if len(contestant.budgets) > 1:
        ends = {
            budget: [e.points[-1] for e in entries if e.budget == budget and e.points] for budget in contestant.budgets
        }
        return [points for points in ends.values() if points]
    return [list(points) for points in zip(*(entry.points for entry in entries if entry.points), strict=False)]


def _median(points: Curve) -> tuple[float, float]:
    return statistics.median(seconds for seconds, _ in points), statistics.median(accuracy for _, accuracy in points)
