"""From a call of a PyTorch function to the operation's name and its numbers. Signatures: the PyTorch documentation."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor, nn

_SAME_OPERATION = {
    "concat": "cat",
    "concatenate": "cat",
    "max_pool1d_with_indices": "max_pool1d",
    "max_pool2d_with_indices": "max_pool2d",
    "max_pool3d_with_indices": "max_pool3d",
    "adaptive_max_pool2d_with_indices": "adaptive_max_pool2d",
    "iadd": "add",
    "radd": "add",
    "rsub": "sub",
    "isub": "sub",
    "subtract": "sub",
    "rmul": "mul",
    "imul": "mul",
    "multiply": "mul",
    "truediv": "div",
    "rdiv": "div",
    "rtruediv": "div",
    "itruediv": "div",
    "divide": "div",
    "rmatmul": "matmul",
    "rpow": "pow",
    "swapaxes": "transpose",
    "swapdims": "transpose",
    "T": "transpose",
    "mT": "transpose",
    "upsample": "interpolate",
    "moveaxis": "movedim",
}

_CONV = {"input": ..., "weight": ..., "bias": None, "stride": 1, "padding": 0, "dilation": 1, "groups": 1}
_TRANSPOSED = {"input": ..., "weight": ..., "bias": None, "stride": 1, "padding": 0, "output_padding": 0}
_TRANSPOSED |= {"groups": 1, "dilation": 1}
_MAX_POOL = {"input": ..., "kernel_size": ..., "stride": None, "padding": 0, "dilation": 1, "ceil_mode": False}
_AVG_POOL = {"input": ..., "kernel_size": ..., "stride": None, "padding": 0, "ceil_mode": False}
_ADAPTIVE = {"input": ..., "output_size": ...}
_REDUCTION = {"input": ..., "dim": None, "keepdim": False}

# The arguments of each operation in order, with their defaults; ... is a must.
_SIGNATURES: dict[str, dict[str, Any]] = {
    **{f"conv{n}d": _CONV for n in (1, 2, 3)},
    **{f"conv_transpose{n}d": _TRANSPOSED for n in (1, 2, 3)},
    **{f"max_pool{n}d": _MAX_POOL for n in (1, 2, 3)},
    **{f"avg_pool{n}d": _AVG_POOL for n in (1, 2, 3)},
    **{f"lp_pool{n}d": {"input": ..., "norm_type": ...} | _AVG_POOL for n in (1, 2, 3)},
    **{f"adaptive_{kind}_pool{n}d": _ADAPTIVE for n in (1, 2, 3) for kind in ("avg", "max")},
    **dict.fromkeys(("mean", "sum", "amax", "amin", "max", "min", "std", "var", "prod", "logsumexp"), _REDUCTION),
    "linear": {"input": ..., "weight": ..., "bias": None},
    "batch_norm": {"input": ..., "running_mean": ..., "running_var": ..., "weight": None, "bias": None},
    "instance_norm": {"input": ..., "running_mean": None, "running_var": None, "weight": None, "bias": None},
    "group_norm": {"input": ..., "num_groups": ..., "weight": None, "bias": None},
    "layer_norm": {"input": ..., "normalized_shape": ..., "weight": None, "bias": None},
    "rms_norm": {"input": ..., "normalized_shape": ..., "weight": None},
    "flatten": {"input": ..., "start_dim": 0, "end_dim": -1},
    "unflatten": {"input": ..., "dim": ..., "sizes": ...},
    "cat": {"tensors": ..., "dim": 0},
    "stack": {"tensors": ..., "dim": 0},
    "transpose": {"input": ..., "dim0": -1, "dim1": -2},
    "interpolate": {"input": ..., "size": None, "scale_factor": None, "mode": "nearest"},
    "pad": {"input": ..., "pad": ..., "mode": "constant"},
    "pixel_shuffle": {"input": ..., "upscale_factor": ...},
    "pixel_unshuffle": {"input": ..., "downscale_factor": ...},
    "unsqueeze": {"input": ..., "dim": ...},
    "squeeze": {"input": ..., "dim": None},
    "prelu": {"input": ..., "weight": ...},
    "multi_head_attention_forward": {"query": ..., "key": ..., "value": ..., "embed_dim_to_check": ...}
    | {"num_heads": ...},
}
# Sizes may be given one by one or as one tuple.
_SIZES = {"view": "size", "reshape": "size", "permute": "dims", "expand": "size"}


def operation_name(function: Callable[..., Any]) -> str:
    """The field's name of a PyTorch function: `max_pool2d` for `F.max_pool2d`, `add` for `x + y`."""
    name = str(getattr(function, "__name__", function))
    if name == "__get__":  # a property: x.T
        name = str(getattr(getattr(function, "__self__", None), "__name__", name))
    name = name.strip("_") or name
    return _SAME_OPERATION.get(name, name)


