"""The same numbers of one batch, as functions."""

from collections.abc import Callable
from typing import Any

from torch import Tensor

from . import Accuracy, F1Score, Metric, Precision, Recall


def _function(kind: Callable[..., Metric]) -> Callable[..., Tensor]:
    def number(preds: Tensor, target: Tensor, *_: Any, average: str | None = None, **__: Any) -> Tensor:
        metric = kind(average=average)
        metric.update(preds, target)
        found: Tensor = metric.compute()
        return found

    return number


accuracy, f1_score, precision, recall = (_function(kind) for kind in (Accuracy, F1Score, Precision, Recall))
