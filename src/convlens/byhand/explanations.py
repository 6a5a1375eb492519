"""What each operation demands and what it got: one small function per kind of operation that can fail."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from convlens.byhand import layout
from convlens.byhand.arithmetic import by
from convlens.byhand.facts import BATCH, Operation
from convlens.byhand.layout import Layout
from convlens.byhand.spelling import counted, product, spelled

Number = int | tuple[int, ...] | None
_MAPS = {"conv1d": 3, "conv2d": 4, "conv3d": 5, "conv_transpose1d": 3, "conv_transpose2d": 4, "conv_transpose3d": 5}


@dataclass(frozen=True)
class Answer:
    """An explanation whose line is still to be found: of the layer's argument, of the layer, or of the call."""

    message: str
    expected: Number = None
    found: Number = None
    argument: tuple[int, str] | None = None
    at_call: bool = False


def explain(operation: Operation, known: Layout) -> Answer | None:
    """What an operation demanded and what it got, or None where its rules are not known.

    Args:
        operation: the one that failed; it has at least one input.
        known: what is known of its first input.
    """
    op = operation.op
    family = "conv" if op.startswith("conv") else "pool" if "_pool" in op else op
    if family in _EXPLANATIONS:
        return _EXPLANATIONS[family](operation, operation.inputs[0].shape, known)
    return _refused_dimensions(operation)


def _convolution(operation: Operation, shape: tuple[int, ...], known: Layout) -> Answer | None:
    given = operation.arguments
    if "in_channels" not in given:
        return None
    channels, what = given["in_channels"], spelled(operation)
    if len(shape) != _MAPS[operation.op]:
        one = layout.without_batch(shape, known)
        return Answer(
            f"{what} expects maps of {counted(channels, 'channel')} with {counted(_MAPS[operation.op] - 2, 'side')}, "
            "but what reaches it is "
            f"{by(one)}; {_bring_back(len(one))}",
            channels,
            one,
            at_call=True,
        )
    if shape[1] != channels:
        return _channels(operation, shape, known)
    if "transpose" in operation.op:
        return Answer(f"{what} makes nothing of {by(shape[1:])}; begin with larger maps, or pad less", 1, 0)
    for side, kernel, (before, after), dilation in zip(
        shape[2:], given["kernel"], given["padding"], given["dilation"], strict=True
    ):
        reach = dilation * (kernel - 1) + 1
        if side + before + after < reach:
            return Answer(
                f"{what} needs {reach} rows and columns for its kernel, but what reaches it is {by(shape[1:])}"
                f"{f', {side + before + after} with its padding' if before + after else ''}; "
                f"use a kernel of {side + before + after} or less, or pool less before it",
                reach,
                side + before + after,
                (2, "kernel_size"),
            )
    return None


def _bring_back(sides: int) -> str:
    if sides == 1:
        return "flatten after the last convolution, not before"
    return "keep a dimension for the channels and one for each side"


def _channels(operation: Operation, shape: tuple[int, ...], known: Layout) -> Answer:
    channels, what = operation.arguments["in_channels"], spelled(operation)
    if shape[-1] == channels and known.labels[-1] != "C" and shape[1] == shape[2]:
        return Answer(
            f"{what} expects {counted(channels, 'channel')} first, but what reaches it is {by(shape[1:])} with "
            f"the channels last; write x.permute(0, 3, 1, 2) before it",
            channels,
            shape[1],
            at_call=True,
        )
    return Answer(
        f"{what} expects {counted(channels, 'channel')}, but what reaches it is {by(shape[1:])}, that is "
        f"{counted(shape[1], 'channel')}; write {shape[1]}",
        channels,
        shape[1],
        (0, "in_channels"),
    )


