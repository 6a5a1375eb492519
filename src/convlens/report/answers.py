"""From a network's answers to the figures about them: confusions, calibration, and the most confident mistakes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from convlens.evaluation import BINS
from convlens.report.charts import WIDTH, Chart, Curve, Point, Scale, area, line, x_ticks, y_axis

# Shades of a square in the heat map, 0 being blank.
LEVELS = 6


@dataclass(frozen=True)
class Cell:
    """A square of the confusion matrix: its count, its shade (0 to LEVELS), and whether it is on the diagonal."""

    count: int
    level: int
    right: bool


@dataclass(frozen=True)
class MixUp:
    """Pictures of one class taken for another: how many, and their share of that class, 0 to 1."""

    true: str
    said: str
    count: int
    share: float


@dataclass(frozen=True)
class Mistake:
    """A wrong answer: the picture's index in the test set, its class, and what was said how confidently (0 to 1)."""

    index: int
    true: int
    said: int
    confidence: float


@dataclass(frozen=True)
class Bin:
    """Answers of about the same confidence: their number, the mean confidence, and the share that was right."""

    low: float
    high: float
    answers: int
    confidence: float
    accuracy: float


def heat_map(confusion: Sequence[Sequence[int]]) -> list[list[Cell]]:
    """Shade a confusion matrix: the diagonal by recall, the rest by its share of the row on a scale of its own.

    Mistakes are few beside what is right: on one scale all of them would look the same.
    """
    shares = [[count / (sum(row) or 1) for count in row] for row in confusion]
    most = max((share for i, row in enumerate(shares) for j, share in enumerate(row) if i != j), default=0.0)
    return [
        [
            Cell(count, math.ceil(LEVELS * share / (1.0 if i == j else most)) if count else 0, i == j)
            for j, (count, share) in enumerate(zip(row, row_of_shares, strict=True))
        ]
        for i, (row, row_of_shares) in enumerate(zip(confusion, shares, strict=True))
    ]


def mix_ups(confusion: Sequence[Sequence[int]], classes: Sequence[str], most: int) -> list[MixUp]:
    """The commonest confusions, commonest first."""
    found = [
        MixUp(classes[i], classes[j], count, count / sum(row))
        for i, row in enumerate(confusion)
        for j, count in enumerate(row)
        if i != j and count
    ]
    return sorted(found, key=lambda mix_up: -mix_up.count)[:most]


def confident_mistakes(probabilities: Tensor, labels: Tensor, most: int) -> list[Mistake]:
    """The wrong answers among probabilities (N, K) for labels (N,), the most confident first."""
    confidence, said = probabilities.max(dim=1)
    wrong = (said != labels).nonzero().flatten()
    order = wrong[confidence[wrong].argsort(descending=True, stable=True)][:most]
    return [Mistake(int(i), int(labels[i]), int(said[i]), float(confidence[i])) for i in order]


def calibration(probabilities: Tensor, labels: Tensor) -> list[Bin]:
    """Sort answers, probabilities (N, K) for labels (N,), into bins of confidence; empty ones are left out."""
    confidence, said = probabilities.double().max(dim=1)
    right = (said == labels).double()
    places = (confidence * BINS).long().clamp(max=BINS - 1)
    bins = []
    for index in torch.unique(places).tolist():
        inside = places == index
        bins.append(
            Bin(
                low=index / BINS,
                high=(index + 1) / BINS,
                answers=int(inside.sum()),
                confidence=confidence[inside].mean().item(),
                accuracy=right[inside].mean().item(),
            )
        )
    return bins


def calibration_charts(bins: Sequence[Bin]) -> tuple[Chart, Chart]:
    """Accuracy over confidence, beside the line on which a perfectly calibrated network lies; and the counts."""
    across, ticks = Scale(0, 1, 0.0, WIDTH), x_ticks(0, 1, about=5)
    scale, share_ticks = y_axis(0, 1, 240.0, percent=True)
    accuracy = Chart(
        name="calibration",
        title="Accuracy over confidence",
        description=" ".join(f"{_range(part)}: {100 * part.accuracy:.1f} % right." for part in bins),
        height=240.0,
        x_ticks=[tick._replace(label=f"{tick.at:.0f} %") for tick in ticks],
        y_ticks=share_ticks,
        curves=[
            *(Curve("bar", _bar(part, across, scale, part.accuracy)) for part in bins),
            Curve("ideal", line([(0, 240.0), (WIDTH, 0)])),
        ],
        points=[
            Point(
                "validation",
                round(100 * part.confidence, 2),
                round(scale(part.accuracy), 1),
                f"{_range(part)}: {100 * part.accuracy:.1f} % of {part.answers:,} right",
            )
            for part in bins
        ],
    )
    count_scale, count_ticks = y_axis(0, max(part.answers for part in bins), 90.0, about=3)
    counts = Chart(
        name="confidence",
        title="Pictures over confidence",
        description=" ".join(f"{_range(part)}: {part.answers:,} pictures." for part in bins),
        height=90.0,
        x_ticks=accuracy.x_ticks,
        y_ticks=count_ticks,
        curves=[Curve("count", _bar(part, across, count_scale, part.answers)) for part in bins],
    )
    return accuracy, counts


def _bar(part: Bin, across: Scale, scale: Scale, value: float) -> str:
    gap = 0.004
    left, right = across(part.low + gap), across(part.high - gap)
    return area([(left, scale(value)), (right, scale(value))], [(left, scale(0)), (right, scale(0))])


def _range(part: Bin) -> str:
    return f"{100 * part.low:.0f} to {100 * part.high:.0f} % sure"
