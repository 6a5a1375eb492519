"""From a photograph to the picture that the network sees.

A network trained on a folder of pictures gets the photograph resized as that folder's pictures were. A network
trained on Fashion-MNIST gets the object alone, made as Fashion-MNIST was (arXiv 1708.07747): photographed on a light
background, trimmed to the object, its longer edge resized to 28 pixels, sharpened, centred, negated, in grey.
"""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from torch import Tensor

from convlens.files import write_atomically
from convlens.images.dataset import Preparation
from convlens.images.decode import square
from convlens.images.objects import FoundObject, find_object

# In Fashion-MNIST nearly every object's darkest hundredth lies around 235 and its lightest cloth around 20, however
# dark or pale the garment is: each picture was stretched on its own.
BRIGHT, HEADROOM = 235, 15
# A garment lighter than its background is negated all the same, as its folds and prints were for the training
# pictures, unless the background is darker than this grey level: then the photograph already is light on black.
DARK_BACKGROUND = 100
SHARPENING = ImageFilter.UnsharpMask(radius=1, percent=50, threshold=0)
DETAIL = 4  # the object is cut out with this many times the network's pixels, then averaged
CROWDED = 0.25  # share of the photograph's border that an object may cover before the person is told


@dataclass(frozen=True)
class Prepared:
    """What the network sees of a photograph, and how it was found.

    Attributes:
        picture: uint8, (C, S, S), 0 to 255.
        box: left, upper, right and lower edge of the object in the photograph, in pixels; None when the whole
            photograph is used.
        inverted: whether brightness was negated.
        note: a sentence when the result should not be trusted blindly, else None.
    """

    picture: Tensor
    box: tuple[int, int, int, int] | None = None
    inverted: bool = False
    note: str | None = None


def prepare(photo: Image.Image, *, picture_shape: tuple[int, int, int], preparation: Preparation) -> Prepared:
    """Make the picture that a network trained on pictures of this shape should see of a photograph.

    Args:
        photo: upright, of mode L or RGB, of any size.
        picture_shape: (C, S, S) of the network's input; C is 1 (grey) or 3.
        preparation: "whole" for the whole photograph, resized as a folder of pictures is; "object" for the object
            on its background, light on black. A picture that already has S by S pixels on black is not touched.
            Where no object stands out, "object" uses the whole photograph and says so in the note.
    """
    channels, side, _ = picture_shape
    if preparation == "whole":
        return Prepared(_whole(photo, channels, side))
    grey = photo.convert("L")
    if photo.size == (side, side) and _is_on_black(np.asarray(grey)):
        return Prepared(_tensor(grey, channels))
    found = find_object(photo.convert("RGB"))
    if found is None:
        note = "No object stands out from the background, so the whole photograph is used."
        return Prepared(_whole(grey, channels, side), note=note)
    inverted = _should_negate(grey, found)
    drawn = _centred(_cut_out(grey, found, inverted, side), side)
    return Prepared(_tensor(drawn, channels), found.box, inverted, _note(found))


def save_png(picture: Tensor, path: Path, scale: int = 1) -> None:
    """Write a picture, uint8 of shape (C, H, W), as PNG, with `scale` x `scale` pixels for each of its own."""
    pixels_HWC = picture.permute(1, 2, 0).numpy()
    image = Image.fromarray(pixels_HWC.squeeze(-1) if pixels_HWC.shape[2] == 1 else pixels_HWC)
    size = (scale * image.width, scale * image.height)
    encoded = BytesIO()
    image.resize(size, Image.Resampling.NEAREST).save(encoded, "PNG")
    write_atomically(path, encoded.getvalue())


def _whole(photo: Image.Image, channels: int, side: int) -> Tensor:
    return _tensor(square(photo, side), channels)


def _tensor(image: Image.Image, channels: int) -> Tensor:
    """(C, H, W), uint8."""
    pixels = np.array(image.convert("L" if channels == 1 else "RGB"))
    return torch.from_numpy(np.atleast_3d(pixels)).permute(2, 0, 1).contiguous()


def _is_on_black(pixels: NDArray[np.uint8]) -> bool:
    """Whether the background is exactly 0, as in every Fashion-MNIST picture, even where a bag fills nearly all."""
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    black, white = (border == 0).mean(), (border == 255).mean()
    return bool(black > 0.05 and black > white)


def _should_negate(grey: Image.Image, found: FoundObject) -> bool:
    h, w = found.mask.shape
    object_greys = np.asarray(grey.resize((w, h), Image.Resampling.BOX, reducing_gap=2.0))[found.mask]
    return not (found.background < min(DARK_BACKGROUND, float(np.median(object_greys))))


def _cut_out(grey: Image.Image, found: FoundObject, inverted: bool, side: int) -> Image.Image:
    """The object on black, its brightness stretched to the usual range, its longer edge `side` pixels, sharpened."""
    left, upper, right, lower = found.box
    scale = side / max(right - left, lower - upper)
    w, h = max(1, round(scale * (right - left))), max(1, round(scale * (lower - upper)))
    fine = (DETAIL * w, DETAIL * h)
    mask = _resized_mask(found, grey.size, fine)
    greys = np.asarray(grey.resize(fine, Image.Resampling.BICUBIC, found.box, reducing_gap=3.0), np.float64)
    if inverted:
        greys, background = 255 - greys, 255 - found.background
    else:
        background = found.background
    inside = greys[mask] if mask.any() else greys.ravel()
    lowest = min(float(np.percentile(inside, 2)), background) - HEADROOM
    highest = float(np.percentile(inside, 99))
    values = BRIGHT * (greys - lowest) / (highest - lowest)
    on_black = np.where(mask, values, 0).clip(0, 255).round().astype(np.uint8)
    return Image.fromarray(on_black).reduce(DETAIL).filter(SHARPENING)


def _resized_mask(found: FoundObject, photo_size: tuple[int, int], size: tuple[int, int]) -> NDArray[np.bool_]:
    """The part of the mask inside the box, with smooth edges at any size: bool, (height, width)."""
    h, w = found.mask.shape
    across, down = w / photo_size[0], h / photo_size[1]
    left, upper, right, lower = found.box
    box = (left * across, upper * down, min(right * across, w), min(lower * down, h))
    image = Image.fromarray(found.mask.astype(np.uint8) * 255)
    return np.asarray(image.resize(size, Image.Resampling.BILINEAR, box)) > 127


def _centred(image: Image.Image, side: int) -> Image.Image:
    canvas = Image.new("L", (side, side))
    canvas.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return canvas


def _note(found: FoundObject) -> str | None:
    mask = found.mask
    border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    if border.mean() > CROWDED:
        return "The object reaches the edge of the photograph: with some background around it the answer is surer."
    return None
