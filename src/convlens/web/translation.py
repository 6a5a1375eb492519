"""Calls of PyTorch functions as operations that the page computes: one entry per function, with its options by name.

What an operation's options are is said at its function in `page/js/sums`. Dimensions are counted without the batch.
"""

from collections.abc import Callable
from typing import Any

from torch import Tensor

from convlens.byhand.recording import Operation
from convlens.web import map_calls
from convlens.web.calls import MUST, Arguments, Call, UnknownError, axis, bound, has_batch, only
from convlens.web.map_calls import affine, plain

Make = Callable[[Operation, Arguments], Call]


def translate(operation: Operation) -> Call:
    """The page's operation for a recorded one.

    Raises:
        UnknownError: there is none that does the same.
    """
    found = _CALLS.get(_written(operation)) or _CALLS.get(operation.kind)
    if found is None or (operation.item or 0) > 0:  # of `max` along a dimension the second part are places
        raise UnknownError("operation", operation.kind)
    if not operation.inputs:
        raise UnknownError("tensor")
    parameters, make = found
    try:
        call = make(operation, bound(operation, parameters))
    except (TypeError, ValueError, KeyError, IndexError, AttributeError):  # a way of calling that nobody thought of
        raise UnknownError("option", operation.kind) from None
    if len(operation.inputs) > 1 and call.op not in _OF_SEVERAL:
        raise UnknownError("tensor")
    return call


def _written(operation: Operation) -> str:
    """The function's own name: `rsub` and `sub` are one kind, and not the same."""
    return str(getattr(operation.function, "__name__", "")).strip("_")


def _activation(**renamed: str) -> Make:
    """An activation with these options, by their names in PyTorch."""

    def make(operation: Operation, arguments: Arguments) -> Call:
        return Call(operation.kind, {ours: arguments[theirs] for theirs, ours in renamed.items()})

    return make


def _clamped(low: str, high: str) -> Make:
    """Cut off below and above: a ReLU, or the one that ends at 6."""

    def make(_: Operation, arguments: Arguments) -> Call:
        op = {(0, None): "relu", (0, 6): "relu6"}.get((arguments[low], arguments[high]))
        if op is None:
            raise UnknownError("option", low)
        return Call(op)

    return make


def _softmax(operation: Operation, arguments: Arguments) -> Call:
    return Call(operation.kind, {"dim": axis(arguments["dim"], operation.output)})


def _dropout(operation: Operation, arguments: Arguments) -> Call:
    only(arguments, training=False)  # else it is on in evaluation too, and no two answers are alike
    whole = {"channels": True} if operation.kind[-2:] in ("1d", "2d", "3d") or "feature" in operation.kind else {}
    alpha = {"alpha": True} if "alpha" in operation.kind else {}
    return Call("dropout", {"p": arguments["p"]} | whole | alpha)


def _flatten(operation: Operation, arguments: Arguments) -> Call:
    tensor = operation.inputs[0][1]
    start, end = (dim % tensor.ndim for dim in (arguments["start_dim"], arguments["end_dim"]))
    batch = int(has_batch(tensor))
    return Call("flatten", {"start": max(start - batch, 0), "end": max(end - batch, 0)})


def _reshape(operation: Operation, _: Arguments) -> Call:
    tensor = operation.inputs[0][1]
    if tensor.dtype != operation.output.dtype:  # the same bytes read as other numbers
        raise UnknownError("option", "dtype")
    return Call("view" if operation.kind.startswith("view") else "reshape")


def _permute(operation: Operation, arguments: Arguments) -> Call:
    tensor = operation.inputs[0][1]
    dims = list(range(tensor.ndim))
    if operation.kind == "permute":
        dims = [int(dim) % tensor.ndim for dim in arguments["dims"]]
    else:
        one, other = (arguments[name] % tensor.ndim for name in ("dim0", "dim1"))
        dims[one], dims[other] = other, one
    if has_batch(tensor):
        if dims[0] != 0:
            raise UnknownError("batch")
        dims = [dim - 1 for dim in dims[1:]]
    return Call("permute", {"dims": dims})


def _two(operation: Operation, arguments: Arguments) -> Call:
    """Two tensors, or one and a number."""
    for name, usual in (("alpha", 1), ("rounding_mode", None)):
        if name in arguments:
            only(arguments, **{name: usual})
    reverses = _written(operation) in ("rsub", "rdiv", "rtruediv")
    if len(operation.inputs) == 2:
        if reverses or operation.inputs[0][1].ndim != operation.inputs[1][1].ndim:
            raise UnknownError("option", "other")
        return Call(operation.kind)
    other = arguments["other"]
    if not isinstance(arguments["input"], Tensor):  # torch.div(2, x)
        other, reverses = arguments["input"], True
    if isinstance(other, Tensor):  # a constant, or weights
        raise UnknownError("tensor")
    return Call(operation.kind, {"scalar": plain(other, "other"), "reversed": reverses})


def _negated(_: Operation, __: Arguments) -> Call:
    return Call("mul", {"scalar": -1, "reversed": False})


def _cat(operation: Operation, arguments: Arguments) -> Call:
    if len(arguments["tensors"]) != len(operation.inputs):
        raise UnknownError("tensor")
    return Call("cat", {"dim": axis(arguments["dim"], operation.inputs[0][1])})


