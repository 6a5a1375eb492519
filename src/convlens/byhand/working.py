"""Work out one value of an operation that makes it out of several, from what was recorded."""

import numpy as np
import torch
from torch import Tensor

from convlens.byhand.cores import Combined, Core, Given, Moved, Pooled, WeightedSum
from convlens.byhand.recording import Operation, Recording, map_tensors, tensors_of
from convlens.byhand.windows import Array, Window, arguments_of, has_window, window_of

_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
_REVERSED = frozenset({"rsub", "rdiv", "rtruediv"})  # Python's `2 - x` calls x.__rsub__(2)
# Run again on the numbers of the places instead of the values, these tell where each value came from.
_MOVES = frozenset(
    [
        "flatten",
        "view",
        "reshape",
        "permute",
        "transpose",
        "squeeze",
        "unsqueeze",
        "cat",
        "concat",
        "stack",
        "pad",
        "getitem",
        "chunk",
        "split",
        "unbind",
        "narrow",
        "flip",
        "roll",
        "movedim",
        "swapaxes",
        "unflatten",
        "pixel_shuffle",
        "channel_shuffle",
        "select",
        "contiguous",
        "clone",
    ]
)


def core_of(recording: Recording, operation: Operation, index: tuple[int, ...]) -> Core:
    """Work out one value of an operation that is not done to each value alone.

    Args:
        recording: the picture's way through the network.
        operation: any of its operations.
        index: the place in its output without the batch: (channel, row, column), or (neuron,).
    """
    kind, dimensions = operation.kind, operation.output.ndim
    if kind == "conv2d" and dimensions == 4:
        core: Core = _convolution(operation, index)
    elif kind == "linear" and dimensions == 2:
        core = _linear(recording, operation, index)
    elif has_window(operation):
        core = _pooling(operation, index)
    elif kind == "mean":
        core = _mean(operation, index)
    elif kind in _MOVES:
        core = _moved(recording, operation, index)
    elif kind in _SIGNS:
        core = _combined(recording, operation, index)
    else:
        core = Given(float(operation.output[0][index]))
    return core


def _convolution(operation: Operation, index: tuple[int, ...]) -> WeightedSum:
    arguments = arguments_of(operation)
    channel, *at = index
    window = window_of(operation, at)
    maps = _array(arguments["input"][0])
    weights = _array(arguments["weight"][channel])
    per_group = len(weights)
    first = channel // (operation.output.shape[1] // arguments["groups"]) * per_group
    return WeightedSum(
        values=window.cut(maps[first : first + per_group], fill=0.0),
        weights=weights,
        padded=window.padded(*maps.shape[1:]),
        bias=_entry(arguments["bias"], channel),
        has_bias=arguments["bias"] is not None,
        first_channel=first,
        window=window,
    )


def _linear(recording: Recording, operation: Operation, index: tuple[int, ...]) -> WeightedSum:
    arguments = arguments_of(operation)
    (neuron,) = index
    channels, rows, columns = _shape_before_flattening(recording, operation)
    return WeightedSum(
        values=_array(arguments["input"][0]).reshape(channels, rows, columns),
        weights=_array(arguments["weight"][neuron]).reshape(channels, rows, columns),
        padded=np.zeros((rows, columns), dtype=bool),
        bias=_entry(arguments["bias"], neuron),
        has_bias=arguments["bias"] is not None,
        first_channel=0,
        window=Window(tuple(range(rows)), tuple(range(columns))),
    )


def _shape_before_flattening(recording: Recording, operation: Operation) -> tuple[int, int, int]:
    """(C, H, W) of the maps whose values a linear layer reads in one row; (inputs, 1, 1) where it reads none."""
    keeps_order = {"flatten", "view", "reshape", "squeeze", "dropout", "contiguous"}
    current = operation
    while current.inputs:
        current = recording.operations[current.inputs[0][0]]
        shape = tuple(current.output.shape)
        if len(shape) == 4:
            return shape[1], shape[2], shape[3]
        if current.kind not in keeps_order:
            break
    return operation.inputs[0][1].shape[1] if operation.inputs else arguments_of(operation)["input"].shape[1], 1, 1


