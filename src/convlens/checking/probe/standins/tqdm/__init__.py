"""A progress bar that shows nothing."""

from collections.abc import Iterable, Iterator
from typing import Any


class tqdm:  # noqa: N801 - the name it is known by
    """The items of an iterable, one by one."""

    def __init__(self, iterable: Iterable[Any] = (), *_: Any, **__: Any) -> None:
        self.iterable, self.n = iterable, 0

    def __iter__(self) -> Iterator[Any]:
        """The iterable's own."""
        return iter(self.iterable)

    def __len__(self) -> int:
        """The iterable's own."""
        return len(self.iterable)  # type: ignore[arg-type]

    def __enter__(self) -> "tqdm":
        """The bar."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def update(self, n: int = 1) -> None:
        """Count."""
        self.n += n

    def __getattr__(self, name: str) -> Any:
        """Whatever else a bar can show."""
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: None

    @staticmethod
    def write(*words: Any, **_: Any) -> None:
        """Print."""
        print(*words)


def trange(*args: int, **_: Any) -> tqdm:
    """A bar over a range."""
    return tqdm(range(*args))
