"""What a set of answers is worth: accuracy with its uncertainty, per class, confusion, calibration. Pure functions."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

BINS = 15


@dataclass(frozen=True)
class ClassScore:
    """How one class was answered. Shares are 0 to 1; 0 where nothing was there to divide by."""

    pictures: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Evaluation:
    """The score of N answers.

    Attributes:
        correct, total: counts of pictures.
        accuracy: correct / total.
        interval: the 95 % confidence interval of the accuracy (Wilson).
        loss: mean cross-entropy in nats.
        calibration_error: mean distance between confidence and accuracy over 15 bins, 0 to 1.
        confusion: confusion[true][predicted] counts, K x K.
        per_class: one score per class.
    """

    correct: int
    total: int
    accuracy: float
    interval: tuple[float, float]
    loss: float
    calibration_error: float
    confusion: tuple[tuple[int, ...], ...]
    per_class: tuple[ClassScore, ...]


def evaluate(logits: Tensor, labels: Tensor) -> Evaluation:
    """Score logits (N, K) against labels int64 (N,), N at least 1."""
    predicted = logits.argmax(dim=1)
    total, classes = logits.shape
    counts = torch.bincount(labels * classes + predicted, minlength=classes * classes).reshape(classes, classes)
    correct = int(counts.diagonal().sum())
    return Evaluation(
        correct=correct,
        total=total,
        accuracy=correct / total,
        interval=wilson_interval(correct, total),
        loss=functional.cross_entropy(logits.double(), labels).item(),
        calibration_error=calibration_error(logits, labels),
        confusion=tuple(tuple(row) for row in counts.tolist()),
        per_class=tuple(_class_score(counts, k) for k in range(classes)),
    )


def wilson_interval(correct: int, total: int, z: float = 1.959964) -> tuple[float, float]:
    """The interval that covers the true accuracy in 95 % of samples (Wilson 1927); it never leaves 0..1."""
    share = correct / total
    middle = share + z * z / (2 * total)
    reach = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def calibration_error(logits: Tensor, labels: Tensor) -> float:
    """Expected calibration error with 15 equal bins (Naeini et al. 2015): 0 when 80 % sure means 80 % right."""
    confidence, predicted = logits.double().softmax(dim=1).max(dim=1)
    right = (predicted == labels).double()
    bins = (confidence * BINS).long().clamp(max=BINS - 1)
    gap = torch.zeros(BINS, dtype=torch.float64)
    for index in range(BINS):
        inside = bins == index
        gap[index] = (confidence[inside] - right[inside]).sum().abs()
    return (gap.sum() / len(labels)).item()


def _class_score(counts: Tensor, k: int) -> ClassScore:
    hits, pictures, answers = int(counts[k, k]), int(counts[k].sum()), int(counts[:, k].sum())
    return ClassScore(
        pictures=pictures,
        precision=hits / answers if answers else 0.0,
        recall=hits / pictures if pictures else 0.0,
        f1=2 * hits / (answers + pictures) if answers + pictures else 0.0,
    )
