"""Transforms that combine others or change the kind of a picture."""

import random
import sys
from collections.abc import Callable, Sequence
from typing import Any

import torch

from . import functional


class Transform:
    """A function of a picture; a label beside it is handed on unchanged."""

    made_at: tuple[str, int]
    """The file and line of the script that made it."""

    def __new__(cls, *_: Any, **__: Any) -> "Transform":
        """Remember where it is made."""
        self = super().__new__(cls)
        frame = sys._getframe(1)
        self.made_at = (frame.f_code.co_filename, frame.f_lineno)
        return self

    def change(self, picture: Any) -> Any:
        """What the transform makes of one picture."""
        raise NotImplementedError

    def __call__(self, picture: Any, *others: Any) -> Any:
        """Apply it."""
        changed = self.change(picture)
        return (changed, *others) if others else changed

    forward = __call__


class Compose(Transform):
    """One after the other."""

    def __init__(self, transforms: Sequence[Callable[..., Any]]) -> None:
        self.transforms = transforms

    def change(self, picture: Any) -> Any:
        """All of them in turn."""
        for transform in self.transforms:
            picture = transform(picture)
        return picture


class Lambda(Transform):
    """A function of one's own."""

    def __init__(self, lambd: Callable[[Any], Any], *_: Any) -> None:
        self.lambd = lambd

    def change(self, picture: Any) -> Any:
        """What the function makes of it."""
        return self.lambd(picture)


class RandomApply(Transform):
    """All of them, or none."""

    def __init__(self, transforms: Sequence[Callable[..., Any]], p: float = 0.5) -> None:
        self.transforms, self.p = transforms, p

    def change(self, picture: Any) -> Any:
        """All in turn, with probability p."""
        if float(torch.rand(1)) < self.p:
            for transform in self.transforms:
                picture = transform(picture)
        return picture


class RandomChoice(Transform):
    """One of them."""

    def __init__(self, transforms: Sequence[Callable[..., Any]], p: Sequence[float] | None = None) -> None:
        self.transforms, self.p = transforms, p

    def change(self, picture: Any) -> Any:
        """One, drawn at random."""
        return random.choices(self.transforms, self.p)[0](picture)  # noqa: S311


class RandomOrder(RandomApply):
    """All of them in any order."""

    def change(self, picture: Any) -> Any:
        """All, shuffled."""
        for transform in random.sample(list(self.transforms), len(self.transforms)):
            picture = transform(picture)
        return picture


class ToTensor(Transform):
    """float32 (C, H, W) in 0..1."""

    def change(self, picture: Any) -> Any:
        """See `functional.to_tensor`."""
        return functional.to_tensor(picture)


class PILToTensor(Transform):
    """uint8 (C, H, W)."""

    def change(self, picture: Any) -> Any:
        """See `functional.pil_to_tensor`."""
        return functional.pil_to_tensor(picture)


class ToPILImage(Transform):
    """A Pillow image."""

    def __init__(self, mode: str | None = None) -> None:
        self.mode = mode

    def change(self, picture: Any) -> Any:
        """See `functional.to_pil_image`."""
        return functional.to_pil_image(picture, self.mode)


class ConvertImageDtype(Transform):
    """Other numbers for the same picture."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype

    def change(self, picture: Any) -> Any:
        """See `functional.convert_image_dtype`."""
        return functional.convert_image_dtype(picture, self.dtype)


class Normalize(Transform):
    """(x - mean) / std by channel."""

    def __init__(self, mean: Any, std: Any, inplace: bool = False) -> None:
        self.mean, self.std, self.inplace = mean, std, inplace

    def change(self, picture: Any) -> Any:
        """See `functional.normalize`."""
        return functional.normalize(picture, self.mean, self.std)


class Grayscale(Transform):
    """Grey."""

    def __init__(self, num_output_channels: int = 1) -> None:
        self.num_output_channels = num_output_channels

    def change(self, picture: Any) -> Any:
        """See `functional.rgb_to_grayscale`."""
        return functional.rgb_to_grayscale(picture, self.num_output_channels)
