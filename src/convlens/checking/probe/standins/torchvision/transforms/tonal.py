"""Transforms that change brightness and colour, and the learned mixtures of many."""

import enum
from typing import Any

import torch

from . import functional
from .geometric import drawn
from .plain import Transform


def _span(given: Any) -> tuple[float, float]:
    return (max(0.0, 1 - given), 1 + given) if isinstance(given, int | float) else tuple(given)


class ColorJitter(Transform):
    """Brightness and contrast drawn at random; saturation and hue leave grey pictures alone, and here all."""

    def __init__(self, brightness: Any = 0, contrast: Any = 0, saturation: Any = 0, hue: Any = 0) -> None:
        self.brightness, self.contrast = _span(brightness), _span(contrast)

    def change(self, picture: Any) -> Any:
        """Lighter or darker, with more or less contrast."""
        return functional.adjust_contrast(
            functional.adjust_brightness(picture, drawn(*self.brightness)), drawn(*self.contrast)
        )


class RandomGrayscale(Transform):
    """Grey in as many channels, with probability p."""

    def __init__(self, p: float = 0.1) -> None:
        self.p = p

    def change(self, picture: Any) -> Any:
        """Grey or not."""
        if float(torch.rand(1)) >= self.p:
            return picture
        channels = picture.shape[-3] if isinstance(picture, torch.Tensor) else len(picture.getbands())
        return functional.rgb_to_grayscale(picture, channels)


class GaussianBlur(Transform):
    """Less sharp."""

    def __init__(self, kernel_size: Any, sigma: Any = (0.1, 2.0)) -> None:
        self.kernel_size = kernel_size

    def change(self, picture: Any) -> Any:
        """See `functional.gaussian_blur`."""
        return functional.gaussian_blur(picture, self.kernel_size)


class RandomInvert(Transform):
    """A negative, with probability p."""

    def __init__(self, p: float = 0.5) -> None:
        self.p = p

    def change(self, picture: Any) -> Any:
        """Inverted or not."""
        return functional.invert(picture) if float(torch.rand(1)) < self.p else picture


class RandAugment(Transform):
    """A mixture of many changes; here of two: brightness and a small turn."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def change(self, picture: Any) -> Any:
        """Changed a little, never the same."""
        return functional.rotate(functional.adjust_brightness(picture, drawn(0.7, 1.3)), drawn(-10, 10))


class TrivialAugmentWide(RandAugment):
    """As above."""


class AutoAugment(RandAugment):
    """As above."""


class AugMix(RandAugment):
    """As above."""


class RandomAdjustSharpness(RandAugment):
    """As above."""


class RandomAutocontrast(RandAugment):
    """As above."""


class RandomEqualize(RandAugment):
    """As above."""


class AutoAugmentPolicy(enum.Enum):
    """The data set a mixture was learned on."""

    IMAGENET = "imagenet"
    CIFAR10 = "cifar10"
    SVHN = "svhn"
