"""Watches loaders: which items they give, in which order; and gives only their first batches and their last."""

import hashlib
import inspect
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from convlens.checking.probe.observation import Cut, LoaderSeen, Overlap, Pass, Place
from convlens.checking.probe.watching.book import Book, RunningPass
from convlens.checking.probe.watching.datasets import DatasetWatch, Key, identity, is_test, root

BATCHES, FEWEST_ITEMS = 3, 48
MOST_BATCHES = 64
"""Where the batches are tiny, or gradients are gathered over many of them before the first step."""
_MOST_ORDERED = 100_000
_PATIENCE = 6.0
"""Seconds of the processor after which a walk ends although it has given only two batches."""


class LoaderWatch:
    """Patches `DataLoader` and remembers which items each loader holds."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._loaders: list[DataLoader[Any]] = []
        self._items: list[tuple[Key, frozenset[int]]] = []
        self._datasets = DatasetWatch(book)
        self._make = DataLoader.__init__

    def install(self) -> None:
        """Patch the class."""
        self._datasets.install()
        watch, make = self, self._make
        signature = inspect.signature(make)

        def made(loader: DataLoader[Any], *args: Any, **kwargs: Any) -> None:
            given = signature.bind(loader, *args, **kwargs).arguments
            for name in ("num_workers", "prefetch_factor", "persistent_workers", "multiprocessing_context", "timeout"):
                given.pop(name, None)  # processes of its own are neither needed nor allowed
            given.pop("pin_memory", None)
            given.pop("self")
            make(loader, **given)
            watch.number(loader)

        DataLoader.__init__ = made  # type: ignore[assignment, method-assign]

        def walked(loader: DataLoader[Any]) -> Any:
            return watch.walk(loader)

        DataLoader.__iter__ = walked  # type: ignore[method-assign]

    def number(self, loader: DataLoader[Any]) -> int:
        """The index of a loader in the observation."""
        for number, known in enumerate(self._loaders):
            if known is loader:
                return number
        place = self._book.place() or Place("", 0, "", 0, 0)
        is_iterable = isinstance(loader.dataset, IterableDataset)
        items = 0 if is_iterable else _length(loader.dataset)
        key, _ = root(loader.dataset, range(0))
        self._loaders.append(loader)
        self._items.append((key, frozenset()))
        batches = -(-items // loader.batch_size) if loader.batch_size else items
        if loader.batch_sampler is not None and not is_iterable:
            batches = _length(loader.batch_sampler)
        made, item = self._datasets.places(loader.dataset), self._datasets.place_of_item(loader.dataset)
        seen = LoaderSeen(
            place, items, batches, loader.batch_size, loader.drop_last, type(loader.dataset).__name__, is_iterable,
            made, item, is_test(loader.dataset),
        )  # fmt: skip
        self._book.observation.loaders.append(seen)
        return len(self._loaders) - 1

    def walk(self, loader: DataLoader[Any]) -> Any:
        """What the loader gives, cut short."""
        place = self._book.place()
        if place is None:
            return self._batches_of_iterable(loader) if _is_iterable(loader) else self._all_of(loader)
        return self._walk(loader, place, self._book.by_framework())

    def _walk(self, loader: DataLoader[Any], place: Place, by_framework: bool) -> Iterator[Any]:
        book, number = self._book, self.number(loader)
        seen = Pass(number, place, book.now(), by_framework=by_framework)
        book.observation.passes.append(seen)
        running = book.last_pass = RunningPass(len(book.observation.passes) - 1, seen)
        began = time.process_time()
        try:
            for index, batch in enumerate(self._cut(loader, seen)):
                running.batch, running.labels = index, _labels(batch)
                seen.sizes.append(_size(batch))
                if index == 0 and running.labels is not None:
                    seen.labels = _digest(running.labels.tolist())
                if running in book.active:
                    book.active.remove(running)
                book.active.append(running)
                yield batch
                if index >= 1 and time.process_time() - began > _PATIENCE:
                    break
        finally:
            seen.ended = book.now()
            if running in book.active:
                book.active.remove(running)
            if len(seen.sizes) < book.observation.loaders[number].batches:
                asked = book.observation.loaders[number].batches
                book.observation.cut.append(Cut(place, "loader", asked, len(seen.sizes), book.now()))

    def _cut(self, loader: DataLoader[Any], seen: Pass) -> Iterator[Any]:
        if _is_iterable(loader):
            yield from islice(self._batches_of_iterable(loader), BATCHES)
            return
        orders = _orders(loader)
        flat = [index for order in orders for index in order]
        seen.order = _digest(flat)
        self._remember(seen, loader, flat)
        loader_seen = self._book.observation.loaders[seen.loader]
        if loader_seen.again is None and flat:
            loader_seen.again = self._datasets.asked_again(loader.dataset, flat[:4])
        for index, order in enumerate(orders):
            is_gathering = bool(seen.backwards and not seen.steps)
            goes_on = index < MOST_BATCHES and (is_gathering or sum(seen.sizes) < FEWEST_ITEMS)
            if index < BATCHES - 1 or index == len(orders) - 1 or goes_on:
                yield _fetched(loader, order)

    def _remember(self, seen: Pass, loader: DataLoader[Any], flat: list[int]) -> None:
        seen.in_file_order = flat == list(range(len(flat))) and len(flat) > 1
        seen.first_items = tuple(flat[:8])
        if not self._items[seen.loader][1]:
            self._items[seen.loader] = identity(loader.dataset, flat)

    def _all_of(self, loader: DataLoader[Any]) -> Iterator[Any]:
        return (_fetched(loader, order) for order in _orders(loader)[:BATCHES])

    def _batches_of_iterable(self, loader: DataLoader[Any]) -> Iterator[Any]:
        items = iter(loader.dataset)
        if loader.batch_size is None:
            yield from items
            return
        while batch := list(islice(items, loader.batch_size)):
            yield loader.collate_fn(batch)

    def overlaps(self) -> list[Overlap]:
        """Items that a loader trains on and another evaluates; each pair of loaders once."""
        passes = self._book.observation.passes
        trained = [seen for seen in passes if seen.steps and seen.forwards]
        learned = {seen.loader for seen in trained}
        pairs = {
            (one.loader, other.loader)
            for other in passes
            for one in trained
            if other.forwards and not other.backwards and other.loader not in learned and one.began < other.began
            and {forward.model for forward in one.forwards} & {forward.model for forward in other.forwards}
        }  # fmt: skip
        found = []
        for train, evaluation in sorted(pairs):
            (one_data, items), (other_data, others) = self._items[train], self._items[evaluation]
            if one_data == other_data and others:
                found.append(Overlap(train, evaluation, len(items & others), len(others)))
        return found


def _orders(loader: DataLoader[Any]) -> list[list[int]]:
    if loader.batch_sampler is None:
        return [[index] for index in islice(loader.sampler, _MOST_ORDERED)]
    return [list(order) for order in islice(loader.batch_sampler, _MOST_ORDERED)]


def _fetched(loader: DataLoader[Any], order: list[int]) -> Any:
    dataset: Any = loader.dataset
    if loader.batch_sampler is None:
        return loader.collate_fn(dataset[order[0]])
    many = getattr(dataset, "__getitems__", None)
    return loader.collate_fn(many(order) if many else [dataset[index] for index in order])


def _is_iterable(loader: DataLoader[Any]) -> bool:
    return isinstance(loader.dataset, IterableDataset)


def _length(sized: Any) -> int:
    try:
        return len(sized)
    except TypeError:
        return 0


def _labels(batch: Any) -> Tensor | None:
    if isinstance(batch, dict):
        found = [batch[name] for name in ("label", "labels", "target", "targets", "y") if name in batch]
    else:
        found = list(batch[1:2]) if isinstance(batch, tuple | list) else []
    return found[0] if found and isinstance(found[0], Tensor) else None


def _size(batch: Any) -> int:
    if isinstance(batch, dict):
        batch = list(batch.values())
    first = batch[0] if isinstance(batch, tuple | list) and batch else batch
    return len(first) if isinstance(first, Tensor) and first.ndim else 0


def _digest(numbers: list[int]) -> str:
    return hashlib.sha256(repr(numbers).encode()).hexdigest()[:16]
