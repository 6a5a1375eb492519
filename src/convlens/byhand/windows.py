"""Where a layer looks: the rows and columns of its input that one value of its output is made from.

Counted from 0 in the input map; numbers below 0 or beyond the last row or column lie in the padding. The geometry is
that of PyTorch's own documentation of Conv2d, MaxPool2d, AvgPool2d and AdaptiveMaxPool2d.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from convlens.byhand.arithmetic import adaptive_window
from convlens.byhand.recording import Operation, tensors_of
from convlens.byhand.signatures import numbers

Array = npt.NDArray[np.float64]

# The arguments, in order and with their defaults, of the functions whose sums are worked out; ... is a must.
_ARGUMENTS: dict[str, dict[str, Any]] = {
    "conv2d": {"input": ..., "weight": ..., "bias": None, "stride": 1, "padding": 0, "dilation": 1, "groups": 1},
    "linear": {"input": ..., "weight": ..., "bias": None},
    "max_pool2d": {"input": ...},
    "avg_pool2d": {"input": ..., "kernel_size": ..., "stride": None, "padding": 0, "ceil_mode": False}
    | {"count_include_pad": True, "divisor_override": None},
    "adaptive_max_pool2d": {"input": ...},
    "adaptive_avg_pool2d": {"input": ...},
    "mean": {"input": ..., "dim": None},
    "batch_norm": {"input": ..., "running_mean": ..., "running_var": ..., "weight": None, "bias": None}
    | {"training": False, "momentum": 0.1, "eps": 1e-5},
    "dropout": {"input": ..., "p": 0.5, "training": True},
    "dropout2d": {"input": ..., "p": 0.5, "training": True},
    "leaky_relu": {"input": ..., "negative_slope": 0.01},
    "elu": {"input": ..., "alpha": 1.0},
    "hardtanh": {"input": ..., "min_val": -1.0, "max_val": 1.0},
    "gelu": {"input": ..., "approximate": "none"},
}
_SPATIAL = ("conv2d", "max_pool2d", "avg_pool2d", "adaptive_max_pool2d", "adaptive_avg_pool2d")


@dataclass(frozen=True)
class Window:
    """The rows and the columns of an input map that a window covers, in order, padding included."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]

    def padded(self, height: int, width: int) -> npt.NDArray[np.bool_]:
        """Which places of the window lie outside a map of this size, (rows, columns)."""
        rows, columns = np.array(self.rows), np.array(self.columns)
        return ((rows < 0) | (rows >= height))[:, None] | ((columns < 0) | (columns >= width))[None, :]

    def cut(self, maps: Array, fill: float) -> Array:
        """The values under the window, (C, rows, columns), of maps (C, H, W); `fill` stands in the padding."""
        height, width = maps.shape[-2:]
        rows = np.clip(self.rows, 0, height - 1)
        columns = np.clip(self.columns, 0, width - 1)
        values: Array = np.where(self.padded(height, width), fill, maps[:, rows][:, :, columns])
        return values


def arguments_of(operation: Operation) -> dict[str, Any]:
    """The call's arguments by name, defaults included; only for the functions in the table above."""
    names = _ARGUMENTS[operation.kind]
    given = dict(zip(names, operation.arguments, strict=False)) | operation.keywords
    return names | given


def has_window(operation: Operation) -> bool:
    """Whether a value of this operation is made from a window of its input's maps."""
    return operation.kind in _SPATIAL and operation.output.ndim == 4


def window_of(operation: Operation, at: Sequence[int]) -> Window:
    """The window that one value of a convolution or pooling is made from.

    Args:
        operation: one for which `has_window` holds.
        at: row and column in its output.
    """
    (rows,), (columns,) = (spans(operation, side, (place,)) for side, place in enumerate(at))
    return Window(rows, columns)


def spans(operation: Operation, side: int, places: Iterable[int]) -> list[tuple[int, ...]]:
    """For each row (side 0) or column (side 1) of the output: the rows or columns of the input under its window."""
    length = tensors_of(operation.arguments, operation.keywords)[0].shape[2 + side]
    out = operation.output.shape[2 + side]
    if operation.kind.startswith("adaptive"):
        return [tuple(range(*adaptive_window(place, length, out))) for place in places]
    window = numbers(operation.kind, operation.arguments, operation.keywords, None)
    kernel, stride, (padding, _), dilation = (
        window[name][side] for name in ("kernel", "stride", "padding", "dilation")
    )
    found = [tuple(place * stride - padding + dilation * step for step in range(kernel)) for place in places]
    if window.get("ceil_mode"):  # the last window may hang over the edge: only a part of it counts
        found = [tuple(row for row in span if row < length + padding) for span in found]
    return found
