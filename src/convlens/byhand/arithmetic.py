"""The sums behind every size, parameter count and multiplication of a convolutional network. Integers only, no torch.

Each function answers with a `Sum`: the number and how it came about. Sizes are of one side (height or width); the
other side has the same sum with its own numbers. Letters are the lecture's: n_in, n_out sizes in pixels; k kernel
size, s stride, p padding, d dilation, g groups; C_in, C_out channels; H, W height and width.

Sources: the documentation page of each PyTorch operation (named in the docstrings), and
Dumoulin & Visin, "A guide to convolution arithmetic for deep learning", 2016 (arXiv:1603.07285).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Padding = int | tuple[int, int]
"""Zeros on either side, or (before, after) where the two differ."""

_FLOAT32_BYTES = 4


@dataclass(frozen=True)
class Sum:
    """A number and its derivation.

    Attributes:
        name: the letter or word for the number: `n_out`, `parameters`, ...
        formula: in the lecture's letters, `floor((n_in + 2p - k) / s) + 1`.
        worked: the same with the numbers put in, `floor((28 + 2*1 - 3) / 1) + 1`.
        result: what it comes to. A size may come to zero or less: then there is no output.
    """

    name: str
    formula: str
    worked: str
    result: int

    def __str__(self) -> str:
        """The sum as the lecture writes it: `n_out = floor((28 + 2*1 - 3) / 1) + 1 = 28`."""
        if self.worked == str(self.result):
            return f"{self.name} = {self.result}"
        return f"{self.name} = {self.worked} = {self.result}"


# ------------------------------------------------------------------------------------------------------------- sizes


def conv_size(n_in: int, kernel: int, stride: int = 1, padding: Padding = 0, dilation: int = 1) -> Sum:
    """The side of a convolution's output: torch.nn.Conv2d; Dumoulin & Visin, relationships 6 and 15."""
    formula, worked = _span(n_in, kernel, padding, dilation)
    before, after = _both(padding)
    result = (n_in + before + after - dilation * (kernel - 1) - 1) // stride + 1
    return Sum("n_out", f"floor(({formula}) / s) + 1", f"floor(({worked}) / {stride}) + 1", result)


def same_padding(kernel: int, dilation: int = 1) -> tuple[int, int]:
    """Zeros (before, after) that `padding="same"` adds, the odd one after: torch.nn.Conv2d; stride must be 1."""
    total = dilation * (kernel - 1)
    return total // 2, total - total // 2


