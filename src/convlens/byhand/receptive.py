"""Receptive fields: which rows of the picture a unit of a feature map depends on. One side at a time, no torch.

Source: Araujo, Norris & Sim, "Computing receptive fields of convolutional neural networks", Distill 2019
(doi:10.23915/distill.00021): their r, j and offset, here with the first row in place of the centre.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

from convlens.byhand.arithmetic import Padding


@dataclass(frozen=True)
class Field:
    """The rows that the units of a map see: unit i sees rows `first + i*jump` to `first + i*jump + extent - 1`.

    The field is nominal: it may begin before the picture (first is negative with padding) and exceed it. After a
    transposed convolution or an enlargement, `jump` is a fraction of a row and so may `extent` be.

    Attributes:
        extent: rows seen by one unit, as a fraction.
        jump: rows between the fields of neighbouring units.
        first: the first row that unit 0 sees; 0 is the picture's first row.
    """

    extent: Fraction = Fraction(1)
    jump: Fraction = Fraction(1)
    first: Fraction = Fraction(0)

    @property
    def size(self) -> int:
        """Rows seen by the unit that sees most."""
        return math.ceil(self.extent)

    def rows(self, unit: int) -> tuple[int, int]:
        """The first row and the row after the last one that unit `unit` sees, rows in the padding included."""
        start = self.first + unit * self.jump
        return math.floor(start), math.ceil(start + self.extent)


def through_window(field: Field, kernel: int, stride: int = 1, padding: Padding = 0, dilation: int = 1) -> Field:
    """The field after a convolution or a pooling: r + d*(k - 1)*j, and j*s."""
    before = padding if isinstance(padding, int) else padding[0]
    return Field(
        extent=field.extent + dilation * (kernel - 1) * field.jump,
        jump=field.jump * stride,
        first=field.first - before * field.jump,
    )


def through_transposed(field: Field, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> Field:
    """The field after a transposed convolution: an output row meets at most floor(d*(k-1)/s) + 1 input rows."""
    reach = dilation * (kernel - 1)
    return Field(
        extent=field.extent + (reach // stride) * field.jump,
        jump=field.jump / stride,
        first=field.first - Fraction(reach - padding, stride) * field.jump,
    )


def through_adaptive(field: Field, n_in: int, n_out: int) -> Field:
    """The field after adaptive pooling; of windows that differ by a row the longest counts."""
    longest = max(-(-(i + 1) * n_in // n_out) - i * n_in // n_out for i in range(n_out))
    return Field(field.extent + (longest - 1) * field.jump, field.jump * Fraction(n_in, n_out), field.first)


def through_resize(field: Field, n_in: int, n_out: int, taps: int) -> Field:
    """The field after resizing that blends `taps` neighbouring rows: 1 nearest, 2 linear, 4 cubic."""
    return Field(field.extent + (taps - 1) * field.jump, field.jump * Fraction(n_in, n_out), field.first)


def through_everything(field: Field, n_in: int) -> Field:
    """The field of a unit that reads the whole side, as after a linear layer or a global mean."""
    return Field(field.extent + (n_in - 1) * field.jump, Fraction(0), field.first)


def joined(one: Field, other: Field) -> Field:
    """The field where two branches meet, by addition or concatenation: from the first row either sees to the last."""
    first = min(one.first, other.first)
    end = max(one.first + one.extent, other.first + other.extent)
    return Field(end - first, max(one.jump, other.jump), first)
