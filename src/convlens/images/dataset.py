"""The shape in which every data set enters convlens: plain tensors in memory."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import torch
from torch import Tensor

# How a photograph becomes a picture like the data set's own: "object" finds the object and sets it light on black,
# as Fashion-MNIST was made; "whole" resizes the whole photograph, as a folder of pictures is read.
Preparation = Literal["object", "whole"]


class Split(NamedTuple):
    """Pictures and their classes: a plain pair of tensors.

    images: uint8, (N, C, H, W), 0 to 255, C is 1 (grey) or 3 (red, green, blue).
    labels: int64, (N,), 0 to K - 1.
    """

    images: Tensor
    labels: Tensor

    @property
    def size(self) -> int:
        """The number of pictures."""
        return self.labels.shape[0]


@dataclass(frozen=True)
class ImageData:
    """A data set, whole and in memory, with everything that depends on it alone.

    Attributes:
        name: what the data is called in messages: `fashion-mnist`, or the folder's name.
        classes: the K class names, in the order of the labels.
        train, validation, test: three splits without a common item.
        preparation: how a photograph becomes a picture like these.
        notes: what a person should know about the data (damaged files, an imbalance), one sentence each.
    """

    name: str
    classes: tuple[str, ...]
    train: Split
    validation: Split
    test: Split
    preparation: Preparation
    notes: tuple[str, ...] = ()

    @property
    def picture_shape(self) -> tuple[int, int, int]:
        """(C, H, W) of every picture."""
        _, channels, height, width = self.train.images.shape
        return channels, height, width

    @property
    def counts(self) -> dict[str, tuple[int, int, int]]:
        """The number of pictures of each class to train, validate and test with."""
        splits = (self.train, self.validation, self.test)
        by_split = [torch.bincount(split.labels, minlength=len(self.classes)).tolist() for split in splits]
        return dict(zip(self.classes, zip(*by_split, strict=True), strict=True))

    @cached_property
    def sha256(self) -> str:
        """A digest of every pixel, label and class name: what a run was trained on."""
        digest = hashlib.sha256("\n".join(self.classes).encode())
        for split in (self.train, self.validation, self.test):
            digest.update(str(tuple(split.images.shape)).encode())
            digest.update(split.images.contiguous().numpy().data)
            digest.update(split.labels.contiguous().numpy().data)
        return digest.hexdigest()

    @cached_property
    def mean_and_std(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Per-channel mean and standard deviation of the training pictures, in units of 0 to 1."""
        # Counting the 256 values is exact, and much faster than floating-point sums over 43 million pixels.
        means, stds = [], []
        values = torch.arange(256, dtype=torch.float64) / 255
        for channel in self.train.images.unbind(1):
            share = torch.bincount(channel.flatten(), minlength=256).double() / channel.numel()
            mean = (share * values).sum()
            std = (share * (values - mean) ** 2).sum().sqrt()
            means.append(mean.item())
            stds.append(max(std.item(), 1 / 255))  # a single-coloured data set must not divide by zero
        return tuple(means), tuple(stds)


def picture_digest(picture: bytes, seed: int) -> bytes:
    """The key by which `held_out` orders pictures: it depends on a picture's contents and the seed alone."""
    return hashlib.sha256(seed.to_bytes(16, "little", signed=True) + picture).digest()


def held_out(digests: Sequence[bytes], labels: Sequence[int], share: float) -> list[int]:
    """Choose the same share of every class to be held out for validation or testing.

    Within a class the pictures with the smallest digests are taken, so the choice depends on contents and seed and
    not on names or order: adding a picture moves at most one other picture of its class across the line. Equal
    pictures of a class always end up on the same side.

    Args:
        digests: one `picture_digest` per picture.
        labels: the class of each picture.
        share: between 0 and 1; at least one picture of each class with two or more is held out.

    Returns:
        the indices held out, ascending.
    """
    distinct: dict[int, set[bytes]] = {}
    for digest, label in zip(digests, labels, strict=True):
        distinct.setdefault(label, set()).add(digest)
    chosen: dict[int, set[bytes]] = {}
    for label, members in distinct.items():
        quota = round(share * len(members))
        if len(members) > 1:
            quota = min(max(quota, 1), len(members) - 1)
        chosen[label] = set(sorted(members)[:quota])
    return [index for index, (digest, label) in enumerate(zip(digests, labels, strict=True)) if digest in chosen[label]]