def _reduction(operation: Operation, arguments: Arguments) -> Call:
    dim = arguments["dim"]
    if dim is None or dim == ():
        raise UnknownError("batch")
    tensor = operation.inputs[0][1]
    dims = [axis(one, tensor) for one in (dim if isinstance(dim, tuple | list) else [dim])]
    op = "amax" if operation.kind == "max" else operation.kind
    return Call(op, {"dims": dims, "keepdim": bool(arguments["keepdim"])})


def _linear(_: Operation, arguments: Arguments) -> Call:
    return Call("linear", {}, affine(arguments))


def _prelu(_: Operation, arguments: Arguments) -> Call:
    return Call("prelu", {}, {"weight": arguments["weight"]})


_OF_SEVERAL = ("add", "sub", "mul", "div", "cat")

# A call's parameters in order with their defaults, and what makes the page's operation of it.
_ANY = {"*": ()}  # the output's shape says all
_X = {"input": MUST}
_POOL = _X | {"kernel_size": MUST, "stride": None, "padding": 0}
_ADAPTIVE = _X | {"output_size": MUST, "return_indices": False}
_WEIGHTS = {"weight": MUST, "bias": None}
_NORM = {"weight": None, "bias": None}
_STATISTICS = {"running_mean": None, "running_var": None}
_CONV = _X | _WEIGHTS | {"stride": 1, "padding": 0}
_REDUCED = _X | {"dim": None, "keepdim": False}
_DROPPED = {"p": 0.5, "training": True, "inplace": False}
_OTHER = _X | {"other": MUST}
_CALLS: dict[str, tuple[dict[str, Any], Make]] = {
    "conv2d": (_CONV | {"dilation": 1, "groups": 1}, map_calls.convolution),
    "conv_transpose2d": (_CONV | {"output_padding": 0, "groups": 1, "dilation": 1}, map_calls.convolution),
    "max_pool2d": (_POOL | {"dilation": 1, "ceil_mode": False, "return_indices": False}, map_calls.pooling),
    "avg_pool2d": (
        _POOL | {"ceil_mode": False, "count_include_pad": True, "divisor_override": None},
        map_calls.pooling,
    ),
    **dict.fromkeys(("adaptive_avg_pool2d", "adaptive_max_pool2d"), (_ADAPTIVE, map_calls.adaptive)),
    "batch_norm": (_X | _STATISTICS | _NORM | {"training": False, "momentum": 0.1, "eps": 1e-5}, map_calls.batch_norm),
    "instance_norm": (
        _X | _STATISTICS | _NORM | {"use_input_stats": True, "momentum": 0.1, "eps": 1e-5},
        map_calls.instance_norm,
    ),
    "layer_norm": (_X | {"normalized_shape": MUST} | _NORM | {"eps": 1e-5}, map_calls.layer_norm),
    "group_norm": (_X | {"num_groups": MUST} | _NORM | {"eps": 1e-5}, map_calls.group_norm),
    **{
        name: (_X | {"inplace": False}, _activation())
        for name in ("relu", "relu6", "selu", "silu", "sigmoid", "tanh", "hardswish", "hardsigmoid", "mish")
    },
    "leaky_relu": (_X | {"negative_slope": 0.01, "inplace": False}, _activation(negative_slope="slope")),
    "elu": (_X | {"alpha": 1.0, "inplace": False}, _activation(alpha="alpha")),
    "gelu": (_X | {"approximate": "none"}, _activation(approximate="approximate")),
    "softplus": (_X | {"beta": 1, "threshold": 20}, _activation(beta="beta", threshold="threshold")),
    "prelu": (_X | {"weight": MUST}, _prelu),
    "hardtanh": (_X | {"min_val": -1.0, "max_val": 1.0, "inplace": False}, _clamped("min_val", "max_val")),
    "clamp": (_X | {"min": None, "max": None}, _clamped("min", "max")),
    **dict.fromkeys(("softmax", "log_softmax"), (_X | {"dim": None}, _softmax)),
    **dict.fromkeys(("dropout", "dropout2d", "dropout1d", "dropout3d"), (_X | _DROPPED, _dropout)),
    **dict.fromkeys(("alpha_dropout", "feature_alpha_dropout"), (_X | _DROPPED | {"training": False}, _dropout)),
    "flatten": (_X | {"start_dim": 0, "end_dim": -1}, _flatten),
    **dict.fromkeys(("view", "reshape", "squeeze", "unsqueeze", "unflatten", "ravel"), (_ANY, _reshape)),
    "permute": (_X | {"*dims": ()}, _permute),
    "transpose": (_X | {"dim0": -1, "dim1": -2}, _permute),
    **dict.fromkeys(("add", "sub", "rsub"), (_OTHER | {"alpha": 1}, _two)),
    **dict.fromkeys(("mul", "rdiv", "rtruediv"), (_OTHER, _two)),
    "div": (_OTHER | {"rounding_mode": None}, _two),
    "neg": (_X, _negated),
    "cat": ({"tensors": MUST, "dim": 0}, _cat),
    **dict.fromkeys(("mean", "sum", "amax", "max"), (_REDUCED, _reduction)),
    "linear": (_X | _WEIGHTS, _linear),
    "pad": (_X | {"pad": MUST, "mode": "constant", "value": None}, map_calls.pad),
}
