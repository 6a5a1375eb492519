"""Why a network fails, with both numbers, the line a person would edit, and what to write there."""

import math
from dataclasses import dataclass

from convlens.byhand import layout
from convlens.byhand.arithmetic import by
from convlens.byhand.blame import first_in, line_of_argument
from convlens.byhand.derivation import Derivation
from convlens.byhand.explanations import Answer, Number, explain
from convlens.byhand.facts import BATCH, Fault, Operation, Site, Trace
from convlens.byhand.spelling import product, spelled

_RESHAPING = ("view", "reshape", "flatten", "unflatten")


@dataclass(frozen=True)
class Problem:
    """A fault and its explanation.

    Attributes:
        site: the line a person would edit.
        message: one sentence: what was expected, what was found, what to do.
        expected: what the operation demands: a number where one number differs, else a shape.
        found: what reaches it.
        steps: how many operations ran well before it.
    """

    site: Site | None
    message: str
    expected: Number
    found: Number
    steps: int


def find_problem(derivation: Derivation) -> Problem | None:
    """The first thing that is wrong with a network, or None.

    A view that cuts the batch into other rows is wrong even where PyTorch goes on.
    """
    trace = derivation.trace
    for index, operation in enumerate(trace.operations):
        if operation.op in _RESHAPING and _mixes(derivation, operation):
            return _placed(trace, operation, _mixed(derivation, operation), index)
        if 0 in operation.outputs[0].shape:
            return _placed(trace, operation, _nothing(derivation, operation), index)
    suspect = _suspect(derivation)
    if suspect is not None:
        operation = trace.operations[suspect]
        return _placed(trace, operation, _mixed(derivation, operation), suspect)
    if trace.fault is None:
        return None
    operation_at_fault = trace.fault.operation
    if operation_at_fault is None:
        return _of_construction(trace, trace.fault)
    answer = _explained(derivation, operation_at_fault) or Answer(_as_said(operation_at_fault, trace.fault))
    return _placed(trace, operation_at_fault, answer, len(trace.operations))


def _explained(derivation: Derivation, operation: Operation) -> Answer | None:
    if not operation.inputs:
        return None
    first = operation.inputs[0]
    return explain(operation, derivation.layouts.get(first.number) or layout.of_picture(first.shape))


def _mixes(derivation: Derivation, operation: Operation) -> bool:
    known = derivation.layouts[operation.inputs[0].number]
    return layout.mixes_pictures(known, operation.inputs[0].shape, operation.outputs[0].shape)


def _suspect(derivation: Derivation) -> int | None:
    """A view that gave other rows than pictures and is never undone, where the network fails or answers after it."""
    fault = derivation.trace.fault
    if fault is not None:
        ends = fault.operation.inputs if fault.operation is not None else ()
    else:
        ends = tuple(value for value in derivation.trace.outputs if not value.shape or value.shape[0] != BATCH)
    found = [known.suspect for value in ends if (known := derivation.layouts.get(value.number)) is not None]
    return next((index for index in found if index is not None), None)


def _mixed(derivation: Derivation, operation: Operation) -> Answer:
    before, after = operation.inputs[0].shape, operation.outputs[0].shape
    known = derivation.layouts[operation.inputs[0].number]
    shape = layout.without_batch(before, known)
    neurons = math.prod(shape)
    sizes = operation.arguments.get("size", [])
    what = spelled(operation)
    if known.batch_axis not in (0, None):
        return Answer(
            f"{what} mixes the pictures of the batch, because dimension {known.batch_axis} counts the pictures of "
            f"{by(before)} and not dimension 0; permute it back to the front first",
            (BATCH, *shape),
            tuple(before),
        )
    if operation.op == "flatten" or len(after) == 1:
        return Answer(
            f"{what} flattens the batch as well, so {BATCH} pictures of {product(shape)} become one row of "
            f"{math.prod(after)}; keep dimension 0: torch.flatten(x, 1)",
            neurons,
            math.prod(after),
        )
    if sizes and sizes[0] not in (-1, BATCH):
        return Answer(
            f"{what} writes a batch of {sizes[0]} into the network, but the batch has {BATCH} pictures, which are cut "
            f"into {after[0]} rows; write x.view(x.size(0), -1) or torch.flatten(x, 1)",
            sizes[0],
            BATCH,
        )
    return Answer(
        f"{what} expects {after[-1]} numbers for each picture, but what reaches it is {product(shape)}, so {before[0]} "
        f"pictures become {after[0]} rows; write {neurons}",
        after[-1],
        neurons,
    )


def _nothing(derivation: Derivation, operation: Operation) -> Answer:
    before = by(layout.without_batch(operation.inputs[0].shape, derivation.layouts[operation.inputs[0].number]))
    given = by(operation.outputs[0].shape[1:])
    return Answer(
        f"{spelled(operation)} makes nothing of {before}: what it gives is {given}; begin with larger maps", 1, 0
    )


def _of_construction(trace: Trace, fault: Fault) -> Problem:
    """A fault outside any operation: a layer that refused its numbers, or a mistake of another kind."""
    site = first_in(fault.sites, trace.file)
    given = fault.arguments
    groups = given.get("groups")
    steps = len(trace.operations)
    if isinstance(groups, int) and groups > 0:
        for name in ("in_channels", "out_channels"):
            channels = given.get(name)
            if isinstance(channels, int) and channels % groups:
                place = line_of_argument(fault.sites, fault.layer, 6, "groups") or site
                what = f"{fault.layer}({given.get('in_channels')}, {given.get('out_channels')}, groups={groups})"
                said = f"{what} needs {name} that {groups} divides, and {channels} is not"
                return Problem(place, f"{said}; choose groups that divide {channels}", groups, channels, steps)
    for whole, part in (("num_channels", "num_groups"), ("embed_dim", "num_heads")):
        if isinstance(given.get(whole), int) and isinstance(given.get(part), int) and given[whole] % given[part]:
            said = f"{fault.layer} needs {whole} that {part} = {given[part]} divides, and {given[whole]} is not"
            return Problem(site, said, given[part], given[whole], steps)
    return Problem(site, f"{fault.kind}: {fault.message}", None, None, steps)


def _placed(trace: Trace, operation: Operation, answer: Answer, steps: int) -> Problem:
    """Find the line: the layer's definition when its numbers are wrong, else the call in `forward`."""
    site = first_in(operation.called, trace.file)
    # A layer that has run well before has the right numbers; then the second call is what a person would change.
    # A layer of a bare nn.Sequential is called by PyTorch and by no line of a person's.
    if operation.defined and (site is None or not (answer.at_call or operation.reused)):
        site = first_in(operation.defined, trace.file)
        if answer.argument is not None:
            site = line_of_argument(operation.defined, operation.layer, *answer.argument) or site
    return Problem(site, answer.message, answer.expected, answer.found, steps)


def _as_said(operation: Operation, fault: Fault) -> str:
    shapes = [by(shape) for shape in operation.arguments.get("shapes", [])]
    given = f" (given {', '.join(shapes)})" if shapes else ""
    return f"{spelled(operation)}{given} fails: {fault.kind}: {fault.message}"
