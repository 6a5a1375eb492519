"""Metrics that hang on an engine: begun anew with each epoch, fed with each batch, told at its end."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .engine import Engine, Events


class Metric:
    """A number that is gathered over an epoch. `output_transform` makes (answers, labels) of an engine's output."""

    def __init__(self, output_transform: Callable[[Any], Any] = lambda output: output, **_: Any) -> None:
        self._transform = output_transform
        self.reset()

    def attach(self, engine: Engine, name: str, *_: Any) -> None:
        """Hang it on an engine's events."""
        engine.add_event_handler(Events.EPOCH_STARTED, lambda one: self.reset())
        engine.add_event_handler(Events.ITERATION_COMPLETED, lambda one: self._feed(one.state.output))
        engine.add_event_handler(Events.EPOCH_COMPLETED, lambda one: one.state.metrics.update({name: self.compute()}))

    def _feed(self, output: Any) -> None:
        self.update(self._transform(output))

    def reset(self) -> None:
        """Begin anew."""
        self.total, self.count = 0.0, 0

    def update(self, output: Any) -> None:
        """Take a batch."""
        raise NotImplementedError

    def compute(self) -> Any:
        """The number."""
        return self.total / max(self.count, 1)


def _chosen(answers: Tensor) -> Tensor:
    return answers.argmax(1) if answers.ndim > 1 and answers.shape[1] > 1 else answers.round().flatten()


class Accuracy(Metric):
    """The share of right answers."""

    def update(self, output: Any) -> None:
        """Count."""
        answers, labels = output[0], output[1]
        self.total += float((_chosen(answers) == labels.view(-1)).sum())
        self.count += labels.shape[0]


class TopKCategoricalAccuracy(Metric):
    """The share of labels among the `k` best answers."""

    def __init__(self, k: int = 5, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._k = k

    def update(self, output: Any) -> None:
        """Count."""
        best = output[0].topk(self._k, 1).indices
        self.total += float((best == output[1].view(-1, 1)).sum())
        self.count += output[1].shape[0]


class Average(Metric):
    """The mean of what the engine gives."""

    def update(self, output: Any) -> None:
        """Add."""
        self.total += float(output)
        self.count += 1


class RunningAverage(Average):
    """The mean of what the engine, or another metric, gives."""

    def __init__(self, src: Metric | None = None, alpha: float = 0.98, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._source = src

    def _feed(self, output: Any) -> None:
        if self._source is None:
            super()._feed(output)
            return
        self._source._feed(output)
        self.update(self._source.compute())

    def attach(self, engine: Engine, name: str, *_: Any) -> None:
        """Told after every batch."""
        super().attach(engine, name)
        engine.add_event_handler(
            Events.ITERATION_COMPLETED, lambda one: one.state.metrics.update({name: self.compute()})
        )


class Loss(Metric):
    """The mean of a loss over the items."""

    def __init__(self, loss_fn: Callable[..., Tensor], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._loss = loss_fn

    def update(self, output: Any) -> None:
        """Add, weighted by the size of the batch."""
        answers, labels = output[0], output[1]
        with torch.no_grad():
            self.total += float(self._loss(answers, labels)) * len(labels)
        self.count += len(labels)


class ConfusionMatrix(Metric):
    """Counts, a row for each label and a column for each answer."""

    def __init__(self, num_classes: int, *args: Any, **kwargs: Any) -> None:
        self._classes = num_classes
        super().__init__(*args, **kwargs)

    def reset(self) -> None:
        """Begin anew."""
        self.counts = torch.zeros(self._classes, self._classes, dtype=torch.long)

    def update(self, output: Any) -> None:
        """Count."""
        for label, answer in zip(output[1].tolist(), _chosen(output[0]).tolist(), strict=True):
            self.counts[int(label), int(answer)] += 1

    def compute(self) -> Any:
        """The counts."""
        return self.counts


class _PerClass(Metric):
    """A number for each class, by right answers and a total."""

    _by_answer = True

    def __init__(self, *args: Any, average: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._average = average

    def reset(self) -> None:
        """Begin anew."""
        self._pairs: list[tuple[Tensor, Tensor]] = []

    def update(self, output: Any) -> None:
        """Keep."""
        self._pairs.append((_chosen(output[0]).long(), output[1].view(-1).long()))

    def compute(self) -> Any:
        """The number, or the numbers."""
        answers, labels = (torch.cat(parts) for parts in zip(*self._pairs, strict=True))
        classes = int(max(answers.max(), labels.max())) + 1
        right = torch.bincount(answers[answers == labels], minlength=classes).double()
        found = right / torch.bincount(answers if self._by_answer else labels, minlength=classes).clamp(min=1)
        return float(found.mean()) if self._average else found


class Precision(_PerClass):
    """Of the answers of a class, the share that is right."""


class Recall(_PerClass):
    """Of the items of a class, the share that is found."""

    _by_answer = False
