"""Watches how a score is made: divisions of the number of correct answers, counted anew."""

import functools
import math
import statistics
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from torch import Tensor

from convlens.checking.probe.observation import Division, LossSeen, Pass
from convlens.checking.probe.watching.book import MOST_FACTS, Book

_What = Literal["correct", "last batch", "batch accuracies", "batch losses"]
_By = Literal["items", "set", "batches", "other set"]


def division(book: Book, divided: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The function that stands for `/` in the script, or for `/=`: a division that is looked at."""

    def divide(left: Any, right: Any) -> Any:
        if not book.busy and not book.running:
            with book.quiet():
                note_division(book, left, right)
        return divided(left, right)

    return divide


def watch_means(book: Book) -> None:
    """Patch the functions that take the mean of a list of numbers: a sum divided by how many there are."""
    for owner, name in ((np, "mean"), (np, "average"), (statistics, "mean"), (statistics, "fmean")):
        setattr(owner, name, _watched_mean(book, getattr(owner, name)))


def _watched_mean(book: Book, original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def mean(values: Any, *args: Any, **kwargs: Any) -> Any:
        answer = original(values, *args, **kwargs)
        if not book.busy and not book.running and _is_a_row(values) and np.ndim(answer) == 0:
            with book.quiet():
                note_division(book, float(answer) * len(values), len(values))
        return answer

    return mean


def _is_a_row(values: Any) -> bool:
    return isinstance(values, list) or (isinstance(values, np.ndarray) and values.ndim == 1)


def note_division(book: Book, left: Any, right: Any) -> None:
    """Write down what a division makes of the own count, if it does; call it quietly."""
    numerator, denominator = _number(left), _number(right)
    if numerator is None or not denominator or len(book.observation.divisions) >= MOST_FACTS:
        return
    found = next(((n, p) for n, p in reversed(list(enumerate(book.observation.passes))) if p.forwards), None)
    if found is None:
        return
    number, seen = found
    if seen.ended == 0:  # within the loop: a batch's own accuracy, or a progress message
        return
    what, by = _what(book, seen, numerator), _by(book, seen, denominator)
    place = book.place()
    if what is not None and by is not None and place is not None:
        book.observation.divisions.append(Division(place, number, what, by, numerator, denominator))


def _what(book: Book, seen: Pass, value: float) -> _What | None:
    """What of the own count a number is, also as a percentage; None where it is nothing or may be two things."""
    counts = [(forward.correct, forward.batch) for forward in seen.forwards if forward.correct is not None]
    sizes = seen.sizes
    fits: list[_What] = []
    if counts and len(counts) == len(sizes) > 1:
        total, last = sum(n for n, _ in counts), counts[-1][0]
        shares = math.fsum(n / sizes[batch] for n, batch in counts if sizes[batch])
        values: list[tuple[_What, float]] = [("correct", total)]
        if max(sizes) > 1:  # otherwise the batches' accuracies are the items' answers
            values += [("last batch", last), ("batch accuracies", shares)]
        fits += [what for what, own in values if own and any(_same(value, factor * own) for factor in (1, 100))]
    losses = _losses_of(book, seen)
    if len(losses) == len(sizes) > 1 and _same(value, math.fsum(losses)):
        fits.append("batch losses")
    return fits[0] if len(fits) == 1 else None


def _losses_of(book: Book, seen: Pass) -> list[float]:
    within: list[LossSeen] = [loss for loss in book.observation.losses if seen.began < loss.at < seen.ended]
    return [loss.value for loss in within if loss.value is not None]


def _by(book: Book, seen: Pass, value: float) -> _By | None:
    loader = book.observation.loaders[seen.loader]
    others = {other.items for other in book.observation.loaders} - {loader.items}
    fits: list[_By] = []
    if value == sum(seen.sizes):
        fits.append("items")
    if value == loader.items:
        fits.append("set")
    if value in (len(seen.sizes), loader.batches) and loader.batch_size != 1:
        fits.append("batches")
    if value in others:
        fits.append("other set")
    return fits[0] if len(fits) == 1 or fits == ["items", "set"] else None


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-9)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | np.number):
        return float(value)
    if isinstance(value, Tensor) and value.numel() == 1 and not value.requires_grad:
        return float(value)
    return None
