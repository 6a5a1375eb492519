"""From the file of a photograph, which nobody vouches for, to a plain grey or colour picture.

Training on own pictures, prediction and the server all read pictures here, so that the same file is the same
picture everywhere:

- PNG, JPEG, WebP, BMP and the first frame of GIF are read, told by their contents and not by their names.
- A photograph is turned upright as its camera noted (the EXIF orientation).
- What is transparent becomes white, as a page shows it; a picture that is itself nearly white would vanish there
  and is put on black instead.
- Grey of 16 bits is scaled to 8: the full range, not the lower half of it.
- A large JPEG is decoded at a half, a quarter or an eighth of its size, which is many times faster, as long as no
  side falls under AMPLE pixels.
- A file that is cut, that fails its own checksums, or that unfolds to more than MAX_PIXELS is refused. (JPEG, BMP
  and GIF carry no checksums: a changed byte in the middle of one may go unnoticed.)
"""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps, ImageStat, UnidentifiedImageError

from convlens.errors import DataError

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".jfif", ".webp", ".bmp", ".gif"})
MAX_BYTES = 64 * 2**20  # of a file
MAX_PIXELS = 64_000_000  # of a picture: more than a 50-megapixel camera, and less than 200 MB in memory
AMPLE = 512  # pixels a side: more than any network here looks at
NEARLY_WHITE = 192  # mean luminance, 0 to 255

# What has to be done to a picture whose camera was held in another way, by the value of the EXIF orientation.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Python's warning filters belong to the whole process; two threads that change them at once would mix them up.
_warning_filters = threading.Lock()


def read_picture(path: Path) -> Image.Image:
    """Return the picture in a file, upright and without transparency.

    Returns:
        an image of mode L (grey) or RGB, of any size.

    Raises:
        DataError: the file cannot be read, or not as a picture; the message names it.
    """
    return decode_picture(read_bytes(path), str(path))


def decode_picture(data: bytes, name: str) -> Image.Image:
    """Return the picture that `data` encodes, like `read_picture`; `name` is what messages call it."""
    if len(data) > MAX_BYTES:
        raise DataError(f"{name} should have at most {MAX_BYTES // 2**20} MiB and has {len(data) / 2**20:.0f}.")
    with _refusing(name):
        # PNG has checksums that only `verify` looks at, and after `verify` a picture has to be opened again.
        _open(data).verify()
        with _open(data) as image:
            image.draft(None, (AMPLE, AMPLE))  # does nothing to the formats that cannot
            image.load()
            return plain(image)


def plain(image: Image.Image) -> Image.Image:
    """Return a decoded picture upright, without transparency, and of mode L (grey) or RGB."""
    turn = _UPRIGHT.get(_orientation(image))
    return _grey_or_colour(image if turn is None else image.transpose(turn))


def shorter_side(path: Path) -> int:
    """Return the shorter side in pixels as the file's header tells it, without decoding; DataError as above."""
    with _refusing(str(path)), _open(path) as image:
        return min(image.size)


def square(image: Image.Image, size: int) -> Image.Image:
    """Resize so that the shorter side has `size` pixels, and keep the middle square: (size, size), same mode."""
    if image.size == (size, size):
        return image
    return ImageOps.fit(image, (size, size), method=Image.Resampling.BILINEAR)


def read_bytes(path: Path) -> bytes:
    """Return a picture file's bytes, never more than one over MAX_BYTES; DataError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    try:
        yield
    except UnidentifiedImageError as error:
        raise DataError(f"{name} is not a PNG, JPEG, WebP, BMP or GIF picture.") from error
    except Exception as error:  # decoders answer hostile bytes with nearly every kind of exception there is
        raise DataError(
            f"{name} cannot be read as a picture: {str(error).rstrip('.') or type(error).__name__}."
        ) from error


def _open(source: bytes | Path) -> Image.Image:
    """Open a picture without decoding it, and refuse one that would be too large."""
    with _without_warnings():
        image = Image.open(BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS)
    if image.width * image.height > MAX_PIXELS:
        image.close()
        raise ValueError(f"it has {image.width} x {image.height} pixels and the limit is {MAX_PIXELS} in all")
    return image


def _orientation(image: Image.Image) -> int:
    try:
        with _without_warnings():
            return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # a picture is not damaged because what its camera wrote beside it is
        return 1


@contextmanager
def _without_warnings() -> Iterator[None]:
    # Pillow warns of odd EXIF blocks, which a picture can do without, and of pictures over a limit above our own.
    with _warning_filters, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _grey_or_colour(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits: `convert` would cut off at 255 instead of scaling
        values = np.asarray(image).astype(np.int64).clip(0, 65535)
        return Image.fromarray(((values + 128) // 257).astype(np.uint8))
    if image.has_transparency_data:
        return _on_background(image.convert("RGBA"))
    return image.convert("L" if image.mode in {"1", "L"} else "RGB")


def _on_background(image: Image.Image) -> Image.Image:
    opaque = image.getchannel("A").point(lambda alpha: 255 * (alpha > 127))
    anything_visible = opaque.getbbox() is not None
    is_nearly_white = anything_visible and ImageStat.Stat(image.convert("L"), opaque).mean[0] > NEARLY_WHITE
    background = Image.new("RGBA", image.size, "black" if is_nearly_white else "white")
    return Image.alpha_composite(background, image).convert("RGB")