def _pooling(operation: Operation, index: tuple[int, ...]) -> Pooled:
    arguments = arguments_of(operation)
    channel, *at = index
    window = window_of(operation, at)
    maps = _array(arguments["input"][0, channel : channel + 1])
    padded = window.padded(*maps.shape[1:])
    if "max" in operation.kind:
        return Pooled(window.cut(maps, fill=-np.inf)[0], padded, window, None)
    counted = padded.size if arguments.get("count_include_pad", True) else int((~padded).sum())
    return Pooled(window.cut(maps, fill=0.0)[0], padded, window, float(arguments.get("divisor_override") or counted))


def _mean(operation: Operation, index: tuple[int, ...]) -> Core:
    """The mean over all rows and columns of a map, which is one way to write global average pooling."""
    arguments = arguments_of(operation)
    maps: Tensor = arguments["input"]
    over = arguments["dim"]
    over = {over} if isinstance(over, int) else set(over or ())
    if maps.ndim != 4 or {side % 4 for side in over} != {2, 3}:
        return Given(float(operation.output[0][index]))
    values = _array(maps[0, index[0]])
    rows, columns = values.shape
    window = Window(tuple(range(rows)), tuple(range(columns)))
    return Pooled(values, np.zeros((rows, columns), dtype=bool), window, float(values.size))


def _combined(recording: Recording, operation: Operation, index: tuple[int, ...]) -> Core:
    operands, sources = operation.arguments[:2], iter(operation.sources)
    if len(operands) != 2 or operation.keywords:  # `alpha` and `rounding_mode` are rare
        return Given(float(operation.output[0][index]))
    values: list[float] = []
    names: list[str] = []
    for operand in operands:
        source = next(sources) if isinstance(operand, Tensor) else None
        same_shape = torch.as_tensor(operand, dtype=torch.float64).expand(operation.output.shape)
        values.append(float(same_shape[0][index]))
        names.append("a constant" if source is None else recording.operations[source].label)
    if operation.function.__name__.strip("_") in _REVERSED:
        values.reverse()
        names.reverse()
    return Combined(_SIGNS[operation.kind], (values[0], values[1]), (names[0], names[1]))


def _moved(recording: Recording, operation: Operation, index: tuple[int, ...]) -> Core:
    tensors = tensors_of(operation.arguments, operation.keywords)
    starts = np.cumsum([0, *(tensor.numel() for tensor in tensors)])
    counters = iter(
        torch.arange(int(start), int(start) + tensor.numel(), dtype=torch.float64).reshape(tensor.shape)
        for start, tensor in zip(starts, tensors, strict=False)
    )
    # Padding with a constant gives -1 or lower only where the constant is: the numbers of the places begin at 0.
    keywords = operation.keywords | (
        {"value": -1.0} if operation.keywords.get("mode", "constant") == "constant" else {}
    )
    keywords = keywords if operation.kind == "pad" else operation.keywords
    answer = operation.function(*map_tensors(lambda _: next(counters), operation.arguments), **keywords)
    came_from = int((answer if operation.item is None else answer[operation.item])[0][index])
    value = float(operation.output[0][index])
    if came_from < 0:
        return Moved(value, None, "a constant", ())
    which = int(np.searchsorted(starts, came_from, side="right")) - 1
    place = np.unravel_index(came_from - starts[which], tensors[which].shape)
    source = operation.sources[which]
    name = "a constant" if source is None else recording.operations[source].label
    return Moved(value, source, name, tuple(int(number) for number in place[1:]))


def _array(tensor: Tensor) -> Array:
    array: Array = tensor.double().numpy()
    return array


def _entry(vector: Tensor | None, number: int) -> float:
    return 0.0 if vector is None else float(vector[number])
