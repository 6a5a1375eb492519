"""What transforms do to one picture, a Pillow image or a tensor (C, H, W)."""

import enum
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, interpolate
from torch.nn.functional import pad as pad_tensor

Picture = Any
"""An `Image.Image` or a `Tensor`."""


class InterpolationMode(enum.Enum):
    """How a picture is resized; here they all do the same."""

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


def _must_be_picture(picture: Picture) -> None:
    if not isinstance(picture, Image.Image | Tensor):
        raise TypeError(f"Unexpected type {type(picture)}")


def to_image(picture: Picture) -> Tensor:
    """uint8 (C, H, W), of a tensor the tensor itself."""
    if isinstance(picture, Tensor):
        return picture
    array = np.array(picture)
    array = array[:, :, None] if array.ndim == 2 else array
    return torch.from_numpy(np.ascontiguousarray(array.transpose(2, 0, 1)))


def pil_to_tensor(picture: Picture) -> Tensor:
    """uint8 (C, H, W) of a Pillow image."""
    if not isinstance(picture, Image.Image):
        raise TypeError(f"pic should be PIL Image. Got {type(picture)}")
    return to_image(picture)


def to_tensor(picture: Picture) -> Tensor:
    """float32 (C, H, W) in 0..1, of bytes; of an array of other numbers unscaled."""
    if not isinstance(picture, Image.Image | np.ndarray):
        raise TypeError(f"pic should be PIL Image or ndarray. Got {type(picture)}")
    tensor = to_image(picture)
    return tensor.to(torch.float32).div(255) if tensor.dtype == torch.uint8 else tensor


def to_pil_image(picture: Picture, mode: str | None = None) -> Image.Image:
    """A Pillow image of a tensor (C, H, W) or an array (H, W, C)."""
    if isinstance(picture, Tensor):
        if picture.is_floating_point():
            picture = picture.mul(255).clamp(0, 255).to(torch.uint8)
        picture = np.moveaxis(np.asarray(picture if picture.ndim == 3 else picture[None]), 0, -1)
    elif not isinstance(picture, np.ndarray):
        raise TypeError(f"pic should be Tensor or ndarray. Got {type(picture)}.")
    array = picture[:, :, 0] if picture.ndim == 3 and picture.shape[2] == 1 else picture
    return Image.fromarray(np.ascontiguousarray(array), mode)


def normalize(tensor: Tensor, mean: Any, std: Any, inplace: bool = False) -> Tensor:
    """(x - mean) / std by channel."""
    if not isinstance(tensor, Tensor):
        raise TypeError(f"img should be Tensor Image. Got {type(tensor)}")
    if not tensor.is_floating_point():
        raise TypeError(f"Input tensor should be a float tensor. Got {tensor.dtype}.")
    shift = torch.as_tensor(mean, dtype=tensor.dtype).reshape(-1, 1, 1)
    scale = torch.as_tensor(std, dtype=tensor.dtype).reshape(-1, 1, 1)
    return (tensor - shift) / scale


