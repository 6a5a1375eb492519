"""Watches loaders: which items they give, in which order; and gives only their first two batches and their last."""

import hashlib
import inspect
import random
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, Subset

from convlens.checking.probe.observation import Cut, LoaderSeen, Overlap, Pass, Place
from convlens.checking.probe.watching.book import Book, RunningPass

BATCHES = 3
_MOST_BATCHES = 100_000
_PATIENCE = 6.0
"""Seconds of the processor after which a walk ends although it has given only two batches."""
_Key = tuple[str, ...]


class LoaderWatch:
    """Patches `DataLoader` and remembers which items each loader holds."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._loaders: list[DataLoader[Any]] = []
        self._items: list[tuple[_Key, frozenset[int]]] = []
        self._make = DataLoader.__init__

    def install(self) -> None:
        """Patch the class."""
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
        key, _ = _root(loader.dataset, range(0))
        self._loaders.append(loader)
        self._items.append((key, frozenset()))
        batches = -(-items // loader.batch_size) if loader.batch_size else items
        if loader.batch_sampler is not None and not is_iterable:
            batches = _length(loader.batch_sampler)
        seen = LoaderSeen(
            place, items, batches, loader.batch_size, loader.drop_last, type(loader.dataset).__name__, is_iterable
        )
        self._book.observation.loaders.append(seen)
        return len(self._loaders) - 1

    def walk(self, loader: DataLoader[Any]) -> Any:
        """What the loader gives, cut short."""
        place = self._book.place()
        if place is None:
            return self._batches_of_iterable(loader) if _is_iterable(loader) else self._all_of(loader)
        return self._walk(loader, place)

    def _walk(self, loader: DataLoader[Any], place: Place) -> Iterator[Any]:
        book, number = self._book, self.number(loader)
        seen = Pass(number, place, book.now())
        book.observation.passes.append(seen)
        running = book.last_pass = RunningPass(len(book.observation.passes) - 1, seen)
        began, kept = time.process_time(), loader
        try:
            for index, batch in enumerate(self._cut(kept, seen)):
                running.batch, running.labels = index, _labels(batch)
                seen.sizes.append(_size(batch))
                if running in book.active:
                    book.active.remove(running)
                book.active.append(running)
                yield batch
                if index == 1 and time.process_time() - began > _PATIENCE:
                    break
        finally:
            seen.ended = book.now()
            if running in book.active:
                book.active.remove(running)
            if len(seen.sizes) < book.observation.loaders[number].batches:
                asked = book.observation.loaders[number].batches
                book.observation.cut.append(Cut(place, "loader", asked, len(seen.sizes)))

    def _cut(self, loader: DataLoader[Any], seen: Pass) -> Iterator[Any]:
        if _is_iterable(loader):
            yield from islice(self._batches_of_iterable(loader), BATCHES)
            return
        orders = _orders(loader)
        flat = [index for order in orders for index in order]
        seen.order = hashlib.sha256(repr(flat).encode()).hexdigest()[:16]
        self._remember(seen, loader, flat)
        chosen = orders if len(orders) <= BATCHES else [*orders[: BATCHES - 1], orders[-1]]
        seen.has_last = True
        loader_seen = self._book.observation.loaders[seen.loader]
        if loader_seen.random_items is None and flat:
            loader_seen.random_items = self._gives_random_items(loader.dataset, flat[:4])
        for order in chosen:
            yield _fetched(loader, order)

    def _remember(self, seen: Pass, loader: DataLoader[Any], flat: list[int]) -> None:
        seen.in_file_order = flat == list(range(len(flat))) and len(flat) > 1
        seen.first_items = tuple(flat[:8])
        if not self._items[seen.loader][1]:
            self._items[seen.loader] = _identity(loader.dataset, flat)

    def _gives_random_items(self, dataset: Any, indices: list[int]) -> bool | None:
        """Whether an item differs from one time to the next, as under a random transform."""
        states = random.getstate(), np.random.get_state(), torch.random.get_rng_state()
        try:
            with self._book.quiet():
                return any(not _alike(dataset[i], dataset[i]) for i in indices for _ in range(3))
        except Exception:
            return None  # a data set that does not let itself be asked out of order
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])
            torch.random.set_rng_state(states[2])

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
        trained = {seen.loader for seen in passes if seen.steps}
        evaluated = {seen.loader for seen in passes if seen.forwards and not seen.backwards} - trained
        found = []
        for train in sorted(trained):
            for evaluation in sorted(evaluated):
                (one, items), (other, others) = self._items[train], self._items[evaluation]
                if one == other and others:
                    found.append(Overlap(train, evaluation, len(items & others), len(others)))
        return found


def _orders(loader: DataLoader[Any]) -> list[list[int]]:
    if loader.batch_sampler is None:
        return [[index] for index in islice(loader.sampler, _MOST_BATCHES)]
    return [list(order) for order in islice(loader.batch_sampler, _MOST_BATCHES)]


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


def _root(dataset: Any, indices: Any) -> tuple[_Key, Any]:
    """The data behind views of it, as something that is equal for equal data, and the indices there."""
    while isinstance(dataset, Subset):
        mapping = dataset.indices
        indices = [int(mapping[index]) for index in indices]
        dataset = dataset.dataset
    name = type(dataset).__name__
    tensors = getattr(dataset, "tensors", None)
    if isinstance(tensors, tuple) and tensors:
        # Slices of one tensor share its memory: an item is known by its place there.
        rows, first = tensors[0], tensors[0].storage_offset() // max(tensors[0].stride(0), 1) if tensors[0].ndim else 0
        return (name, str(rows.untyped_storage().data_ptr())), [first + int(index) for index in indices]
    if hasattr(dataset, "root") and any(hasattr(dataset, part) for part in ("train", "split", "samples")):
        parts = [str(getattr(dataset, part, "")) for part in ("root", "train", "split")]
        return (name, *parts), indices
    return (name, str(id(dataset))), indices


def _identity(dataset: Any, flat: list[int]) -> tuple[_Key, frozenset[int]]:
    key, indices = _root(dataset, flat)
    return key, frozenset(indices)


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


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor):
        return one.shape == other.shape and torch.equal(one, other)
    if isinstance(one, tuple | list):
        return all(_alike(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return all(_alike(one[key], other[key]) for key in one)
    return bool(np.array_equal(np.asarray(one), np.asarray(other)))
