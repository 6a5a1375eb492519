"""How a shape came about, in words: the sums by hand along the operations that changed it."""

from convlens.checking.events import Operation
from convlens.checking.values import Shape, Tensor

_CHANGING = ("conv", "max_pool", "avg_pool", "adaptive", "flatten", "view", "reshape", "interpolate", "pad", "permute")


def chain(tensor: Tensor) -> list[Operation]:
    """The operations that changed sizes on the way to a tensor, first to last, along its first inputs."""
    found: list[Operation] = []
    one: Tensor | None = tensor
    while one is not None and one.made_by is not None:
        if one.made_by.op.startswith(_CHANGING):
            found.append(one.made_by)
        one = one.made_by.input
    return found[::-1]


def words(shape: Shape) -> str:
    """A shape without the batch: `64 x 7 x 7`."""
    return " x ".join("?" if side is None else str(side) for side in shape if side != "N")


def derivation(tensor: Tensor) -> str:
    """`1 x 28 x 28, after conv2d 32 x 26 x 26, after max_pool2d 32 x 13 x 13 = 5408`; empty where it is not known."""
    steps = [step for step in chain(tensor) if isinstance(step.output, Tensor) and step.output.shape]
    if not steps or steps[0].input is None or not steps[0].input.shape:
        return ""
    parts = [words(steps[0].input.shape)]
    for step in steps:
        shape = step.output.shape if isinstance(step.output, Tensor) else None
        if step.op in ("flatten", "view", "reshape"):
            parts[-1] += f" = {words(shape or ())}"
        else:
            parts.append(f"after {step.op} {words(shape or ())}")
    return ": " + ", ".join(parts)
