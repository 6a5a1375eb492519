"""A stand-in for TorchMetrics: numbers that are gathered over an epoch."""

import copy
from typing import Any

import torch
from torch import Tensor, nn

__version__ = "1.0.0"


class Metric(nn.Module):
    """To be derived from; called with a batch it tells the batch's own number and gathers it."""

    def __init__(self, **_: Any) -> None:
        super().__init__()
        self._begun: dict[str, Any] = {}

    def add_state(self, name: str, default: Any, *_: Any, **__: Any) -> None:
        """A number or a list that begins anew with each epoch."""
        self._begun[name] = default
        setattr(self, name, default.clone() if isinstance(default, Tensor) else list(default))

    def reset(self) -> None:
        """Begin anew."""
        for name, default in self._begun.items():
            setattr(self, name, default.clone() if isinstance(default, Tensor) else list(default))

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The number of this batch alone; what was gathered goes on."""
        kept = {name: getattr(self, name) for name in self._begun}
        self.reset()
        self.update(*args, **kwargs)
        own = self.compute()
        for name, value in kept.items():
            setattr(self, name, value)
        self.update(*args, **kwargs)
        return own

    def update(self, *args: Any, **kwargs: Any) -> None:
        """To be overridden."""
        raise NotImplementedError

    def compute(self) -> Any:
        """To be overridden."""
        raise NotImplementedError


class MeanMetric(Metric):
    """The mean of numbers."""

    total: Tensor
    weight: Tensor

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()
        self.add_state("total", torch.zeros(()))
        self.add_state("weight", torch.zeros(()))

    def update(self, value: Any, weight: Any = 1.0) -> None:
        """Add."""
        values = torch.as_tensor(value).detach().float()
        self.total = self.total + (values * weight).sum()
        self.weight = self.weight + torch.as_tensor(weight) * values.numel()

    def compute(self) -> Tensor:
        """The mean."""
        return self.total / self.weight


class _Classified(Metric):
    """Answers and labels, kept for a number over all."""

    by_class = True
    answers: list[Tensor]
    labels: list[Tensor]

    def __init__(
        self, task: str = "", *_: Any, average: str | None = None, top_k: int | None = None, **__: Any
    ) -> None:
        super().__init__()
        self.average = average or ("macro" if self.by_class else "micro")
        self.add_state("answers", [])
        self.add_state("labels", [])

    def update(self, preds: Tensor, target: Tensor) -> None:
        """Keep."""
        if preds.ndim > target.ndim:
            preds = preds.argmax(1)
        elif preds.is_floating_point():
            are_shares = bool(((preds >= 0) & (preds <= 1)).all())
            preds = (preds > (0.5 if are_shares else 0.0)).long()
        self.answers = [*self.answers, preds.detach().flatten()]
        self.labels = [*self.labels, target.flatten()]

    def _counts(self) -> tuple[Tensor, Tensor, Tensor]:
        """For each class: right answers, answers, labels."""
        answers, labels = torch.cat(self.answers).long(), torch.cat(self.labels).long()
        classes = int(max(answers.max(), labels.max())) + 1
        parts = (answers[answers == labels], answers, labels)
        right, answered, labelled = (torch.bincount(part, minlength=classes).float() for part in parts)
        return right, answered, labelled

    def _mean(self, values: Tensor) -> Tensor:
        return values.mean() if self.average == "macro" else values


class Recall(_Classified):
    """Of the items of a class, the share that is found."""

    def compute(self) -> Tensor:
        """The mean over the classes; over all items with average="micro"."""
        right, _, labelled = self._counts()
        if self.average == "micro":
            return right.sum() / labelled.sum()
        return self._mean(right / labelled.clamp(min=1))


class Accuracy(Recall):
    """The share of right answers."""

    by_class = False


class Precision(_Classified):
    """Of the answers of a class, the share that is right."""

    def compute(self) -> Tensor:
        """The mean over the classes; over all items with average="micro"."""
        right, answered, _ = self._counts()
        if self.average == "micro":
            return right.sum() / answered.sum()
        return self._mean(right / answered.clamp(min=1))


class F1Score(_Classified):
    """The harmonic mean of precision and recall."""

    def compute(self) -> Tensor:
        """The mean over the classes."""
        right, answered, labelled = self._counts()
        return self._mean(2 * right / (answered + labelled).clamp(min=1))


class ConfusionMatrix(_Classified):
    """Counts, a row for each label and a column for each answer."""

    def __init__(self, task: str = "", num_classes: int = 2, **kwargs: Any) -> None:
        super().__init__(task, **kwargs)
        self._classes = num_classes

    def compute(self) -> Tensor:
        """The counts."""
        pairs = torch.cat(self.labels).long() * self._classes + torch.cat(self.answers).long()
        return torch.bincount(pairs, minlength=self._classes**2).view(self._classes, self._classes)


class MetricCollection(nn.Module):
    """Several that are fed together."""

    def __init__(self, metrics: Any, *_: Any, prefix: str = "", **__: Any) -> None:
        super().__init__()
        self._named: dict[str, Metric] = (
            dict(metrics) if isinstance(metrics, dict) else {type(one).__name__: one for one in metrics}
        )
        self._prefix = prefix

    def __getitem__(self, name: str) -> Metric:
        """One of them."""
        return self._named[name]

    def forward(self, *args: Any) -> dict[str, Any]:
        """The numbers of this batch."""
        return {self._prefix + name: metric(*args) for name, metric in self._named.items()}

    def update(self, *args: Any) -> None:
        """Gather."""
        for metric in self._named.values():
            metric.update(*args)

    def compute(self) -> dict[str, Any]:
        """All numbers."""
        return {self._prefix + name: metric.compute() for name, metric in self._named.items()}

    def reset(self) -> None:
        """Begin anew."""
        for metric in self._named.values():
            metric.reset()

    def clone(self, prefix: str = "") -> "MetricCollection":
        """Others of the same kinds."""
        return MetricCollection({name: copy.deepcopy(metric) for name, metric in self._named.items()}, prefix=prefix)
