"""Operations and shapes as a person would write them."""

import math
from collections.abc import Sequence
from typing import Any

from convlens.byhand.arithmetic import by
from convlens.byhand.facts import Operation


def spelled(operation: Operation) -> str:
    """The operation as a person would write it: `Linear(1050, 10)`, `x.view(-1, 1050)`."""
    given = operation.arguments
    name = f"`{operation.layer or operation.name}"
    numbers: Sequence[Any] = ()
    if operation.op.startswith("conv") and "in_channels" in given:
        numbers = (given["in_channels"], given["out_channels"], short(given["kernel"]))
    elif operation.op == "linear" and given.get("weight"):
        numbers = given["weight"][::-1]
    elif "kernel" in given:
        numbers = (short(given["kernel"]), short(given["stride"]))
    elif given.get("running_mean"):
        numbers = given["running_mean"]
    elif given.get("size"):
        numbers = given["size"]
    elif operation.op == "flatten":
        numbers = (given.get("start_dim", 0),)
    inside = ", ".join(map(str, numbers))
    if " " in operation.name and not operation.layer:  # x + y
        return f"{name}`"
    if operation.layer:
        return f"{name}({inside})`"
    return f"{name}({inside})`" if name.startswith("`x.") else f"{name}({', '.join(['x', *map(str, numbers)])})`"


def short(sides: Sequence[int]) -> str:
    """One number where the sides are alike: 3 for (3, 3)."""
    return str(sides[0]) if len(set(sides)) == 1 else f"({', '.join(map(str, sides))})"


def product(shape: Sequence[int]) -> str:
    """`32 x 7 x 7 = 1568`."""
    return f"{by(shape)} = {math.prod(shape)}" if len(shape) > 1 else by(shape)


def counted(count: int, word: str) -> str:
    """`1 channel`, `2 channels`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
