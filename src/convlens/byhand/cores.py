"""How one value is made out of several, as data: a sum of products, a pooling, an addition."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convlens.byhand.windows import Array, Window


@dataclass(frozen=True, eq=False)
class WeightedSum:
    """A convolution or a linear layer: every value times its weight, all added up, and the bias.

    Attributes:
        values, weights: float64 (C, rows, columns), zeros where the window lies in the padding. A linear layer that
            reads flattened maps has one window over each of them; otherwise C is its inputs and the window 1 x 1.
        padded: bool (rows, columns), which places are padding.
        bias: 0 without one.
        has_bias: whether there is one.
        first_channel: which channel of the input is the first (with groups, a value does not see all of them).
        window: the rows and columns of the input.
    """

    values: Array
    weights: Array
    padded: npt.NDArray[np.bool_]
    bias: float
    has_bias: bool
    first_channel: int
    window: Window

    @property
    def products(self) -> Array:
        """Value times weight, (C, rows, columns)."""
        return self.values * self.weights

    @property
    def by_channel(self) -> Array:
        """What each input channel contributes, (C,)."""
        totals: Array = self.products.sum(axis=(1, 2))
        return totals

    @property
    def value(self) -> float:
        """All products and the bias, added up."""
        return float(self.products.sum()) + self.bias


@dataclass(frozen=True, eq=False)
class Pooled:
    """A pooling: the largest value of a window, or its mean.

    Attributes:
        values: float64 (rows, columns); in the padding -inf for a maximum and 0 for a mean.
        padded: bool (rows, columns), which places are padding.
        window: the rows and columns of the input.
        divisor: what the sum is divided by for a mean; None for a maximum.
    """

    values: Array
    padded: npt.NDArray[np.bool_]
    window: Window
    divisor: float | None

    @property
    def value(self) -> float:
        """The maximum or the mean."""
        return float(self.values.max()) if self.divisor is None else float(self.values.sum()) / self.divisor

    @property
    def place(self) -> tuple[int, int]:
        """Row and column, in the input, of the (first) largest value."""
        row, column = np.unravel_index(int(self.values.argmax()), self.values.shape)
        return self.window.rows[row], self.window.columns[column]


@dataclass(frozen=True)
class Combined:
    """Two values at the same place under `+`, `-`, `*` or `/`, as in a residual addition; one may be a constant."""

    sign: str
    values: tuple[float, float]
    names: tuple[str, str]

    @property
    def value(self) -> float:
        """The result."""
        one, other = self.values
        return {"+": one + other, "-": one - other, "*": one * other}[self.sign] if self.sign != "/" else one / other


@dataclass(frozen=True)
class Moved:
    """A value that was only carried here from elsewhere: by flattening, concatenation, padding, slicing.

    Attributes:
        value: it.
        source: the number of the operation that made it; None for a constant, as in padding.
        name: what a person calls that.
        index: its place there: channel, row and column, or neuron.
    """

    value: float
    source: int | None
    name: str
    index: tuple[int, ...]


@dataclass(frozen=True)
class Given:
    """A value taken as it is: of the picture, or by an operation whose sum is not known here."""

    value: float


Core = WeightedSum | Pooled | Combined | Moved | Given
