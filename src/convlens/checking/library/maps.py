"""Sizes after convolution, pooling and normalisation, by the sums of `convlens.byhand.arithmetic`."""

from collections.abc import Callable

from convlens.byhand import arithmetic
from convlens.checking.library.sizing import Sizing, whole
from convlens.checking.values import Constant, Items, Shape, Size


def _conv2d(s: Sizing) -> Shape | None:
    out = s.integer("out_channels")
    spatial = _maps(s, 2)
    if spatial is None:
        return ("N", out, None, None)
    into = s.integer("in_channels")
    found = spatial[-3]
    if into is not None and isinstance(found, int) and into != found:
        s.problem("channels", into, found)
    kernel, stride, dilation = s.pair("kernel_size"), s.pair("stride"), s.pair("dilation")
    sides: list[Size] = []
    for axis in (0, 1):
        n = spatial[axis - 2]
        padding = _padding(s, kernel, dilation, axis)
        if not isinstance(n, int) or kernel is None or stride is None or dilation is None or padding is None:
            sides.append(None)
            continue
        if 0 in stride:
            sides.append(None)
            continue
        sides.append(_side(s, arithmetic.conv_size(n, kernel[axis], stride[axis], padding, dilation[axis]).result,
                           kernel[axis], n))  # fmt: skip
    return (*spatial[:-3], out, *sides)


def _padding(
    s: Sizing, kernel: tuple[int, int] | None, dilation: tuple[int, int] | None, axis: int
) -> arithmetic.Padding | None:
    value = s.arguments.get("padding")
    if isinstance(value, Constant) and value.value == "same" and kernel and dilation:
        return arithmetic.same_padding(kernel[axis], dilation[axis])
    if isinstance(value, Constant) and value.value == "valid":
        return 0
    padding = s.pair("padding")
    return padding[axis] if padding else None


def _side(s: Sizing, result: int, kernel: int, n: int) -> Size:
    if result < 1:
        s.problem("pooled-to-nothing", kernel, n)
        return None
    return result


def _conv_transpose2d(s: Sizing) -> Shape | None:
    out, spatial = s.integer("out_channels"), _maps(s, 2)
    if spatial is None:
        return ("N", out, None, None)
    into, found = s.integer("in_channels"), spatial[-3]
    if into is not None and isinstance(found, int) and into != found:
        s.problem("channels", into, found)
    names = ("kernel_size", "stride", "padding", "output_padding", "dilation")
    pairs = [s.pair(name) for name in names]
    sides: list[Size] = []
    for axis in (0, 1):
        n = spatial[axis - 2]
        numbers = [one[axis] for one in pairs if one is not None]
        if not isinstance(n, int) or len(numbers) < len(pairs):
            sides.append(None)
        else:
            sides.append(_side(s, arithmetic.conv_transpose_size(n, *numbers).result, numbers[0], n))
    return (*spatial[:-3], out, *sides)


def _pool2d(s: Sizing) -> Shape | None:
    spatial = _maps(s, 2)
    if spatial is None:
        return None
    kernel, padding = s.pair("kernel_size"), s.pair("padding")
    stride_value = s.arguments.get("stride")
    default = stride_value is None or (isinstance(stride_value, Constant) and stride_value.value is None)
    stride = kernel if default else s.pair("stride")
    dilation = s.pair("dilation") or (1, 1)
    ceil = s.arguments.get("ceil_mode")
    ceil_mode = isinstance(ceil, Constant) and ceil.value is True
    sides: list[Size] = []
    for axis in (0, 1):
        n = spatial[axis - 2]
        if not isinstance(n, int) or kernel is None or stride is None or padding is None or 0 in stride:
            sides.append(None)
            continue
        result = arithmetic.pool_size(
            n, kernel[axis], stride[axis], padding[axis], dilation[axis], ceil_mode=ceil_mode
        ).result
        sides.append(_side(s, result, kernel[axis], n))
    return (*spatial[:-2], *sides)


def _adaptive2d(s: Sizing) -> Shape | None:
    spatial = _maps(s, 2)
    asked = s.arguments.get("output_size")
    wanted: list[Size]
    if isinstance(asked, Items) and len(asked.elements) == 2:
        wanted = [whole(side) for side in asked.elements]
        if spatial:
            wanted = [
                spatial[axis - 2] if isinstance(e, Constant) and e.value is None else wanted[axis]
                for axis, e in enumerate(asked.elements)
            ]
    else:
        wanted = [whole(asked)] * 2
    return (*spatial[:-2], *wanted) if spatial else None


def _maps(s: Sizing, sides: int) -> Shape | None:
    return s.shape if len(s.shape) in (sides + 1, sides + 2) else None


def _batch_norm(s: Sizing) -> Shape | None:
    expected = s.integer("num_features")
    found = s.shape[1] if len(s.shape) > 1 else None
    if expected is not None and isinstance(found, int) and expected != found and s.layer is not None:
        s.problem("channels", expected, found)
    return s.shape


RULES: dict[str, Callable[[Sizing], Shape | None]] = {
    "conv2d": _conv2d,
    "conv_transpose2d": _conv_transpose2d,
    "max_pool2d": _pool2d,
    "avg_pool2d": _pool2d,
    "adaptive_avg_pool2d": _adaptive2d,
    "adaptive_max_pool2d": _adaptive2d,
    "batch_norm2d": _batch_norm,
    "batch_norm1d": _batch_norm,
}
