"""Small matrices: the seven filters of the lecture, and those that people type.

The matrices are the ones usually shown for image processing (sources: R. C. Gonzalez and R. E. Woods, "Digital Image
Processing", chapter 3; the table of Wikipedia's "Kernel (image processing)").
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from convlens.errors import ConfigError

Matrix = tuple[tuple[float, ...], ...]
Array = npt.NDArray[np.float64]

LARGEST_SIDE = 15


@dataclass(frozen=True)
class Kernel:
    """A filter's matrix as people write it: whole numbers where it can be, and a divisor in front.

    Attributes:
        name: what it does.
        entries: the rows; the weights are these divided by `divisor`.
        divisor: 9 for the box blur's 1/9.
    """

    name: str
    entries: Matrix
    divisor: int = 1

    @property
    def weights(self) -> Array:
        """What a window is multiplied by, float64 (rows, columns)."""
        return np.array(self.entries, dtype=np.float64) / self.divisor

    @property
    def total(self) -> float:
        """The sum of the weights: 1 keeps the brightness of a picture, 0 leaves nothing of an even ground."""
        return math.fsum(entry for row in self.entries for entry in row) / self.divisor


IDENTITY = Kernel("Identity", ((0, 0, 0), (0, 1, 0), (0, 0, 0)))
EDGES_DIAGONAL = Kernel("Edge detection, diagonal", ((1, 0, -1), (0, 0, 0), (-1, 0, 1)))
EDGES_4 = Kernel("Edge detection, 4 neighbours", ((0, 1, 0), (1, -4, 1), (0, 1, 0)))
EDGES_8 = Kernel("Edge detection, 8 neighbours", ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)))
SHARPEN = Kernel("Sharpen", ((0, -1, 0), (-1, 5, -1), (0, -1, 0)))
BOX_BLUR = Kernel("Box blur", ((1, 1, 1), (1, 1, 1), (1, 1, 1)), divisor=9)
GAUSSIAN_BLUR = Kernel("Gaussian blur", ((1, 2, 1), (2, 4, 2), (1, 2, 1)), divisor=16)

LECTURE = (IDENTITY, EDGES_DIAGONAL, EDGES_4, EDGES_8, SHARPEN, BOX_BLUR, GAUSSIAN_BLUR)


def parse_kernel(text: str, name: str = "Your own") -> Kernel:
    """Read a kernel as a person types it: `0 1 0; 1 -4 1; 0 1 0`, or `1/9 * 1 1 1; 1 1 1; 1 1 1`.

    Rows are separated by semicolons or new lines, numbers by spaces or commas; Python's `[[0, 1], [1, 0]]` is read as
    well. Numbers may be fractions.

    Raises:
        ConfigError: it is no matrix, or has more than 15 rows or columns.
    """
    rows = _fractions(text, "--kernel")
    if max(len(rows), len(rows[0])) > LARGEST_SIDE:
        raise ConfigError(f"A kernel should have at most {LARGEST_SIDE} rows and columns; {_size(rows)} were given.")
    divisor = math.lcm(*(entry.denominator for row in rows for entry in row)) if "/" in text else 1
    return Kernel(name, tuple(tuple(_number(entry * divisor) for entry in row) for row in rows), divisor)


def parse_matrix(text: str, option: str) -> Matrix:
    """Read a matrix of any size, such as a small picture, like `parse_kernel`; `option` is what messages call it."""
    return tuple(tuple(_number(entry) for entry in row) for row in _fractions(text, option))


def filtered(pixels: npt.NDArray[np.uint8], kernel: Kernel) -> Array:
    """Slide a kernel over a picture as PyTorch does (cross-correlation: the kernel is not turned round).

    Args:
        pixels: (H, W), or (H, W, 3), where each channel is filtered by itself.
        kernel: with odd sides. The picture's border is repeated outwards, so that the result has the picture's size.

    Returns:
        float64 of the same shape, neither rounded nor cut to 0..255.

    Raises:
        ConfigError: a side of the kernel is even.
    """
    weights = kernel.weights
    if not all(side % 2 for side in weights.shape):
        raise ConfigError(
            "A kernel for a picture should have an odd number of rows and of columns, so that it has a middle; "
            f"this one is {_size(kernel.entries)}."
        )
    down, right = (side // 2 for side in weights.shape)
    height, width = pixels.shape[:2]
    around = ((down, down), (right, right), *((0, 0) for _ in pixels.shape[2:]))
    wide = np.pad(pixels.astype(np.float64), around, mode="edge")
    total = np.zeros(pixels.shape)
    for (row, column), weight in np.ndenumerate(weights):
        if weight:
            total += weight * wide[row : row + height, column : column + width]
    return total


def as_picture(values: Array, kernel: Kernel) -> npt.NDArray[np.uint8]:
    """Make a filter's answer visible: rounded and clipped to 0..255.

    A kernel whose weights add up to 0 (or less) answers an edge with a sign, brighter or darker than what is around;
    of those the size is shown, so that both kinds of edge are bright.
    """
    shown = np.abs(values) if shows_size(kernel) else values
    return shown.round().clip(0, 255).astype(np.uint8)


def shows_size(kernel: Kernel) -> bool:
    """Whether a kernel's answers are shown without their sign."""
    return kernel.total < 1e-9  # 0.1 and -0.1 may not cancel to the last bit


# Nine digits are enough for any weight, and 1e999999999 would fill the memory.
_NUMBER = re.compile(r"[+-]?(\d{1,9}(\.\d{0,9})?|\.\d{1,9})(/\d{1,9})?")
_FACTOR = re.compile(r"^\s*([^\s*]+)\s*\*")


def _fractions(text: str, option: str) -> list[list[Fraction]]:
    factor = Fraction(1)
    found = _FACTOR.match(text)
    if found:
        factor, text = _fraction(found[1], option), text[found.end() :]
    rows = [row.replace(",", " ").split() for row in re.sub(r"[\[\]()\n]", ";", text).split(";")]
    rows = [row for row in rows if row]
    if not rows:
        raise ConfigError(f"{option} should be a matrix such as '0 1 0; 1 -4 1; 0 1 0', and is empty.")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise ConfigError(
                f"The rows of {option} should be equally long; the first has {len(rows[0])} numbers and "
                f"row {number} has {len(row)}."
            )
    return [[factor * _fraction(word, option) for word in row] for row in rows]


def _fraction(word: str, option: str) -> Fraction:
    if not _NUMBER.fullmatch(word):
        raise ConfigError(f"{option} should hold numbers such as 2, -0.5 or 1/9, and holds {word!r}.")
    above, _, below = word.partition("/")
    if below and int(below) == 0:
        raise ConfigError(f"{option} divides by zero in {word!r}.")
    return Fraction(above) / int(below or 1)


def _size(rows: Sequence[Sequence[object]]) -> str:
    return f"{len(rows)} x {len(rows[0])}"


def _number(value: Fraction) -> float:
    return int(value) if value.denominator == 1 else float(value)