def spelling(function: Callable[..., Any], op: str) -> str:
    """How a person writes the call: `F.relu`, `torch.cat`, `x.view`, `x + y`."""
    signs = {"add": "+", "sub": "-", "mul": "*", "div": "/", "matmul": "@"}
    name = str(getattr(function, "__name__", ""))
    module = getattr(function, "__module__", None) or ""
    qualified = str(getattr(function, "__qualname__", ""))
    if name.startswith("__") or (op in signs and not module.startswith("torch")):
        return f"x {signs[op]} y" if op in signs else "x[...]" if op == "getitem" else f"x.{op}"
    if module in ("torch.nn.functional", "torch._C._nn") or "boolean_dispatch" in qualified or op.startswith("conv"):
        return f"F.{op}"
    return f"torch.{op}" if module in ("torch", "torch.functional") else f"x.{op}"


def numbers(op: str, args: Sequence[Any], kwargs: Mapping[str, Any], module: nn.Module | None) -> dict[str, Any]:
    """The numbers of a call by name, as far as the operation's sum needs them.

    Sides (kernel, stride, padding, ...) become one number per side; padding becomes (before, after) per side.
    """
    if op in _SIZES:
        given = args[1:] if len(args) > 1 else tuple(kwargs.values())
        sizes = given[0] if len(given) == 1 and isinstance(given[0], list | tuple) else given
        return {_SIZES[op]: [int(n) for n in sizes if isinstance(n, int)]}
    if op not in _SIGNATURES:
        return {}
    names = list(_SIGNATURES[op])
    by_name = {_RENAMED.get(key, key): value for key, value in kwargs.items()}
    bound = {**_SIGNATURES[op], **dict(zip(names, args, strict=False)), **by_name}
    if op.startswith("conv"):
        return _convolution(op, bound, module)
    if "_pool" in op and not op.startswith("adaptive"):
        return _pooling(op, bound)
    return {key: _plain(value, key) for key, value in bound.items() if key not in ("input", "tensors")}


_RENAMED = {"self": "input", "axis": "dim", "kernel": "kernel_size"}


def _convolution(op: str, bound: Mapping[str, Any], module: nn.Module | None) -> dict[str, Any]:
    weight: Tensor = bound["weight"]
    sides = weight.ndim - 2
    kernel = [int(k) for k in weight.shape[2:]]
    dilation = per_side(bound["dilation"], sides)
    groups = int(bound["groups"])
    transposed = "transpose" in op
    first, second = int(weight.shape[0]), int(weight.shape[1])
    return {
        "kernel": kernel,
        "stride": per_side(bound["stride"], sides),
        "padding": _padding(bound["padding"], kernel, dilation, module),
        "dilation": dilation,
        "groups": groups,
        "bias": bound["bias"] is not None,
        "in_channels": first if transposed else second * groups,
        "out_channels": second * groups if transposed else first,
        "output_padding": per_side(bound.get("output_padding", 0), sides),
    }


def _padding(padding: Any, kernel: Sequence[int], dilation: Sequence[int], module: nn.Module | None) -> list[list[int]]:
    """Padding as (before, after) for each side. A layer that pads otherwise than with zeros has padded beforehand."""
    if module is not None and getattr(module, "padding_mode", "zeros") != "zeros":
        twice = list(getattr(module, "_reversed_padding_repeated_twice", []))
        if twice:
            return [[int(twice[i]), int(twice[i + 1])] for i in range(len(twice) - 2, -1, -2)]
    if padding == "same":
        return [[d * (k - 1) // 2, d * (k - 1) - d * (k - 1) // 2] for k, d in zip(kernel, dilation, strict=True)]
    if padding == "valid":
        padding = 0
    return [[p, p] for p in per_side(padding, len(kernel))]


def _pooling(op: str, bound: Mapping[str, Any]) -> dict[str, Any]:
    sides = int(op[-2])
    stride = bound["stride"]
    kernel = per_side(bound["kernel_size"], sides)
    return {
        "kernel": kernel,
        "stride": kernel if stride is None or stride == [] else per_side(stride, sides),
        "padding": [[p, p] for p in per_side(bound["padding"], sides)],
        "dilation": per_side(bound.get("dilation", 1), sides),
        "ceil_mode": bool(bound["ceil_mode"]),
    }


def per_side(value: Any, sides: int) -> list[int]:
    """A number for each side from one number, a list of one, or a list of all."""
    listed = [int(n) for n in value] if isinstance(value, list | tuple) else [int(value)]
    return listed * sides if len(listed) == 1 else listed


def _plain(value: Any, key: str) -> Any:
    """A value that fits into JSON: of a tensor its shape."""
    if isinstance(value, Tensor):
        return [int(n) for n in value.shape]
    if isinstance(value, list | tuple):
        return [_plain(item, key) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def constructor_numbers(frame_locals: Mapping[str, Any], constructor: Callable[..., Any]) -> dict[str, Any]:
    """The numbers given to a layer's constructor, from the local names of its frame."""
    names = inspect.signature(constructor).parameters
    return {name: _plain(frame_locals[name], name) for name in names if name in frame_locals and name != "self"}
