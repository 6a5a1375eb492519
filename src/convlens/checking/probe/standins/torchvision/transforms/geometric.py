"""Transforms that move pixels."""

from typing import Any

import torch

from . import functional
from .plain import Transform


def drawn(low: float, high: float) -> float:
    """A number from an interval, by PyTorch's generator as in torchvision."""
    return float(torch.empty(1).uniform_(float(low), float(high)))


class Resize(Transform):
    """To (height, width), or the shorter side to one number."""

    def __init__(self, size: Any, *_: Any, **__: Any) -> None:
        self.size = size

    def change(self, picture: Any) -> Any:
        """See `functional.resize`."""
        return functional.resize(picture, self.size)


class CenterCrop(Resize):
    """The middle."""

    def change(self, picture: Any) -> Any:
        """See `functional.center_crop`."""
        return functional.center_crop(picture, self.size)


class Pad(Transform):
    """A border."""

    def __init__(self, padding: Any, fill: Any = 0, padding_mode: str = "constant") -> None:
        self.given = padding, fill, padding_mode

    def change(self, picture: Any) -> Any:
        """See `functional.pad`."""
        return functional.pad(picture, *self.given)


class RandomCrop(Transform):
    """A part of the picture, or of the picture with a border."""

    def __init__(
        self, size: Any, padding: Any = None, pad_if_needed: bool = False, fill: Any = 0, padding_mode: str = "constant"
    ) -> None:
        self.size, self.padding, self.pad_if_needed = functional.pair(size), padding, pad_if_needed
        self.fill, self.padding_mode = fill, padding_mode

    def change(self, picture: Any) -> Any:
        """A part at a place drawn at random."""
        if self.padding is not None:
            picture = functional.pad(picture, self.padding, self.fill, self.padding_mode)
        height, width = functional.size_of(picture)
        rows, columns = self.size
        if self.pad_if_needed and (height < rows or width < columns):
            picture = functional.pad(picture, max(rows - height, columns - width))
            height, width = functional.size_of(picture)
        if height < rows or width < columns:
            raise ValueError(f"Required crop size {self.size} is larger than input image size {(height, width)}")
        top = int(torch.randint(height - rows + 1, (1,)))
        return functional.crop(picture, top, int(torch.randint(width - columns + 1, (1,))), rows, columns)


class RandomResizedCrop(Transform):
    """A part of the picture, brought to one size."""

    def __init__(self, size: Any, scale: tuple[float, float] = (0.08, 1.0), *_: Any, **__: Any) -> None:
        self.size, self.scale = functional.pair(size), scale

    def change(self, picture: Any) -> Any:
        """A part drawn at random, resized."""
        height, width = functional.size_of(picture)
        share = drawn(*self.scale) ** 0.5
        rows, columns = max(int(height * share), 1), max(int(width * share), 1)
        top, left = int(torch.randint(height - rows + 1, (1,))), int(torch.randint(width - columns + 1, (1,)))
        return functional.resize(functional.crop(picture, top, left, rows, columns), self.size)


class RandomHorizontalFlip(Transform):
    """Left and right exchanged, with probability p."""

    flip = staticmethod(functional.hflip)

    def __init__(self, p: float = 0.5) -> None:
        self.p = p

    def change(self, picture: Any) -> Any:
        """Flipped or not."""
        return self.flip(picture) if float(torch.rand(1)) < self.p else picture


class RandomVerticalFlip(RandomHorizontalFlip):
    """Top and bottom exchanged, with probability p."""

    flip = staticmethod(functional.vflip)


class RandomRotation(Transform):
    """Turned by an angle drawn at random."""

    def __init__(self, degrees: Any, *_: Any, **__: Any) -> None:
        self.degrees = (-degrees, degrees) if isinstance(degrees, int | float) else degrees

    def change(self, picture: Any) -> Any:
        """See `functional.rotate`."""
        return functional.rotate(picture, drawn(*self.degrees))


class RandomAffine(RandomRotation):
    """Turned, moved and scaled at random."""

    def __init__(self, degrees: Any, translate: Any = None, scale: Any = None, *_: Any, **__: Any) -> None:
        super().__init__(degrees)
        self.translate, self.scale = translate or (0, 0), scale or (1.0, 1.0)

    def change(self, picture: Any) -> Any:
        """See `functional.affine`."""
        height, width = functional.size_of(picture)
        across, down = self.translate[0] * width, self.translate[1] * height
        moved = (round(drawn(-across, across)), round(drawn(-down, down)))
        return functional.affine(picture, drawn(*self.degrees), moved, drawn(*self.scale))


class RandomPerspective(RandomRotation):
    """Seen from aside, at random; here it is turned a little instead."""

    def __init__(self, *_: Any, p: float = 0.5, **__: Any) -> None:
        super().__init__(5)
        self.p = p

    def change(self, picture: Any) -> Any:
        """Changed or not."""
        return super().change(picture) if float(torch.rand(1)) < self.p else picture


class RandomErasing(Transform):
    """A rectangle painted over, with probability p."""

    def __init__(self, p: float = 0.5, scale: tuple[float, float] = (0.02, 0.33), *_: Any, **__: Any) -> None:
        self.p, self.scale = p, scale

    def change(self, picture: Any) -> Any:
        """A tensor with a rectangle of zeros, or the picture."""
        if not isinstance(picture, torch.Tensor):
            raise TypeError(f"img should be Tensor Image. Got {type(picture)}")
        if float(torch.rand(1)) >= self.p:
            return picture
        height, width = functional.size_of(picture)
        share = drawn(*self.scale) ** 0.5
        rows, columns = max(int(height * share), 1), max(int(width * share), 1)
        top, left = int(torch.randint(height - rows + 1, (1,))), int(torch.randint(width - columns + 1, (1,)))
        picture = picture.clone()
        picture[..., top : top + rows, left : left + columns] = 0
        return picture
