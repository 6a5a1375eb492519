"""What loaders give to a script that trains: of large sets an even part, the same in every run."""

import inspect
from collections.abc import Iterator
from itertools import islice
from typing import Any

from torch.utils.data import DataLoader, Dataset, IterableDataset

from convlens.checking.probe.observation import Pass, Place
from convlens.checking.probe.watching.book import Book

_FAR_MORE = 5 / 3
"""Sets up to so many times the bound stay whole: of Fashion-MNIST's that is the test set."""
_PROCESSES = {"num_workers", "prefetch_factor", "persistent_workers", "multiprocessing_context", "timeout"}


class LoadersGiving:
    """Patches `DataLoader`, and knows which batch was given last and which loaders were trained with."""

    def __init__(self, book: Book, pictures: int | None) -> None:
        self._book, self._pictures = book, pictures
        self.batch: Any = None
        self.walked: list[DataLoader[Any]] = []
        self.trained: list[DataLoader[Any]] = []
        self._current: DataLoader[Any] | None = None

    def install(self) -> None:
        """Patch the class."""
        make, walk, giving = DataLoader.__init__, DataLoader.__iter__, self
        signature = inspect.signature(make)

        def made(loader: DataLoader[Any], *args: Any, **kwargs: Any) -> None:
            given = signature.bind(loader, *args, **kwargs).arguments
            for name in (*_PROCESSES, "pin_memory", "self"):
                given.pop(name, None)
            if giving._pictures is not None and not giving._book.busy:
                _shorten(given, giving._pictures)
            make(loader, **given)

        def walked(loader: DataLoader[Any]) -> Any:
            return giving._walk(loader, walk(loader))

        DataLoader.__init__ = made  # type: ignore[assignment, method-assign]
        DataLoader.__iter__ = walked  # type: ignore[method-assign]

    def _walk(self, loader: DataLoader[Any], batches: Iterator[Any]) -> Iterator[Any]:
        self._book.observation.passes.append(Pass(-1, self._book.place() or Place("", 0, "", 0, 0), 0))
        self.walked = [*(one for one in self.walked if one is not loader), loader]
        for batch in batches:
            self._current, self.batch = loader, batch
            yield batch

    def note_training(self) -> None:
        """What was given last is trained with."""
        if self._current is not None and not any(one is self._current for one in self.trained):
            self.trained.append(self._current)

    @property
    def evaluating(self) -> DataLoader[Any] | None:
        """The loader that was walked last of those never trained with."""
        return next((one for one in reversed(self.walked) if not any(one is other for other in self.trained)), None)


def _shorten(given: dict[str, Any], most: int) -> None:
    """Change the arguments of a loader so that it gives at most about so many items."""
    dataset, batch = given["dataset"], given.get("batch_size") or 1
    if isinstance(dataset, IterableDataset):
        given["dataset"] = _FirstOfStream(dataset, most)
    elif given.get("batch_sampler") is not None:
        sizes = [len(order) for order in islice(given["batch_sampler"], 1)]
        given["batch_sampler"] = _FirstOf(given["batch_sampler"], -(-most // (sizes or [batch])[0]))
    elif given.get("sampler") is not None:
        given["sampler"] = _FirstOf(given["sampler"], most)
    elif len(dataset) > most * _FAR_MORE:
        given["dataset"] = EvenPart(dataset, most)


class EvenPart(Dataset[Any]):
    """Items of a data set at equal distances; everything else of it stays what it is."""

    def __init__(self, dataset: Any, most: int) -> None:
        self.dataset = dataset
        self._indices = range(0, len(dataset), -(-len(dataset) // most))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "dataset":
            raise AttributeError(name)
        return getattr(self.dataset, name)

    def __getitem__(self, index: int) -> Any:
        """One item."""
        return self.dataset[self._indices[index]]

    def __len__(self) -> int:
        """How many there are."""
        return len(self._indices)


class _FirstOf:
    """The first of what a sampler gives."""

    def __init__(self, sampler: Any, most: int) -> None:
        self.sampler, self._most = sampler, most

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "sampler":
            raise AttributeError(name)
        return getattr(self.sampler, name)

    def __iter__(self) -> Iterator[Any]:
        return islice(self.sampler, self._most)

    def __len__(self) -> int:
        """How many it gives."""
        return min(len(self.sampler), self._most)


class _FirstOfStream(IterableDataset[Any]):
    def __init__(self, dataset: Any, most: int) -> None:
        self.dataset, self._most = dataset, most

    def __iter__(self) -> Iterator[Any]:
        return islice(self.dataset, self._most)