def _pooling(operation: Operation, shape: tuple[int, ...], known: Layout) -> Answer | None:
    given = operation.arguments
    if len(shape) < int(operation.op[-2]) + 1:
        one = layout.without_batch(shape, known)
        return Answer(
            f"{spelled(operation)} expects maps, but what reaches it is {by(one)}; pool before", None, one, at_call=True
        )
    if "kernel" not in given:
        return None
    for kernel, (pad, _) in zip(given["kernel"], given["padding"], strict=True):
        if 2 * pad > kernel:
            return Answer(
                f"{spelled(operation)} takes a padding of {kernel // 2} at most, half its kernel, and is given {pad}",
                kernel // 2,
                pad,
                (2, "padding"),
            )
    sides = shape[-len(given["kernel"]) :]
    for side, kernel, (pad, _), dilation in zip(
        sides, given["kernel"], given["padding"], given["dilation"], strict=True
    ):
        reach = dilation * (kernel - 1) + 1
        if side + 2 * pad < reach:
            return Answer(
                f"{spelled(operation)} needs {reach} rows and columns for its window, but the maps that reach it are "
                f"{by(layout.without_batch(shape, known))}: pooled to nothing; leave this pooling out, or begin with "
                f"larger pictures",
                reach,
                side + 2 * pad,
                at_call=operation.reused,
            )
    return None


def _linear(operation: Operation, shape: tuple[int, ...], known: Layout) -> Answer | None:
    weight = operation.arguments.get("weight")
    if not weight or len(weight) != 2:
        return None
    expected, what = weight[1], spelled(operation)
    one = layout.without_batch(shape, known)
    neurons = math.prod(one)
    if shape[-1] == expected:
        return None
    if len(one) > 1 and (neurons == expected or known.is_maps):
        more = "" if neurons == expected else f" and write {neurons} in {what}"
        return Answer(
            f"{what} expects a row of {expected}, but what reaches it is still maps of {product(one)}; "
            f"write x = torch.flatten(x, 1) before it, in an nn.Sequential nn.Flatten(){more}",
            expected,
            one,
            at_call=True,
        )
    is_row = len(one) == 1 and math.prod(known.maps) == shape[-1]
    reaching = product(known.maps) if is_row and known.maps else str(shape[-1])
    return Answer(
        f"{what} expects {expected}, but what reaches it is {reaching}; write {shape[-1]}",
        expected,
        shape[-1],
        (0, "in_features"),
    )


def _view(operation: Operation, shape: tuple[int, ...], known: Layout) -> Answer | None:
    sizes = operation.arguments.get("size") or operation.arguments.get("sizes") or []
    one, what = layout.without_batch(shape, known), spelled(operation)
    neurons = math.prod(one)
    if operation.op == "unflatten":
        side = shape[int(operation.arguments.get("dim", 1))]
        return Answer(
            f"{what} expects {product(sizes)}, but what reaches it is {side}",
            math.prod(sizes),
            side,
            (1, "unflattened_size"),
        )
    if not sizes:
        return None
    rest = math.prod(n for n in sizes[1:] if n != -1)
    if sizes[0] not in (-1, BATCH) and (-1 in sizes[1:] or rest == neurons):
        return Answer(
            f"{what} writes a batch of {sizes[0]} into the network, but the batch has {BATCH} pictures; "
            f"write x.size(0) in place of {sizes[0]}",
            sizes[0],
            BATCH,
        )
    expected = rest if len(sizes) > 1 else math.prod(sizes)
    if len(sizes) == 1 and expected not in (-1, BATCH * neurons):
        return Answer(
            f"{what} leaves no dimension for the batch: {BATCH} pictures of {product(one)} are {BATCH * neurons} "
            f"numbers; write x.{operation.op}(-1, {neurons})",
            expected,
            BATCH * neurons,
        )
    if expected == neurons or (operation.op == "view" and sizes[0] != -1 and -1 in sizes and neurons % rest == 0):
        return Answer(
            f"{what} needs values that lie in memory in order; write x.reshape in place of x.view", None, None
        )
    return Answer(
        f"{what} expects {product(sizes[1:]) if len(sizes) > 2 else expected}, but what reaches it is {product(one)}; "
        f"write {neurons if len(sizes) <= 2 else 'sizes whose product is ' + str(neurons)}",
        expected,
        neurons,
    )


