"""Watches data sets: where they were made, which data is behind them, and whether an item stays the same."""

import copy
import random
from typing import Any, Literal
from weakref import ReferenceType, ref

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset, Subset

from convlens.checking.probe.observation import Place
from convlens.checking.probe.watching.book import Book

Key = tuple[str, ...]
Again = Literal["same", "another", "scaled"]


class DatasetWatch:
    """Patches `Dataset`, and asks for items of its own."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._made: dict[int, tuple[ReferenceType[Any], Place]] = {}

    def install(self) -> None:
        """Patch the class: every data set is known by the line that made it."""
        watch = self

        def new(cls: type[Any], *_: Any, **__: Any) -> Any:
            made = object.__new__(cls)
            place = watch._book.place()
            if place is not None:
                watch._made[id(made)] = (ref(made), place)
            return made

        Dataset.__new__ = new  # type: ignore[method-assign]

    def places(self, dataset: Any) -> tuple[Place, ...]:
        """Where a data set was made; of a part its place, then that of the data behind it."""
        found = []
        while dataset is not None:
            known, place = self._made.get(id(dataset), (None, None))
            if known is not None and known() is dataset and place is not None:
                found.append(place)
            dataset = dataset.dataset if isinstance(dataset, Subset) else None
        return tuple(found)

    def place_of_item(self, dataset: Any) -> Place | None:
        """The person's own function that makes an item."""
        while isinstance(dataset, Subset):
            dataset = dataset.dataset
        code = getattr(getattr(type(dataset), "__getitem__", None), "__code__", None)
        table = self._book.tables.get(code.co_filename) if code is not None else None
        if code is None or table is None:
            return None
        first, last = table.functions.get(code.co_firstlineno, (code.co_firstlineno, code.co_firstlineno))
        return Place(code.co_filename, first, code.co_name, first, last)

    def asked_again(self, dataset: Any, indices: list[int]) -> Again | None:
        """What becomes of an item that is asked for again: chance may change it, or a change of the data in place."""
        states = random.getstate(), np.random.get_state(), torch.random.get_rng_state()
        try:
            with self._book.quiet():
                found = {_compared(dataset, index) for index in indices for _ in range(3)}
            return "another" if "another" in found else "scaled" if "scaled" in found else "same"
        except Exception:
            return None  # a data set that does not let itself be asked out of order
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])
            torch.random.set_rng_state(states[2])


def _compared(dataset: Any, index: int) -> Again:
    """One item asked for twice. The first is copied, because both times it may be the data set's own memory."""
    one = copy.deepcopy(dataset[index])
    other = dataset[index]
    if _alike(one, other):
        return "same"
    return "scaled" if _is_multiple(one, other) else "another"


def is_test(dataset: Any) -> bool:
    """Whether the data behind views of it calls itself the test part."""
    while isinstance(dataset, Subset):
        dataset = dataset.dataset
    return getattr(dataset, "train", None) is False or getattr(dataset, "split", None) == "test"


def root(dataset: Any, indices: Any) -> tuple[Key, Any]:
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


def identity(dataset: Any, flat: list[int]) -> tuple[Key, frozenset[int]]:
    """The data behind views of it, and the items of it that some indices mean."""
    key, indices = root(dataset, flat)
    return key, frozenset(indices)


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor):
        return one.shape == other.shape and torch.equal(one, other)
    if isinstance(one, tuple | list):
        return all(_alike(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return all(_alike(one[key], other[key]) for key in one)
    return bool(np.array_equal(np.asarray(one), np.asarray(other)))


def _is_multiple(one: Any, other: Any) -> bool:
    """Whether the pictures in two items differ by one factor and nothing else does."""
    if isinstance(one, Tensor) and isinstance(other, Tensor) and one.ndim > 1:
        size, other_size = float(one.float().norm()), float(other.float().norm())
        if not size or not other_size or one.shape != other.shape or size == other_size:
            return False
        return torch.allclose(one.float() / size, other.float() / other_size, atol=1e-4)
    if isinstance(one, tuple | list):
        return all(_is_multiple(a, b) or _alike(a, b) for a, b in zip(one, other, strict=True))
    return False
