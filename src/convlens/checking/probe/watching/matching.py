"""Watches whether labels go with pictures: whether the class with the nearest mean picture tells a label at all."""

import torch
from torch import Tensor

from convlens.checking.probe.observation import Matching, Place
from convlens.checking.probe.watching.book import Book

_SIDE = 8
_MOST, _FEWEST = 1000, 100
_MOST_CLASSES = 100


class Matches:
    """Pictures that a network was trained on, made small, and the labels that the loss was given for them."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._pictures: list[Tensor] = []
        self._labels: list[Tensor] = []
        self._count = 0
        self._place: Place | None = None

    def add(self, place: Place, labels: Tensor) -> None:
        """The labels that a loss is given, for the pictures that a network answered last; call it quietly."""
        forward, pictures = self._book.last_forward, self._book.last_input
        if forward is None or not forward.gradient or pictures is None or self._count >= _MOST:
            return
        if pictures.ndim != 4 or labels.shape != pictures.shape[:1] or labels.dtype != torch.int64:
            return
        small = torch.nn.functional.adaptive_avg_pool2d(pictures.detach().float(), _SIDE)
        self._pictures.append(small.flatten(1))
        self._labels.append(labels.detach())
        self._count += len(labels)
        self._place = self._place or place

    def finish(self) -> None:
        """Ask for the labels of one half by the mean pictures of the other."""
        if self._count < _FEWEST or self._place is None or len({part.shape[1] for part in self._pictures}) > 1:
            return
        pictures, labels = torch.cat(self._pictures), torch.cat(self._labels)
        classes, numbers = labels.unique(return_inverse=True)
        if not 1 < len(classes) <= _MOST_CLASSES:
            return
        learned, asked = slice(0, None, 2), slice(1, None, 2)
        sums = torch.zeros(len(classes), pictures.shape[1]).index_add_(0, numbers[learned], pictures[learned])
        counts = torch.bincount(numbers[learned], minlength=len(classes)).clamp(min=1)
        nearest = torch.cdist(pictures[asked], sums / counts[:, None]).argmin(1)
        right = int((nearest == numbers[asked]).sum())
        self._book.observation.matching = Matching(self._place, right, len(nearest), len(classes))
