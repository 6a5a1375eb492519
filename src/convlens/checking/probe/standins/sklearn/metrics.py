"""Scores of labels against answers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def confusion_matrix(y_true: Any, y_pred: Any, **_: Any) -> NDArray[np.int64]:
    """Counts, a row for each label and a column for each answer."""
    true, answer = np.asarray(y_true), np.asarray(y_pred)
    names = np.unique(np.concatenate([true, answer]))
    counts = [[int(((true == row) & (answer == column)).sum()) for column in names] for row in names]
    return np.array(counts, dtype=np.int64)


def accuracy_score(y_true: Any, y_pred: Any, **_: Any) -> float:
    """The share of right answers."""
    return float((np.asarray(y_true) == np.asarray(y_pred)).mean())


def _per_class(y_true: Any, y_pred: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    counts = confusion_matrix(y_true, y_pred)
    right = counts.diagonal().astype(np.float64)
    return right / np.maximum(counts.sum(0), 1), right / np.maximum(counts.sum(1), 1)


def precision_score(y_true: Any, y_pred: Any, **_: Any) -> float:
    """The mean over the classes."""
    return float(_per_class(y_true, y_pred)[0].mean())


def recall_score(y_true: Any, y_pred: Any, **_: Any) -> float:
    """The mean over the classes."""
    return float(_per_class(y_true, y_pred)[1].mean())


balanced_accuracy_score = recall_score


def f1_score(y_true: Any, y_pred: Any, **_: Any) -> float:
    """The mean over the classes."""
    precision, recall = _per_class(y_true, y_pred)
    return float((2 * precision * recall / np.maximum(precision + recall, 1e-12)).mean())


def precision_recall_fscore_support(y_true: Any, y_pred: Any, **_: Any) -> tuple[float, float, float, None]:
    """The three means at once."""
    return precision_score(y_true, y_pred), recall_score(y_true, y_pred), f1_score(y_true, y_pred), None


def classification_report(y_true: Any, y_pred: Any, **_: Any) -> str:
    """One line."""
    return f"accuracy {accuracy_score(y_true, y_pred):.4f}"