def _batch_norm(operation: Operation, shape: tuple[int, ...], known: Layout) -> Answer | None:
    mean = operation.arguments.get("running_mean") or operation.arguments.get("weight")
    expected = mean[0] if mean else operation.arguments.get("num_features")
    if expected is None or len(shape) < 2:
        return None
    if "running_mean" not in operation.arguments or shape[1] == expected:
        return _refused_dimensions(operation)
    return Answer(
        f"{spelled(operation)} expects {counted(expected, 'channel')}, but what reaches it is {by(shape[1:])}, "
        f"that is {shape[1]}; write {shape[1]}",
        expected,
        shape[1],
        (0, "num_features"),
    )


def _layer_norm(operation: Operation, shape: tuple[int, ...], known: Layout) -> Answer | None:
    normal = [int(n) for n in operation.arguments.get("normalized_shape", [])]
    found = list(shape[-len(normal) :])
    return _differing(
        f"{spelled(operation)} expects the last {'side' if len(normal) == 1 else f'{len(normal)} sides'} to be "
        f"{by(normal)}, but what reaches it "
        f"is {by(layout.without_batch(shape, known))}; write {by(found)}",
        normal,
        found,
        argument=(0, "normalized_shape"),
    )


def _group_norm(operation: Operation, shape: tuple[int, ...], known: Layout) -> Answer | None:
    weight, groups = operation.arguments.get("weight"), operation.arguments.get("num_groups", 1)
    if weight and weight[0] != shape[1]:
        return Answer(
            f"{spelled(operation)} expects {weight[0]} channels, but what reaches it is {by(shape[1:])}; write "
            f"{shape[1]}",
            weight[0],
            shape[1],
            (1, "num_channels"),
        )
    return Answer(f"{spelled(operation)} cannot part {shape[1]} channels into {groups} groups", groups, shape[1])


def _prelu(operation: Operation, shape: tuple[int, ...], known: Layout) -> Answer | None:
    expected = (operation.arguments.get("weight") or [1])[0]
    return Answer(
        f"{spelled(operation)} has {expected} slopes, one per channel, but what reaches it is {by(shape[1:])}; "
        f"write {shape[1]}",
        expected,
        shape[1],
        (0, "num_parameters"),
    )


def _cat(operation: Operation, shape: tuple[int, ...], known: Layout) -> Answer | None:
    shapes = operation.arguments.get("shapes", [])
    dim = int(operation.arguments.get("dim", 0))
    for other in shapes[1:]:
        demanded = list(shapes[0])
        if operation.op == "cat" and len(other) == len(demanded):
            demanded[dim] = other[dim]
        if other != demanded:
            return _differing(
                f"{spelled(operation)} along dimension {dim} needs maps that are alike in every other dimension, but "
                f"{by(shapes[0][1:])} and {by(other[1:])} reach it",
                demanded[1:],
                other[1:],
                at_call=True,
            )
    return None


def _elementwise(operation: Operation, shape: tuple[int, ...], known: Layout) -> Answer | None:
    shapes = operation.arguments.get("shapes", [])
    if len(shapes) < 2:
        return None
    one, other = shapes[0], shapes[1]
    count = min(len(one), len(other))
    if all(a == b or 1 in (a, b) for a, b in zip(one[-count:], other[-count:], strict=True)):
        return None
    how = "with a 1x1 convolution of the same stride on the shorter path for instance"
    if len(one) != len(other):
        how = "with sides of 1 after the channels for instance: y[:, :, None, None]"
    return _differing(
        f"{spelled(operation)} needs two shapes that fit, but {by(one[1:])} and {by(other[1:])} reach it; "
        f"bring both to one shape, {how}",
        one[1:],
        other[1:],
        at_call=True,
    )


def _matmul(operation: Operation, shape: tuple[int, ...], known: Layout) -> Answer | None:
    shapes = operation.arguments.get("shapes", [])
    if len(shapes) < 2 or not shapes[0] or not shapes[1]:
        return None
    one, other = shapes[0], shapes[1]
    inner = other[-2] if len(other) > 1 else other[-1]
    if one[-1] == inner:
        return _elementwise(operation, shape, known)
    return Answer(
        f"{spelled(operation)} multiplies rows of {one[-1]} with columns of {inner}; the two must be equal",
        inner,
        one[-1],
        at_call=True,
    )


