"""What a trace found out: plain facts about the operations that ran, without any torch object in them.

They cross from the process that runs the user's file to the one that does the sums, as JSON.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import TypeAdapter

BATCH = 2
"""Pictures in the batch that is traced; with one alone, a flattened batch would go unnoticed."""


class Site(NamedTuple):
    """A place in a file that a person wrote."""

    file: str
    line: int


Sites = tuple[Site, ...]
"""A call and the calls that led to it, all in a person's files, the innermost first."""


@dataclass(frozen=True)
class Value:
    """A tensor that depends on the picture: its number in the trace, and its shape with the batch."""

    number: int
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Weights:
    """A parameter that an operation is the first to use."""

    name: str
    shape: tuple[int, ...]
    count: int


@dataclass(frozen=True)
class Operation:
    """One call of a PyTorch function.

    Attributes:
        op: the field's name: `conv2d`, `max_pool2d`, `add`, ...
        name: the layer's name in the network (`features.0`), or how the function is spelled (`F.relu`).
        layer: the layer's class where a layer of `torch.nn` ran it, else empty.
        inputs: the tensors among the arguments that depend on the picture.
        outputs: the tensors it gave; none when it failed.
        arguments: the numbers of the call by name, complete with defaults for operations whose sum is known.
        weights: the parameters that no operation before it has used.
        defined: where the layer was made; empty for functional calls.
        called: where the call stands in `forward`; for a layer, where the layer is called.
        owner: where the module was made whose `forward` makes a functional call; empty for layers.
        reused: whether the layer has run before.
    """

    op: str
    name: str
    layer: str
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    arguments: dict[str, Any]
    weights: tuple[Weights, ...]
    defined: Sites
    called: Sites
    owner: Sites = ()
    reused: bool = False


@dataclass(frozen=True)
class Fault:
    """An exception that ended the network.

    Attributes:
        kind: the exception's class.
        message: its first line.
        sites: where it was raised, in a person's files.
        operation: the call that raised it, if one did.
        arguments: of a layer that could not be made, its constructor's numbers by name, else empty.
        layer: of a layer that could not be made, its class.
    """

    kind: str
    message: str
    sites: Sites
    operation: Operation | None = None
    layer: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trace:
    """What ran.

    Attributes:
        target: what was traced, as a person calls it.
        file: the file of the target.
        picture: the input's shape without the batch.
        operations: what ran, in order; up to the fault, if there is one.
        outputs: what the network gave.
        learned: numbers in the network's parameters, unused layers included.
        buffers: numbers it keeps but does not learn.
        fault: what ended it.
        notes: what a person should know about how it was run.
    """

    target: str
    file: str
    picture: tuple[int, ...]
    operations: tuple[Operation, ...]
    outputs: tuple[Value, ...]
    learned: int
    buffers: int
    fault: Fault | None = None
    notes: tuple[str, ...] = ()

    def to_json(self) -> bytes:
        """The facts as JSON."""
        return _ADAPTER.dump_json(self)

    @classmethod
    def from_json(cls, data: bytes) -> "Trace":
        """The facts that `to_json` wrote; ValueError for anything else."""
        return _ADAPTER.validate_json(data)


_ADAPTER = TypeAdapter(Trace)
