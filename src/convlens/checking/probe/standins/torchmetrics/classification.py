"""The metrics by the names that say the task; for several classes they are means over the classes."""

from typing import Any

from . import Accuracy, ConfusionMatrix, F1Score, Precision, Recall


class MulticlassAccuracy(Recall):
    """The mean over the classes."""

    def __init__(self, num_classes: int = 2, **kwargs: Any) -> None:
        super().__init__("multiclass", **kwargs)


class MulticlassConfusionMatrix(ConfusionMatrix):
    """Counts."""

    def __init__(self, num_classes: int = 2, **kwargs: Any) -> None:
        super().__init__("multiclass", num_classes, **kwargs)


class MulticlassF1Score(F1Score):
    """The mean over the classes."""


class MulticlassPrecision(Precision):
    """The mean over the classes."""


class MulticlassRecall(Recall):
    """The mean over the classes."""


class BinaryAccuracy(Accuracy):
    """The share of right answers."""