def _attention(operation: Operation, shape: tuple[int, ...], known: Layout) -> Answer | None:
    expected = operation.arguments.get("embed_dim_to_check")
    if expected is None or shape[-1] == expected:
        return None
    return Answer(
        f"{spelled(operation)} expects {expected} numbers in each row, but what reaches it are rows of {shape[-1]}; "
        f"write {shape[-1]}, or transpose so that the channels come last",
        expected,
        shape[-1],
        (0, "embed_dim"),
    )


def _pixel_shuffle(operation: Operation, shape: tuple[int, ...], known: Layout) -> Answer | None:
    factor = int(operation.arguments.get("upscale_factor", 1))
    return Answer(
        f"{spelled(operation)} needs a multiple of {factor}*{factor} = {factor**2} channels, but what reaches it is "
        f"{by(shape[1:])}",
        factor**2,
        shape[1],
        at_call=True,
    )


def _refused_dimensions(operation: Operation) -> Answer | None:
    """A layer that refused its input for its number of dimensions, or of features."""
    shapes = operation.arguments.get("shapes", [])
    if not shapes:
        return None
    shape = shapes[0]
    features = operation.arguments.get("input_size") or operation.arguments.get("embed_dim")
    if features is not None and shape and shape[-1] != features:
        return Answer(
            f"{spelled(operation)} expects {features} numbers in each row, but what reaches it is {by(shape[1:])}; "
            f"write {shape[-1]}",
            features,
            shape[-1],
            (0, "input_size"),
        )
    channels = operation.arguments.get("num_features")
    if operation.op.startswith("instance_norm") and channels is not None and len(shape) > 1 and shape[1] != channels:
        return Answer(
            f"{spelled(operation)} expects {counted(channels, 'channel')}, but what reaches it is {by(shape[1:])}; "
            f"write {shape[1]}",
            channels,
            shape[1],
            (0, "num_features"),
        )
    wanted = {"1d": 2, "2d": 4, "3d": 5}.get(operation.layer[-2:])
    if wanted is None or len(shape) == wanted:
        return None
    form = {2: "rows of numbers", 4: "maps of channels, rows and columns", 5: "maps with three sides"}[wanted]
    return Answer(
        f"{spelled(operation)} expects {form}, but what reaches it is {by(shape[1:])}; put it on the other side of the "
        f"flattening, or use its variety for this shape",
        operation.arguments.get("num_features"),
        tuple(shape[1:]),
        at_call=True,
    )


def _differing(
    message: str,
    expected: Sequence[int],
    found: Sequence[int],
    *,
    argument: tuple[int, str] | None = None,
    at_call: bool = False,
) -> Answer:
    """Numbers where one number differs, shapes otherwise."""
    pairs = [(a, b) for a, b in zip(expected, found, strict=False) if a != b]
    if len(expected) == len(found) and len(pairs) == 1:
        return Answer(message, pairs[0][0], pairs[0][1], argument, at_call)
    return Answer(message, tuple(expected), tuple(found), argument, at_call)


_Explain = Callable[[Operation, tuple[int, ...], Layout], Answer | None]
_EXPLANATIONS: dict[str, _Explain] = {
    "conv": _convolution,
    "pool": _pooling,
    "linear": _linear,
    "view": _view,
    "reshape": _view,
    "unflatten": _view,
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "rms_norm": _layer_norm,
    "prelu": _prelu,
    "group_norm": _group_norm,
    "multi_head_attention_forward": _attention,
    "cat": _cat,
    "stack": _cat,
    "pixel_shuffle": _pixel_shuffle,
    **dict.fromkeys(("add", "sub", "mul", "div", "maximum", "minimum"), _elementwise),
    **dict.fromkeys(("matmul", "bmm", "mm"), _matmul),
}
