"""Splits."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray


def _taken(values: Any, indices: NDArray[np.int64]) -> Any:
    if isinstance(values, np.ndarray | torch.Tensor):
        return values[indices]
    return [values[int(index)] for index in indices]


def train_test_split(
    *arrays: Any, test_size: Any = 0.25, random_state: int | None = None, shuffle: bool = True, **_: Any
) -> list[Any]:
    """Each sequence in two parts, cut alike."""
    count = len(arrays[0])
    held = round(test_size * count) if isinstance(test_size, float) else int(test_size)
    order = np.random.default_rng(random_state).permutation(count) if shuffle else np.arange(count)
    return [part for array in arrays for part in (_taken(array, order[:-held]), _taken(array, order[-held:]))]


class KFold:
    """Several cuts into a larger and a smaller part."""

    def __init__(self, n_splits: int = 5, shuffle: bool = False, random_state: int | None = None) -> None:
        self.n_splits, self.shuffle, self.random_state = n_splits, shuffle, random_state

    def split(self, x: Any, *_: Any) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """The indices of both parts, for each cut."""
        order = np.arange(len(x))
        if self.shuffle:
            order = np.random.default_rng(self.random_state).permutation(order)
        for part in np.array_split(order, self.n_splits):
            yield np.setdiff1d(order, part), part


StratifiedKFold = KFold
