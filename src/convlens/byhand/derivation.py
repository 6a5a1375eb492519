"""From the facts of a trace to its sums: one step for each operation that ran, worked out layer by layer."""

from dataclasses import dataclass, replace

from convlens.byhand import arithmetic, layout
from convlens.byhand.facts import Trace
from convlens.byhand.layout import Layout
from convlens.byhand.operations import RESHAPING, unknown, work_out
from convlens.byhand.steps import Step


@dataclass(frozen=True)
class Derivation:
    """A network worked out.

    Attributes:
        trace: the facts.
        steps: one for each operation, up to the error if there is one.
        layouts: what is known of each tensor, by its number in the trace.
        last_maps: what the first linear layer after the last convolution receives, as the (C, H, W) that it was
            flattened from; None without one.
    """

    trace: Trace
    steps: tuple[Step, ...]
    layouts: dict[int, Layout]
    last_maps: tuple[int, ...] | None


def derive(trace: Trace) -> Derivation:
    """Work out every operation of a trace."""
    layouts: dict[int, Layout] = {}
    steps = []
    for index, operation in enumerate(trace.operations):
        known = [layouts.setdefault(value.number, layout.of_picture(value.shape)) for value in operation.inputs]
        step, result = work_out(operation, known, index)
        steps.append(step)
        for output in operation.outputs:
            fits = len(output.shape) == len(result.labels)
            layouts[output.number] = result if fits else replace(result, labels=unknown(output.shape))
    return Derivation(trace, tuple(steps), layouts, _last_maps(trace, layouts))


def _last_maps(trace: Trace, layouts: dict[int, Layout]) -> tuple[int, ...] | None:
    """What the first linear layer after the last convolution receives; of a network that fails there, would receive."""
    operations = list(trace.operations)
    failed = trace.fault.operation if trace.fault is not None else None
    last = max((i for i, operation in enumerate(operations) if operation.op.startswith("conv")), default=None)
    if last is None:
        return None
    after = [operation for operation in operations[last + 1 :] if operation.op == "linear"]
    if not after and failed is not None and failed.op in ("linear", *RESHAPING):
        after = [failed]
    if not after or not after[0].inputs:
        return None
    value = after[0].inputs[0]
    known = layouts.get(value.number)
    shape = layout.without_batch(value.shape, known)
    is_row = known is not None and len(shape) == 1 and known.batch_axis is not None
    if is_row and known is not None and arithmetic.flat_size(known.maps).result == shape[0]:
        return known.maps
    return shape
