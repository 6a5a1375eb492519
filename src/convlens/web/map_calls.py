"""Convolutions, poolings, normalisations and padding, as the page computes them: options are [rows, columns]."""

import math
from typing import Any

from torch import Tensor

from convlens.byhand.recording import Operation
from convlens.byhand.signatures import numbers, per_side
from convlens.web.calls import Arguments, Call, UnknownError, only


def _maps(operation: Operation) -> Tensor:
    """The input, which has to be one picture's maps."""
    tensor = operation.inputs[0][1]
    if tensor.ndim != 4 or tensor.shape[0] != 1:
        raise UnknownError("batch")
    return tensor


def convolution(operation: Operation, arguments: Arguments) -> Call:
    """`F.conv2d` and `F.conv_transpose2d`."""
    _maps(operation)
    found = numbers(operation.kind, operation.arguments, operation.keywords, None)
    weights = {"weight": arguments["weight"], "bias": arguments["bias"]}
    options = {name: found[name] for name in ("stride", "dilation", "groups")}
    if operation.kind == "conv_transpose2d":
        options |= {"padding": [before for before, _ in found["padding"]], "output_padding": found["output_padding"]}
    else:
        # A layer that pads otherwise than with zeros has done so before, in an operation of its own.
        options |= {"padding": [side for sides in found["padding"] for side in sides], "padding_mode": "zeros"}
    return Call(operation.kind, options, weights)


def pooling(operation: Operation, arguments: Arguments) -> Call:
    """`F.max_pool2d` and `F.avg_pool2d`."""
    _maps(operation)
    kernel, stride = arguments["kernel_size"], arguments["stride"]
    options = {
        "kernel": per_side(kernel, 2),
        "stride": per_side(kernel if stride is None or stride == [] else stride, 2),
        "padding": per_side(arguments["padding"], 2),
        "ceil_mode": bool(arguments["ceil_mode"]),
    }
    if operation.kind == "max_pool2d":
        options["dilation"] = per_side(arguments["dilation"], 2)
    else:
        options |= {name: arguments[name] for name in ("count_include_pad", "divisor_override")}
    return Call(operation.kind, options)


def adaptive(operation: Operation, _: Arguments) -> Call:
    """`F.adaptive_avg_pool2d` and `F.adaptive_max_pool2d`."""
    _maps(operation)
    return Call(operation.kind, {"output": list(operation.output.shape[2:])})


def batch_norm(operation: Operation, arguments: Arguments) -> Call:
    """`F.batch_norm`, and an instance normalisation that kept its statistics from training, which is the same sum."""
    only(arguments, **{"use_input_stats" if "use_input_stats" in arguments else "training": False})
    roles = ("weight", "bias", "running_mean", "running_var")
    return Call("batch_norm", {"eps": arguments["eps"]}, {role: arguments[role] for role in roles})


def instance_norm(operation: Operation, arguments: Arguments) -> Call:
    """`F.instance_norm`."""
    if not arguments["use_input_stats"]:
        return batch_norm(operation, arguments)
    return Call("instance_norm", {"eps": arguments["eps"]}, affine(arguments))


def affine(arguments: Arguments) -> dict[str, Tensor | None]:
    """The weight and the bias of a call."""
    return {role: arguments[role] for role in ("weight", "bias")}


def layer_norm(_: Operation, arguments: Arguments) -> Call:
    """`F.layer_norm`."""
    options = {"dimensions": len(arguments["normalized_shape"]), "eps": arguments["eps"]}
    return Call("layer_norm", options, affine(arguments))


def group_norm(_: Operation, arguments: Arguments) -> Call:
    """`F.group_norm`."""
    return Call("group_norm", {"groups": arguments["num_groups"], "eps": arguments["eps"]}, affine(arguments))


def pad(operation: Operation, arguments: Arguments) -> Call:
    """`F.pad` of rows and columns."""
    _maps(operation)
    sides = [int(side) for side in arguments["pad"]]
    if len(sides) not in (2, 4):
        raise UnknownError("option", "pad")
    left, right, top, bottom = sides if len(sides) == 4 else [*sides, 0, 0]
    options = {"padding": [top, bottom, left, right], "mode": arguments["mode"]}
    return Call("pad", options | {"value": plain(arguments["value"] or 0, "value")})


def plain(value: Any, name: str) -> float:
    """The argument `name` as a number that JSON has."""
    if isinstance(value, int | float) and math.isfinite(value):
        return value
    raise UnknownError("option", name)
