"""From the recording of a network to its program: the operations that lead to its answer, as the page computes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from convlens.byhand.calls import NO_CHANGE
from convlens.byhand.recording import PICTURE, Operation, Recording
from convlens.web.calls import UnknownError, has_batch
from convlens.web.translation import translate


@dataclass(frozen=True)
class Node:
    """An operation of the program.

    Attributes:
        number: its place in the recording.
        kind: the field's name for the function that ran.
        op: the page's name for it, or PyTorch's where the page has none.
        name: what a person calls it, see `Recording`.
        inputs: the operations that it reads, by their places in the program, which are their ids in the document.
        output: its shape without the batch.
        options: as the page's function takes them.
        weights: by what they are to it, their names in the network; None for one that it does without.
        unknown: why the page cannot compute it, see `UnknownError`; None where it can.
    """

    number: int
    kind: str
    op: str
    name: str
    inputs: tuple[int, ...]
    output: tuple[int, ...]
    options: dict[str, Any] = field(default_factory=dict)
    weights: dict[str, str | None] = field(default_factory=dict)
    unknown: UnknownError | None = None


@dataclass(frozen=True)
class Program:
    """A network's operations in the order in which they ran.

    Attributes:
        nodes: the first stands for the picture.
        answer: the place of the one that gives the logits; None where the network's answer is none of them.
    """

    nodes: tuple[Node, ...]
    answer: int | None

    @property
    def weights(self) -> tuple[str, ...]:
        """The names of the weights that take part, in the order of their first use."""
        return tuple(dict.fromkeys(name for node in self.nodes for name in node.weights.values() if name is not None))


def program_of(recording: Recording, weights: Mapping[str, Tensor]) -> Program:
    """The program of a recorded network.

    What only moves values in memory (`contiguous`) and what the answer does not depend on is left out.

    Args:
        recording: of one picture.
        weights: the network's own tensors by name, as `state_dict` gives them.
    """
    stands_for = _without_moves(recording.operations)
    wanted = _leading_to(recording, stands_for)
    places = {number: place for place, number in enumerate(wanted)}
    names = {_address(tensor): name for name, tensor in reversed([*weights.items()]) if tensor.is_floating_point()}
    nodes = []
    for number in wanted:
        operation = recording.operations[number]
        inputs = tuple(places[stands_for[source]] for source, _ in operation.inputs)
        nodes.append(_node(operation, inputs, names))
    return Program(tuple(nodes), None if recording.answer is None else places[stands_for[recording.answer]])


def values_of(program: Program, recording: Recording) -> Tensor:
    """Every value of a program's operations, one after the other, float32.

    Args:
        program: as `program_of` made it from a recording of the same network.
        recording: of any picture.

    Raises:
        ValueError: on this picture the network did something else.
    """
    if max(node.number for node in program.nodes) >= len(recording.operations):
        raise ValueError("fewer operations than in the program")
    found = []
    for node in program.nodes:
        operation = recording.operations[node.number]
        if (operation.label, _shape(operation.output)) != (node.name, node.output):
            raise ValueError(f"{operation.label} ran in place of {node.name}")
        found.append(operation.output.float().flatten())
    return torch.cat(found)


def _without_moves(operations: Sequence[Operation]) -> dict[int, int]:
    """For each operation by number the one whose values it has: itself, or what was moved."""
    stands_for: dict[int, int] = {}
    for operation in operations:
        moved = operation.kind in NO_CHANGE and len(operation.inputs) == 1
        moved = moved and torch.equal(operation.inputs[0][1].double(), operation.output.double())
        stands_for[operation.number] = stands_for[operation.inputs[0][0]] if moved else operation.number
    return stands_for


def _leading_to(recording: Recording, stands_for: Mapping[int, int]) -> list[int]:
    """The numbers of the operations on the way from the picture to the answer, ascending."""
    if recording.answer is None:
        return sorted(set(stands_for.values()))
    wanted, left = {PICTURE}, [stands_for[recording.answer]]
    while left:
        number = left.pop()
        if number not in wanted:
            wanted.add(number)
            left += [stands_for[source] for source, _ in recording.operations[number].inputs]
    return sorted(wanted)


def _node(operation: Operation, inputs: tuple[int, ...], names: Mapping[Any, str]) -> Node:
    number, kind, output = operation.number, operation.kind, _shape(operation.output)
    if number == PICTURE:
        return Node(PICTURE, "picture", "picture", operation.label, (), output)
    try:
        call = translate(operation)
        weights = {role: _name(tensor, names) for role, tensor in call.weights.items()}
    except UnknownError as reason:
        return Node(number, kind, kind, operation.label, inputs, output, unknown=reason)
    return Node(number, kind, call.op, operation.label, inputs, output, call.options, weights)


def _name(tensor: Tensor | None, names: Mapping[Any, str]) -> str | None:
    if tensor is None:
        return None
    name = names.get(_address(tensor))
    if name is None:  # worked out while the network ran, as with a normalised weight
        raise UnknownError("tensor")
    return name


def _address(tensor: Tensor) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """Where a tensor lies: the recording has weights as other objects over the same memory."""
    return tensor.data_ptr(), tuple(tensor.shape), tensor.stride()


def _shape(tensor: Tensor) -> tuple[int, ...]:
    return tuple(tensor.shape[1:] if has_batch(tensor) else tensor.shape)
