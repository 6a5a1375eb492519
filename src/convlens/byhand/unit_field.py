"""The receptive field of one unit: the rectangle of the picture that its value depends on.

`receptive.py` has the sums for a whole layer, whose units are alike; here the windows of one unit are followed back
to the picture, so that units at the edge, adaptive pooling and branches are exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import torch

from convlens.byhand.recording import PICTURE, Operation, Recording
from convlens.byhand.windows import arguments_of, has_window, spans

Span = tuple[int, int]  # first and last, both included
Places = tuple[set[int], set[int]]  # rows and columns

_NOTHING: Span = (0, -1)


@dataclass(frozen=True)
class UnitField:
    """A rectangle of the picture, first and last row and column included, counted from 0.

    Attributes:
        rows, columns: as the layers' windows give it; what lies below 0 or beyond the picture is padding.
        seen_rows, seen_columns: the part of it that is picture; (0, -1) where there is none.
    """

    rows: Span
    columns: Span
    seen_rows: Span
    seen_columns: Span

    @property
    def size(self) -> tuple[int, int]:
        """Its rows and columns, padding included."""
        return self.rows[1] - self.rows[0] + 1, self.columns[1] - self.columns[0] + 1


# Each place of the result depends on the same place of each input, apart from the channel.
_POINTWISE = frozenset(
    [
        "relu",
        "leaky_relu",
        "relu6",
        "elu",
        "selu",
        "celu",
        "sigmoid",
        "tanh",
        "silu",
        "gelu",
        "hardswish",
        "hardsigmoid",
        "hardtanh",
        "mish",
        "softplus",
        "prelu",
        "dropout",
        "dropout2d",
        "alpha_dropout",
        "feature_dropout",
        "contiguous",
        "clone",
        "detach",
        "to",
        "float",
        "add",
        "sub",
        "mul",
        "div",
        "cat",
        "neg",
        "abs",
        "exp",
        "sqrt",
        "pow",
        "clamp",
        "square",
        "maximum",
        "minimum",
    ]
)


def unit_field(recording: Recording, operation: Operation, at: tuple[int, ...]) -> UnitField:
    """The receptive field of one place of a feature map, or of a neuron (`at` is then empty).

    An operation that is not known to look at a window is taken to look at everything, so the rectangle never leaves out
    a pixel that matters.
    """
    rows, columns = ({at[0]}, {at[1]}) if len(at) == 2 else ({0}, {0})
    height, width = recording.picture.shape[2:]
    nominal = _on_picture(recording, operation.number, (rows, columns), clip=False)
    if nominal is None:  # the way back is lost, as after a change through a view
        nominal = set(range(height)), set(range(width))
        return UnitField(*_ends(nominal), *_ends(nominal))
    seen = _on_picture(recording, operation.number, (rows, columns), clip=True)
    return UnitField(*_ends(nominal), *(_ends(seen) if seen is not None else (_NOTHING, _NOTHING)))


def _on_picture(recording: Recording, number: int, places: Places, *, clip: bool) -> Places | None:
    """Go back from places of one operation's maps to the picture; `clip` drops what lies in padding on the way."""
    wanted = {number: places}
    for current in range(number, PICTURE, -1):
        if current not in wanted:
            continue
        operation = recording.operations[current]
        for source, tensor in operation.inputs:
            rows, columns = _read_by(operation, tensor.shape, *wanted[current])
            if clip and tensor.ndim == 4:
                rows, columns = rows & set(range(tensor.shape[2])), columns & set(range(tensor.shape[3]))
            if rows and columns:
                others = wanted.get(source, (set(), set()))
                wanted[source] = others[0] | rows, others[1] | columns
    return wanted.get(PICTURE)


def _read_by(operation: Operation, shape: Sequence[int], rows: set[int], columns: set[int]) -> Places:
    """The rows and columns of an input of this shape that some rows and columns of the result are made from."""
    if has_window(operation):
        read = (set(chain.from_iterable(spans(operation, side, wanted))) for side, wanted in enumerate((rows, columns)))
        return next(read), next(read)
    if _is_pointwise(operation) and tuple(shape[2:]) == tuple(operation.output.shape[2:]):
        return rows, columns
    if operation.kind == "pad" and len(shape) == 4:
        return _read_by_padding(operation, shape, rows, columns)
    return (set(range(shape[2])), set(range(shape[3]))) if len(shape) == 4 else ({0}, {0})


def _is_pointwise(operation: Operation) -> bool:
    if operation.kind == "batch_norm":  # without running statistics each value depends on all of the map
        return not arguments_of(operation)["training"]
    return operation.kind in _POINTWISE


def _read_by_padding(operation: Operation, shape: Sequence[int], rows: set[int], columns: set[int]) -> Places:
    """What a separate padding reads: zeros lie outside; reflected and repeated pixels are pixels of the map."""
    sides = operation.arguments[1]  # left, right, top, bottom; top and bottom may be missing
    left, top = sides[0], sides[2] if len(sides) > 2 else 0
    if operation.keywords.get("mode", "constant") == "constant":
        return {row - top for row in rows}, {column - left for column in columns}
    height, width = shape[2:]
    numbered = torch.stack(torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij"))[None].double()
    from_row, from_column = operation.function(numbered, *operation.arguments[1:], **operation.keywords)[0]
    return (
        {int(from_row[min(max(row, 0), len(from_row) - 1), 0]) for row in rows},
        {int(from_column[0, min(max(column, 0), from_column.shape[1] - 1)]) for column in columns},
    )


def _ends(places: Places) -> tuple[Span, Span]:
    rows, columns = places
    return (min(rows), max(rows)), (min(columns), max(columns))
