"""A window that slides over a few numbers: every value of the result worked out, as data that anyone can draw.

Convolution here is what PyTorch and the lecture compute (cross-correlation: the kernel is not turned round).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from convlens.byhand.arithmetic import Sum, conv_size, dropped, gap, pool_size
from convlens.byhand.kernels import Kernel, Matrix
from convlens.errors import ConfigError

OperationName = Literal["convolution", "maximum", "average"]

_LARGEST = 1000  # of a size, a stride, ...: more is surely a slip of the finger
_MOST_IN_WORDS = 25  # products; the sum of a larger kernel is not written out


@dataclass(frozen=True)
class Window:
    """How a window slides: its rows and columns, and PyTorch's stride, padding and dilation."""

    kernel_size: tuple[int, int]
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    def covers(self, at: tuple[int, int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The rows and columns of the picture under the window for row and column `at` of the result."""
        rows, columns = (
            tuple(place * self.stride - self.padding + self.dilation * step for step in range(side))
            for place, side in zip(at, self.kernel_size, strict=True)
        )
        return rows, columns


@dataclass(frozen=True)
class Step:
    """One value of the result.

    Attributes:
        at: its row and column in the result, from 0.
        rows, columns: of the picture, from 0, that the window covers; those outside it are padding.
        window: the numbers there, with the padding's (0, or -inf for a maximum).
        products: the window times the kernel's entries; None for pooling.
        total: the products added up; for pooling the largest number, or the sum.
        divisor: the kernel's, or for an average the numbers in the window.
    """

    at: tuple[int, int]
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    window: Matrix
    products: Matrix | None
    total: float
    divisor: int

    @property
    def result(self) -> float:
        """The value: the total over the divisor."""
        return _tidy(self.total / self.divisor)


@dataclass(frozen=True)
class Example:
    """One picture under one sliding window.

    Attributes:
        title: what it shows.
        operation: what is done with the numbers under the window.
        picture: the numbers it slides over.
        kernel: the weights; None for pooling.
        window: how it slides.
        sizes: the sums for the rows and the columns of the result.
        steps: one for each value of the result, row by row.
        unreached: sentences that name the rows and columns that no window reaches.
    """

    title: str
    operation: OperationName
    picture: Matrix
    kernel: Kernel | None
    window: Window
    sizes: tuple[Sum, Sum]
    steps: tuple[Step, ...]
    unreached: tuple[str, ...]

    @property
    def result(self) -> Matrix:
        """The whole result."""
        width = self.sizes[1].result
        values = [step.result for step in self.steps]
        return tuple(tuple(values[start : start + width]) for start in range(0, len(values), width))

    def is_padding(self, row: int, column: int) -> bool:
        """Whether a place lies outside the picture."""
        return not (0 <= row < len(self.picture) and 0 <= column < len(self.picture[0]))


def slide(
    title: str,
    picture: Matrix,
    *,
    kernel: Kernel | None = None,
    operation: OperationName = "convolution",
    kernel_size: int = 2,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> Example:
    """Slide a window over a picture and work out every value.

    Args:
        title: what the example shows.
        picture: rows of numbers, all equally long.
        kernel: for a convolution; None for pooling.
        operation: what to do with the numbers under the window.
        kernel_size: the window's side for pooling; a convolution's is its kernel's.
        stride, padding, dilation: as in PyTorch. Padding is zeros, for a maximum minus infinity.

    Raises:
        ConfigError: a number is out of its range, or the window does not fit.
    """
    check_numbers(kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation)
    if kernel is None and 2 * padding > kernel_size:
        raise ConfigError(f"The padding of a pooling should be at most half of its kernel size of {kernel_size}.")
    sides = (len(kernel.entries), len(kernel.entries[0])) if kernel else (kernel_size, kernel_size)
    window = Window(sides, stride, padding, dilation)
    shape = (len(picture), len(picture[0]))
    sizes = _sizes(shape, window, is_pooling=kernel is None)
    steps = tuple(
        _step(picture, kernel, operation, window, (row, column))
        for row in range(sizes[0].result)
        for column in range(sizes[1].result)
    )
    unreached = tuple(
        sentence
        for word, n, n_out, side in zip(("row", "column"), shape, sizes, sides, strict=True)
        for sentence in unreached_sentences(word, n, n_out.result, side, stride, padding, dilation)
    )
    return Example(title, operation, picture, kernel, window, sizes, steps, unreached)


def written_out(example: Example, step: Step) -> str:
    """A step's sum in one line: `1*1 + 0*0 + 2*-1 = -1`, `max(1, 1, 5, 6) = 6`, `(1 + 1 + 5 + 6) / 4 = 3.25`."""
    numbers = [shown(number) for line in step.window for number in line]
    if example.operation == "maximum":
        return f"max({', '.join(numbers)}) = {shown(step.result)}"
    terms = numbers
    if example.kernel is not None:
        weights = [shown(weight) for line in example.kernel.entries for weight in line]
        terms = [f"{number}*{weight}" for number, weight in zip(numbers, weights, strict=True)]
    if len(terms) > _MOST_IN_WORDS:
        terms = [terms[0], terms[1], "...", terms[-1]]
    sums = " + ".join(terms)
    if step.divisor == 1:
        return f"{sums} = {shown(step.result)}"
    return f"({sums}) / {step.divisor} = {shown(step.total)} / {step.divisor} = {shown(step.result)}"


def unreached_sentences(
    word: str, n_in: int, n_out: int, kernel: int, stride: int, padding: int, dilation: int
) -> Iterator[str]:
    """Name the rows (or columns, as `word` says) of a picture that no window reaches, one sentence each."""
    left = dropped(n_in, n_out, kernel, stride, padding, dilation)
    if left:
        names = f"{word} {n_in - 1}" if left == 1 else f"{word}s {n_in - left} to {n_in - 1}"
        yield f"No window reaches {names}: what is left over is less than a stride, and floor drops it."
    between = gap(kernel, stride, dilation)
    if between and n_out > 1:
        amount = f"one {word} is" if between == 1 else f"{between} {word}s are"
        yield f"Between two windows {amount} left out: the stride is larger than the window."


def shown(value: float) -> str:
    """A number as people write it: at most five digits after the point, and none that say nothing."""
    return str(value) if isinstance(value, int) else f"{value:.5f}".rstrip("0").rstrip(".")


def check_numbers(**numbers: int) -> None:
    """Raise ConfigError for a size, kernel size, stride, padding or dilation out of its range."""
    for name, value in numbers.items():
        least = 0 if name == "padding" else 1
        if not least <= value <= _LARGEST:
            raise ConfigError(f"The {name.replace('_', ' ')} should be {least} to {_LARGEST}, and is {value}.")


def _sizes(shape: Sequence[int], window: Window, *, is_pooling: bool) -> tuple[Sum, Sum]:
    rows, columns = (
        (pool_size if is_pooling else conv_size)(n, k, window.stride, window.padding, window.dilation)
        for n, k in zip(shape, window.kernel_size, strict=True)
    )
    for side, size in (("rows", rows), ("columns", columns)):
        if size.result < 1:
            raise ConfigError(f"The window does not fit into the {side} of the picture: {size}; give more padding.")
    return rows, columns


def _step(
    picture: Matrix, kernel: Kernel | None, operation: OperationName, window: Window, at: tuple[int, int]
) -> Step:
    rows, columns = window.covers(at)
    outside = -math.inf if operation == "maximum" else 0
    numbers = tuple(tuple(_pixel(picture, row, column, outside) for column in columns) for row in rows)
    if kernel is None:
        flat = [number for line in numbers for number in line]
        total, divisor = (max(flat), 1) if operation == "maximum" else (math.fsum(flat), len(flat))
        return Step(at, rows, columns, numbers, None, _tidy(total), divisor)
    products = tuple(
        tuple(_tidy(number * weight) for number, weight in zip(line, weights, strict=True))
        for line, weights in zip(numbers, kernel.entries, strict=True)
    )
    total = math.fsum(product for line in products for product in line)
    return Step(at, rows, columns, numbers, products, _tidy(total), kernel.divisor)


def _pixel(picture: Matrix, row: int, column: int, outside: float) -> float:
    inside = 0 <= row < len(picture) and 0 <= column < len(picture[0])
    return picture[row][column] if inside else outside


def _tidy(value: float) -> float:
    """Whole numbers as such."""
    return int(value) if math.isfinite(value) and value == int(value) else value
