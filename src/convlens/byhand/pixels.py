"""One value of a trained network worked out: products, sum, bias, normalisation, activation, receptive field."""

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor, nn

from convlens.byhand.changes import IDENTITIES, Change, change, changes_values_alone
from convlens.byhand.cores import Combined, Core, Given, Moved, Pooled, WeightedSum
from convlens.byhand.recording import Operation, Recording, record
from convlens.byhand.unit_field import UnitField, unit_field
from convlens.byhand.working import core_of
from convlens.errors import ConfigError, DataError

__all__ = [
    "Change",
    "Combined",
    "Given",
    "Moved",
    "PixelExplanation",
    "Pooled",
    "UnitField",
    "WeightedSum",
    "explain",
    "explain_pixel",
    "record",
]


@dataclass(frozen=True)
class PixelExplanation:
    """How one value of a feature map, or of a neuron, came about.

    Everything is worked out in float64 from what PyTorch gave the first operation here; `computed` is what PyTorch
    made of it in the network's own precision.

    Attributes:
        layer: the layer or function whose sum it begins with.
        kind: what that is, `conv2d`, `max_pool2d`, `linear`, ...
        reads: the layers that it reads, `picture` for the network's input.
        shape: of its output without the batch, (C, H, W) or (K,).
        channel, at: the place: channel or neuron, and (row, column), which is empty for a neuron.
        core: the sum itself.
        core_computed: what PyTorch computed for the sum.
        changes: what is done to the value on its own afterwards, in order.
        next_layer: the operation that reads the result; None at the end or where there are several.
        field: its receptive field on the picture; all of the network's input where nothing narrower is certain.
    """

    layer: str
    kind: str
    reads: tuple[str, ...]
    shape: tuple[int, ...]
    channel: int
    at: tuple[int, ...]
    core: Core
    core_computed: float
    changes: tuple[Change, ...]
    next_layer: str | None
    field: UnitField

    @property
    def value(self) -> float:
        """The value at the end, worked out."""
        return self.changes[-1].after if self.changes else self.core.value

    @property
    def computed(self) -> float:
        """The value at the end as PyTorch computed it."""
        return self.changes[-1].computed if self.changes else self.core_computed


def explain_pixel(
    network: nn.Module, picture: Tensor, layer: str, at: tuple[int, ...], channel: int
) -> PixelExplanation:
    """Work out one value of any feature map of a network.

    Args:
        network: any module that takes pictures (N, C, H, W); it is run in evaluation mode, and its mode left as it was.
        picture: one normalised picture, (C, H, W) or (1, C, H, W), of the network's dtype and device.
        layer: a module's name, `conv2`; or of an operation after it, `conv2.relu`; or a function's name, `max_pool2d`.
            `:2` is a second use. A convolution's name stands for all that is done to its values one by one.
        at: row and column in that layer's output, from 0; empty for a layer of neurons.
        channel: its channel, or the neuron, from 0.

    Raises:
        ConfigError: there is no such layer, row, column or channel.
        DataError: it is not one picture.
    """
    picture = picture[None] if picture.ndim == 3 else picture
    if picture.ndim != 4 or len(picture) != 1:
        raise DataError(f"One picture should be of shape (C, H, W), and is of {tuple(picture.shape)}.")
    return explain(record(network, picture), layer, at, channel)


def explain(recording: Recording, layer: str, at: tuple[int, ...], channel: int) -> PixelExplanation:
    """Work out one value of a recorded picture, like `explain_pixel`; for many values of one picture."""
    asked = _find(recording, layer)
    index = _checked_index(asked, at, channel)
    first = _beginning(recording, asked)
    last = asked if first != asked else _ending(recording, first)
    core = core_of(recording, first, index)
    changes = tuple(_changes(recording, first, last, index, core.value))
    followers = recording.followers(last.number)
    return PixelExplanation(
        layer=first.label,
        kind=first.kind,
        reads=tuple(_origin(recording, number).label for number, _ in first.inputs),
        shape=tuple(first.output.shape[1:]),
        channel=channel,
        at=at,
        core=core,
        core_computed=float(first.output[0][index]),
        changes=changes,
        next_layer=followers[0].label if len(followers) == 1 else None,
        field=_field(recording, first, index, core),
    )


def layers(recording: Recording) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """What can be asked for: the name of every operation, and the shape of its output without the batch."""
    return tuple((operation.label, tuple(operation.output.shape[1:])) for operation in recording.operations)


def _find(recording: Recording, layer: str) -> Operation:
    by_label = {operation.label: operation for operation in recording.operations}
    if layer in by_label:
        return by_label[layer]
    name, _, kind = layer.rpartition(".")
    if name in by_label:
        for operation in _chain(recording, by_label[name]):
            if operation.kind == kind:
                return operation
    known = ", ".join(f"{label} ({' x '.join(map(str, shape))})" for label, shape in layers(recording))
    raise ConfigError(f"The network has no layer {layer!r}; it has {known}.")


def _chain(recording: Recording, operation: Operation) -> Iterator[Operation]:
    """What is done to a layer's output afterwards, up to the next layer of weights and up to a fork."""
    followers = recording.followers(operation.number)
    while len(followers) == 1 and followers[0].kind not in {"conv2d", "linear"}:
        yield followers[0]
        followers = recording.followers(followers[0].number)


def _checked_index(operation: Operation, at: tuple[int, ...], channel: int) -> tuple[int, ...]:
    shape = tuple(operation.output.shape[1:])
    size = " x ".join(map(str, shape))
    if len(at) != len(shape) - 1:
        wanted = "a row and a column" if len(shape) == 3 else "no row and column, only a channel"
        raise ConfigError(f"{operation.label} gives {size}: it needs {wanted}, and was given {len(at)} numbers.")
    for name, number, length in zip(("channel", "row", "column"), (channel, *at), shape, strict=False):
        if not 0 <= number < length:
            raise ConfigError(f"{operation.label} gives {size}: its {name} goes from 0 to {length - 1}, not {number}.")
    return (channel, *at)


def _beginning(recording: Recording, operation: Operation) -> Operation:
    """Go back over what is done to each value alone, to the sum that the value came from."""
    while changes_values_alone(operation):
        operation = recording.operations[operation.inputs[0][0]]
    return operation


def _ending(recording: Recording, operation: Operation) -> Operation:
    """Go on over what is done to each value alone, up to the next sum and up to a fork."""
    followers = recording.followers(operation.number)
    while len(followers) == 1 and changes_values_alone(followers[0]):
        operation = followers[0]
        followers = recording.followers(operation.number)
    return operation


def _origin(recording: Recording, number: int) -> Operation:
    """The operation that made a value, not counting those that only lay it out in memory in another way."""
    operation = recording.operations[number]
    while operation.kind in IDENTITIES and operation.inputs:
        operation = recording.operations[operation.inputs[0][0]]
    return operation


def _field(recording: Recording, operation: Operation, index: tuple[int, ...], core: Core) -> UnitField:
    if isinstance(core, Moved) and core.source is not None:  # a neuron of a flattened map sees what its source sees
        source = recording.operations[core.source]
        return _field(recording, source, core.index, core_of(recording, source, core.index))
    return unit_field(recording, operation, index[1:])


def _changes(
    recording: Recording, first: Operation, last: Operation, index: tuple[int, ...], value: float
) -> Iterator[Change]:
    path = [last]
    while path[-1] != first:
        path.append(recording.operations[path[-1].inputs[0][0]])
    for operation in reversed(path[:-1]):
        made = change(operation, index[0], value, float(operation.output[0][index]))
        if made is not None:
            value = made.after
            yield made