def conv_transpose_size(
    n_in: int, kernel: int, stride: int = 1, padding: int = 0, output_padding: int = 0, dilation: int = 1
) -> Sum:
    """The side of a transposed convolution's output: torch.nn.ConvTranspose2d; Dumoulin & Visin, relationship 14."""
    reach = ("(k - 1)", f"({kernel} - 1)") if dilation == 1 else ("d*(k - 1)", f"{dilation}*({kernel} - 1)")
    extra = (" + p_out", f" + {output_padding}") if output_padding else ("", "")
    result = (n_in - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1
    return Sum(
        "n_out",
        f"(n_in - 1)*s - 2p + {reach[0]}{extra[0]} + 1",
        f"({n_in} - 1)*{stride} - 2*{padding} + {reach[1]}{extra[1]} + 1",
        result,
    )


def pool_size(
    n_in: int,
    kernel: int,
    stride: int | None = None,
    padding: int = 0,
    dilation: int = 1,
    *,
    ceil_mode: bool = False,
) -> Sum:
    """The side after max or average pooling: torch.nn.MaxPool2d, torch.nn.AvgPool2d.

    The stride is the kernel size where none is given. Maximum pooling pads with minus infinity, average pooling with
    zeros; the sum is the same. With `ceil_mode` a last window may hang over the edge, but one that would begin beyond
    the picture and its left padding is dropped.
    """
    stride = kernel if stride is None else stride
    if not ceil_mode:
        return conv_size(n_in, kernel, stride, padding, dilation)
    formula, worked = _span(n_in, kernel, padding, dilation)
    windows = -(-(n_in + 2 * padding - dilation * (kernel - 1) - 1) // stride) + 1
    formula, worked = f"ceil(({formula}) / s) + 1", f"ceil(({worked}) / {stride}) + 1"
    if (windows - 1) * stride >= n_in + padding:
        # The last window would hold padding and nothing else.
        return Sum("n_out", f"{formula} - 1", f"{worked} - 1", windows - 1)
    return Sum("n_out", formula, worked, windows)


def adaptive_pool_size(n_in: int, n_out: int | None) -> Sum:
    """The side after adaptive pooling: the one asked for, or the input's for None (torch.nn.AdaptiveAvgPool2d)."""
    result = n_in if n_out is None else n_out
    return Sum("n_out", "as asked for", str(result), result)


def adaptive_window(index: int, n_in: int, n_out: int) -> tuple[int, int]:
    """The first row and the row after the last one that adaptive pooling reads for output row `index`."""
    return index * n_in // n_out, -(-(index + 1) * n_in // n_out)


def flat_size(shape: Sequence[int]) -> Sum:
    """Neurons in maps that are laid out in one row, `64 x 7 x 7 = 3136`: torch.flatten, torch.Tensor.view."""
    letters = {3: "C x H x W", 2: "C x L"}.get(len(shape), " x ".join(f"n_{i + 1}" for i in range(len(shape))))
    return Sum("neurons", letters, by(shape), math.prod(shape))


# ----------------------------------------------------------------------------------------------- what windows leave out


def dropped(n_in: int, n_out: int, kernel: int, stride: int = 1, padding: Padding = 0, dilation: int = 1) -> int:
    """Rows at the end of the input, padding not counted, that lie beyond the last window: what `floor` leaves over."""
    before, _ = _both(padding)
    end_of_last = (n_out - 1) * stride + dilation * (kernel - 1) + 1 - before
    return min(n_in, max(0, n_in - end_of_last))


def gap(kernel: int, stride: int, dilation: int = 1) -> int:
    """Rows between two neighbouring windows that neither reads, where the stride is larger than the kernel."""
    return max(0, stride - dilation * (kernel - 1) - 1)


# --------------------------------------------------------------------------------------------------------- parameters


def conv_parameters(c_in: int, c_out: int, kernel: Sequence[int], *, groups: int = 1, bias: bool = True) -> Sum:
    """Learned numbers of a convolution, `3*3*1*32 + 32 = 320`: torch.nn.Conv2d, `weight` and `bias`."""
    k_letters = "*".join(f"k_{axis}" for axis in _axes(len(kernel)))
    k_numbers = "*".join(str(k) for k in kernel)
    share = ("C_in", str(c_in)) if groups == 1 else ("(C_in/g)", f"({c_in}/{groups})")
    last = (" + C_out", f" + {c_out}") if bias else ("", "")
    return Sum(
        "parameters",
        f"{k_letters}*{share[0]}*C_out{last[0]}",
        f"{k_numbers}*{share[1]}*{c_out}{last[1]}",
        math.prod(kernel) * (c_in // groups) * c_out + (c_out if bias else 0),
    )


def conv_transpose_parameters(
    c_in: int, c_out: int, kernel: Sequence[int], *, groups: int = 1, bias: bool = True
) -> Sum:
    """Learned numbers of a transposed convolution; the same count as the convolution it turns round."""
    return conv_parameters(c_in, c_out, kernel, groups=groups, bias=bias)


def linear_parameters(n_in: int, n_out: int, *, bias: bool = True) -> Sum:
    """Learned numbers of a linear layer, `3136*128 + 128 = 401536`: torch.nn.Linear."""
    last = (" + n_out", f" + {n_out}") if bias else ("", "")
    return Sum("parameters", f"n_in*n_out{last[0]}", f"{n_in}*{n_out}{last[1]}", n_in * n_out + (n_out if bias else 0))


def batch_norm_parameters(channels: int, *, affine: bool = True) -> Sum:
    """Learned numbers of batch normalisation, a scale and a shift per channel: torch.nn.BatchNorm2d."""
    return Sum("parameters", "2*C", f"2*{channels}", 2 * channels) if affine else Sum("parameters", "0", "0", 0)


def batch_norm_buffers(channels: int, *, tracks: bool = True) -> Sum:
    """Numbers that batch normalisation keeps but does not learn: mean and variance per channel, batches counted."""
    return Sum("buffers", "2*C + 1", f"2*{channels} + 1", 2 * channels + 1) if tracks else Sum("buffers", "0", "0", 0)


# ---------------------------------------------------------------------------------------------- multiplications, memory


def conv_macs(c_in: int, c_out: int, kernel: Sequence[int], out_sides: Sequence[int], *, groups: int = 1) -> Sum:
    """Multiply-accumulates of a convolution for one picture: each output value costs one kernel; bias not counted."""
    share = ("C_in", str(c_in)) if groups == 1 else ("(C_in/g)", f"({c_in}/{groups})")
    k_letters = "*".join(f"k_{axis}" for axis in _axes(len(kernel)))
    o_letters = "*".join(f"{axis}_out" for axis in _axes(len(out_sides)))
    return Sum(
        "macs",
        f"{k_letters}*{share[0]}*C_out*{o_letters}",
        "*".join([*map(str, kernel), share[1], str(c_out), *map(str, out_sides)]),
        math.prod(kernel) * (c_in // groups) * c_out * math.prod(out_sides),
    )


def conv_transpose_macs(
    c_in: int, c_out: int, kernel: Sequence[int], in_sides: Sequence[int], *, groups: int = 1
) -> Sum:
    """Multiply-accumulates of a transposed convolution for one picture: each input value costs one kernel."""
    share = ("C_out", str(c_out)) if groups == 1 else ("(C_out/g)", f"({c_out}/{groups})")
    k_letters = "*".join(f"k_{axis}" for axis in _axes(len(kernel)))
    i_letters = "*".join(f"{axis}_in" for axis in _axes(len(in_sides)))
    return Sum(
        "macs",
        f"{k_letters}*C_in*{share[0]}*{i_letters}",
        "*".join([*map(str, kernel), str(c_in), share[1], *map(str, in_sides)]),
        math.prod(kernel) * c_in * (c_out // groups) * math.prod(in_sides),
    )


def linear_macs(n_in: int, n_out: int, rows: int = 1) -> Sum:
    """Multiply-accumulates of a linear layer for one picture, which it may see as several rows; bias not counted."""
    if rows == 1:
        return Sum("macs", "n_in*n_out", f"{n_in}*{n_out}", n_in * n_out)
    return Sum("macs", "rows*n_in*n_out", f"{rows}*{n_in}*{n_out}", rows * n_in * n_out)


def activation_bytes(shape: Sequence[int], bytes_each: int = _FLOAT32_BYTES) -> Sum:
    """Memory of one picture's activations of this shape, in bytes; float32 unless said otherwise."""
    numbers = "*".join(str(side) for side in shape)
    letters = "C*H*W" if len(shape) == 3 else "*".join(f"n_{i + 1}" for i in range(len(shape)))
    return Sum("bytes", f"{letters}*b", f"{numbers}*{bytes_each}", math.prod(shape) * bytes_each)


# ------------------------------------------------------------------------------------------------------------- wording


def by(shape: Sequence[int]) -> str:
    """A shape in words: `64 x 7 x 7`."""
    return " x ".join(str(side) for side in shape)


def _span(n_in: int, kernel: int, padding: Padding, dilation: int) -> tuple[str, str]:
    """What is divided by the stride, in letters and in numbers."""
    before, after = _both(padding)
    if before == after:
        letters, numbers = "n_in + 2p", f"{n_in} + 2*{before}"
    else:
        letters, numbers = "n_in + p_before + p_after", f"{n_in} + {before} + {after}"
    if dilation == 1:
        return f"{letters} - k", f"{numbers} - {kernel}"
    return f"{letters} - d*(k - 1) - 1", f"{numbers} - {dilation}*({kernel} - 1) - 1"


def _both(padding: Padding) -> tuple[int, int]:
    return (padding, padding) if isinstance(padding, int) else padding


def _axes(count: int) -> Sequence[str]:
    return {1: "L", 2: "HW", 3: "DHW"}[count]
