"""How long work in this package tells whoever started it how far it is; drawing that is the caller's business."""

from typing import Protocol


class Progress(Protocol):
    """Called every now and then while something is fetched or read."""

    def __call__(self, description: str, done: int, total: int) -> None:
        """Tell that `done` of `total` units of what `description` names are done; a total of 0 is not known."""


def silent(description: str, done: int, total: int) -> None:
    """Progress that nobody watches."""
