"""The sheet of filters: operation, matrix and result of each on one page of A4, as a picture or as a page of HTML."""

import base64
import functools
import io
from dataclasses import dataclass

import jinja2
import numpy as np
import numpy.typing as npt
from PIL import Image

from convlens.byhand.kernels import LECTURE, SHARPEN, Array, Kernel, as_picture, filtered, shows_size
from convlens.byhand.sliding import shown

Pixels = npt.NDArray[np.uint8]

# A filter of 3 x 3 does nothing that could be seen to a photograph of 4000 pixels; at this size it does.
WORKING_SIDE = 180

HOW = (
    "Each number of a result is the sum of the products of the matrix with the picture's numbers under it. The matrix "
    "is not turned round: a convolution as in PyTorch, in mathematics a cross-correlation. Results are clipped to "
    "0..255."
)
EDGES = (
    "Where a matrix adds up to 0 even parts turn black, and of an edge the size is shown, without its sign. Beyond its "
    "border the picture goes on with the pixels of the border."
)


@dataclass(frozen=True)
class Card:
    """One filter on the sheet.

    Attributes:
        kernel: the matrix.
        result: what it makes of the picture, uint8 (H, W) or (H, W, 3).
        note: what the sum of its weights means.
    """

    kernel: Kernel
    result: Pixels
    note: str


@dataclass(frozen=True)
class WorkedPixel:
    """One number of one result, worked out.

    Attributes:
        kernel: the filter.
        row, column: of the picture, from 0.
        channel: `red`, `green` or `blue`; empty for a grey picture.
        window: the picture's numbers under the matrix.
        total: the sum of the products.
    """

    kernel: Kernel
    row: int
    column: int
    channel: str
    window: tuple[tuple[int, ...], ...]
    total: int

    @property
    def sum(self) -> str:
        """The sum of the products that are not zero: `5*120 - 80 - 31 - 75 - 90 = 324`."""
        terms = [
            ("-" if weight < 0 else "+", str(number) if abs(weight) == 1 else f"{shown(abs(weight))}*{number}")
            for weights, numbers in zip(self.kernel.entries, self.window, strict=True)
            for weight, number in zip(weights, numbers, strict=True)
            if weight
        ]
        text = " ".join(f"{sign} {term}" for sign, term in terms)
        text = f"-{text[2:]}" if text[0] == "-" else text[2:]  # no space after the first sign
        return f"{text} = {self.total}"


@dataclass(frozen=True)
class Sheet:
    """What is on the page.

    Attributes:
        name: of the picture.
        size: of the picture as it was filtered, width and height in pixels.
        was_reduced: whether it was larger.
        cards: the filters.
        worked: one pixel by hand, where there is no filter of the user's own.
    """

    name: str
    size: tuple[int, int]
    was_reduced: bool
    cards: tuple[Card, ...]
    worked: WorkedPixel | None

    @property
    def subtitle(self) -> str:
        """What was filtered."""
        size = f"{self.size[0]} x {self.size[1]} pixels"
        return f"{self.name}, reduced to {size}" if self.was_reduced else f"{self.name}, {size}"


def make_sheet(picture: Image.Image, name: str, own: Kernel | None = None) -> Sheet:
    """Filter a picture with the lecture's seven filters, and with a kernel of one's own.

    Args:
        picture: of mode L (grey) or RGB, where each channel is filtered by itself; larger ones are reduced so that what
            a filter does can be seen.
        name: what the sheet calls it.
        own: one more filter.
    """
    reduced = picture.convert("L" if picture.mode == "L" else "RGB")
    reduced.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.LANCZOS)
    pixels = np.asarray(reduced)
    chosen = (*LECTURE, own) if own is not None else LECTURE
    cards = tuple(Card(kernel, as_picture(filtered(pixels, kernel), kernel), _note(kernel)) for kernel in chosen)
    worked = _worked_pixel(pixels, SHARPEN) if own is None else None
    return Sheet(name, reduced.size, reduced.size != picture.size, cards, worked)


def sheet_html(sheet: Sheet) -> str:
    """The sheet as one HTML document that loads nothing and prints on one page of A4."""
    return _template().render(
        sheet=sheet, how=HOW, edges=EDGES, shown=shown, address=lambda card: _png_address(card.result)
    )


def _worked_pixel(pixels: Pixels, kernel: Kernel) -> WorkedPixel:
    """The place where the filter changes the picture most and is not clipped, border excluded where there is one."""
    plane = pixels if pixels.ndim == 2 else pixels[:, :, 1]  # green, to which the eye is the most sensitive
    answers: Array = filtered(plane, kernel)
    change = np.abs(answers - plane)
    change[(answers < 0) | (answers > 255)] = 0
    if min(plane.shape) > 2:
        change[[0, -1], :] = change[:, [0, -1]] = -1
    row, column = (int(place) for place in np.unravel_index(int(change.argmax()), change.shape))
    around = np.pad(plane, 1, mode="edge")[row : row + 3, column : column + 3]
    total = round(float(answers[row, column]))
    window = tuple(tuple(int(number) for number in line) for line in around)
    channel = "" if pixels.ndim == 2 else "green"
    return WorkedPixel(kernel, row, column, channel, window, total)


def _note(kernel: Kernel) -> str:
    total = shown(float(f"{kernel.total:.5g}"))
    if total == "1":
        return "adds up to 1: as bright as before"
    if shows_size(kernel):
        return "adds up to 0: only edges remain" if total == "0" else f"adds up to {total}: shown without the sign"
    return f"adds up to {total}: {'brighter' if kernel.total > 1 else 'darker'}"


def _png_address(pixels: Pixels) -> str:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


@functools.cache
def _template() -> jinja2.Template:
    loader = jinja2.PackageLoader("convlens.byhand", "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("sheet.html")
