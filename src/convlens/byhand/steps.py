"""A step: one operation that ran, and its sums."""

from dataclasses import dataclass

from convlens.byhand.arithmetic import Sum
from convlens.byhand.facts import Sites
from convlens.byhand.receptive import Field


@dataclass(frozen=True)
class Step:
    """One operation and how its numbers come about. Shapes are of one picture, without the batch.

    Attributes:
        op, name, layer: as in `facts.Operation`.
        defined, called: where the layer is made (or the module whose `forward` calls), and where the call stands.
        input, output: shapes.
        sums: the sizes, worked out, then `parameters`.
        remarks: what a sum cannot say: what is joined, what lies between windows.
        parameters: learned numbers of this operation, 0 for a second use.
        macs: multiply-accumulates for one picture; None where the operation's are not known.
        receptive_field: rows and columns of the picture that one value depends on, nominally; None when not known.
        dropped: rows and columns of the input beyond the last window.
    """

    op: str
    name: str
    layer: str
    defined: Sites
    called: Sites
    input: tuple[int, ...]
    output: tuple[int, ...]
    sums: tuple[Sum, ...]
    remarks: tuple[str, ...]
    parameters: int
    macs: int | None
    fields: tuple[Field, ...] | None
    dropped: tuple[int, ...]
    windows: tuple["Windows", ...] = ()

    @property
    def receptive_field(self) -> tuple[int, ...] | None:
        """Rows and columns of the picture that one value depends on, which may exceed the picture."""
        return None if self.fields is None else tuple(field.size for field in self.fields)

    @property
    def derivation(self) -> tuple[str, ...]:
        """The sums and remarks as the lecture writes them."""
        return (*(str(one) for one in self.sums), *self.remarks)


@dataclass(frozen=True)
class Windows:
    """The windows along one side, as a drawing needs them."""

    n_in: int
    n_out: int
    kernel: int
    stride: int
    before: int
    after: int
    dilation: int
