"""The second version of the transforms, as far as classifiers use it."""

from typing import Any

import torch

from . import *  # noqa: F403 - the same transforms under the same names
from . import functional
from .plain import Transform


class ToImage(Transform):
    """A picture as a tensor of bytes."""

    def change(self, picture: Any) -> Any:
        """uint8 (C, H, W)."""
        return functional.to_image(picture)


class ToDtype(Transform):
    """Another kind of number, scaled to its range on request."""

    def __init__(self, dtype: torch.dtype, scale: bool = False) -> None:
        self.dtype, self.scale = dtype, scale

    def change(self, picture: Any) -> Any:
        """The same picture in other numbers."""
        if not isinstance(picture, torch.Tensor):
            return picture
        return functional.convert_image_dtype(picture, self.dtype) if self.scale else picture.to(self.dtype)


class Identity(Transform):
    """Nothing is changed."""

    def change(self, picture: Any) -> Any:
        """The picture itself."""
        return picture