def convert_image_dtype(tensor: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """Other numbers for the same picture: 0..255 as bytes, 0..1 as floats."""
    if tensor.is_floating_point() == dtype.is_floating_point:
        return tensor.to(dtype)
    return tensor.to(dtype) / 255 if dtype.is_floating_point else tensor.mul(255).round().clamp(0, 255).to(dtype)


def size_of(picture: Picture) -> tuple[int, int]:
    """(height, width)."""
    if isinstance(picture, Tensor):
        return int(picture.shape[-2]), int(picture.shape[-1])
    return picture.height, picture.width


def resize(picture: Picture, size: Any, *_: Any, **__: Any) -> Picture:
    """To (height, width), or the shorter side to one number."""
    _must_be_picture(picture)
    height, width = size_of(picture)
    if isinstance(size, int) or len(size) == 1:
        side = size if isinstance(size, int) else size[0]
        size = (side, int(side * width / height)) if height <= width else (int(side * height / width), side)
    if isinstance(picture, Tensor):
        resized = interpolate(picture.float()[None], tuple(size), mode="bilinear", antialias=True)[0]
        return resized.to(picture.dtype)
    return picture.resize((size[1], size[0]), Image.Resampling.BILINEAR)


def crop(picture: Picture, top: int, left: int, height: int, width: int) -> Picture:
    """A part of the picture."""
    if isinstance(picture, Tensor):
        return picture[..., top : top + height, left : left + width]
    _must_be_picture(picture)
    return picture.crop((left, top, left + width, top + height))


def center_crop(picture: Picture, size: Any) -> Picture:
    """The middle of the picture; what lies outside is black."""
    rows, columns = pair(size)
    height, width = size_of(picture)
    if height < rows or width < columns:
        more = max(rows - height, columns - width, 0)
        picture = pad(picture, (more + 1) // 2)
        height, width = size_of(picture)
    return crop(picture, (height - rows) // 2, (width - columns) // 2, rows, columns)


def pad(picture: Picture, padding: Any, fill: Any = 0, padding_mode: str = "constant") -> Picture:
    """A border of one width, of two (left and right, top and bottom), or of four."""
    sides = (padding,) * 4 if isinstance(padding, int) else tuple(padding) * (4 // len(padding))
    left, top, right, bottom = sides
    if isinstance(picture, Tensor):
        value = fill if isinstance(fill, int | float) else fill[0]
        mode = padding_mode if padding_mode in ("constant", "reflect") else "constant"
        if mode == "reflect":
            return pad_tensor(picture[None], (left, right, top, bottom), mode=mode)[0]
        return pad_tensor(picture, (left, right, top, bottom), value=value)
    _must_be_picture(picture)
    if padding_mode != "constant":
        array = np.asarray(picture)
        border = [(top, bottom), (left, right), (0, 0)][: array.ndim]
        return Image.fromarray(np.pad(array, border, mode="reflect" if padding_mode == "reflect" else "edge"))
    return ImageOps.expand(picture, (left, top, right, bottom), fill)


def hflip(picture: Picture) -> Picture:
    """Left and right exchanged."""
    _must_be_picture(picture)
    return picture.flip(-1) if isinstance(picture, Tensor) else ImageOps.mirror(picture)


def vflip(picture: Picture) -> Picture:
    """Top and bottom exchanged."""
    _must_be_picture(picture)
    return picture.flip(-2) if isinstance(picture, Tensor) else ImageOps.flip(picture)


def rotate(picture: Picture, angle: float, *_: Any, **__: Any) -> Picture:
    """Turned by an angle in degrees."""
    return affine(picture, angle)


def affine(picture: Picture, angle: float, translate: Any = (0, 0), scale: float = 1.0, *_: Any, **__: Any) -> Picture:
    """Turned, moved (in pixels) and scaled; shear is left out."""
    _must_be_picture(picture)
    if not isinstance(picture, Tensor):
        moved = picture.rotate(angle, translate=tuple(translate))
        return moved if scale == 1.0 else center_crop(resize(moved, [round(n * scale) or 1 for n in size_of(moved)]),
                                                      size_of(picture))  # fmt: skip
    turn = torch.deg2rad(torch.tensor(float(angle)))
    height, width = size_of(picture)
    row = [turn.cos() / scale, -turn.sin() / scale, torch.tensor(-2.0 * translate[0] / width)]
    column = [turn.sin() / scale, turn.cos() / scale, torch.tensor(-2.0 * translate[1] / height)]
    grid = affine_grid(torch.stack([torch.stack(row), torch.stack(column)])[None], [1, 1, height, width], False)
    return grid_sample(picture.float()[None], grid, align_corners=False)[0].to(picture.dtype)


def rgb_to_grayscale(picture: Picture, num_output_channels: int = 1) -> Picture:
    """Grey, in one channel or three equal ones."""
    if isinstance(picture, Tensor):
        weights = torch.tensor([0.2989, 0.587, 0.114]).reshape(3, 1, 1)
        grey = (picture * weights).sum(-3, keepdim=True).to(picture.dtype) if picture.shape[-3] == 3 else picture
        return grey.expand(*grey.shape[:-3], num_output_channels, *grey.shape[-2:])
    _must_be_picture(picture)
    grey_image = picture.convert("L")
    return grey_image if num_output_channels == 1 else Image.merge("RGB", [grey_image] * 3)


to_grayscale = rgb_to_grayscale


def adjust_brightness(picture: Picture, factor: float) -> Picture:
    """Lighter or darker by a factor."""
    if isinstance(picture, Tensor):
        return (picture * factor).clamp(0, 1 if picture.is_floating_point() else 255).to(picture.dtype)
    _must_be_picture(picture)
    return ImageEnhance.Brightness(picture).enhance(factor)


def adjust_contrast(picture: Picture, factor: float) -> Picture:
    """Further from its mean, or nearer to it."""
    if isinstance(picture, Tensor):
        mean = picture.float().mean()
        most = 1 if picture.is_floating_point() else 255
        return ((picture - mean) * factor + mean).clamp(0, most).to(picture.dtype)
    _must_be_picture(picture)
    return ImageEnhance.Contrast(picture).enhance(factor)


def gaussian_blur(picture: Picture, kernel_size: Any, sigma: Any = None) -> Picture:
    """Less sharp; a tensor by the mean of its neighbours."""
    if isinstance(picture, Tensor):
        return torch.nn.functional.avg_pool2d(picture.float()[None], 3, 1, 1)[0].to(picture.dtype)
    _must_be_picture(picture)
    return picture.filter(ImageFilter.GaussianBlur(1))


def invert(picture: Picture) -> Picture:
    """A negative."""
    if isinstance(picture, Tensor):
        return (1 if picture.is_floating_point() else 255) - picture
    return ImageOps.invert(picture)


def pair(size: Any) -> tuple[int, int]:
    """One number twice, or two."""
    if isinstance(size, int):
        return size, size
    return (size[0], size[0]) if len(size) == 1 else (size[0], size[1])
