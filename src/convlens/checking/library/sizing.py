"""One operation whose output's sizes are asked for, and numbers taken from its arguments."""

from collections.abc import Mapping
from dataclasses import dataclass

from convlens.checking.events import ProblemKind, ShapeProblem
from convlens.checking.values import Constant, Items, Module, Number, Shape, Site, Size, Tensor, Value
from convlens.checking.walker import Walker


@dataclass
class Sizing:
    """One operation whose output's shape is asked for."""

    walker: Walker
    op: str
    tensor: Tensor
    shape: Shape
    arguments: Mapping[str, Value]
    layer: Module | None
    site: Site
    tensors: list[Value]

    def problem(self, kind: ProblemKind, expected: int, found: int) -> None:
        """Write down that sizes do not fit."""
        self.walker.emit(
            ShapeProblem(
                site=self.layer.site if self.layer and self.layer.site else self.site,
                kind=kind,
                layer=self.layer,
                expected=expected,
                found=found,
                shape=self.shape,
                tensor=self.tensor,
            )
        )

    def integer(self, name: str) -> int | None:
        """An argument that is a constant whole number."""
        value = self.arguments.get(name)
        found = value.value if isinstance(value, Constant) else None
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    def pair(self, name: str) -> tuple[int, int] | None:
        """An argument that is one number for both sides, or two."""
        return pair(self.arguments.get(name))


def whole(value: Value | None) -> Size:
    """A size: a number, the batch, or not known."""
    if isinstance(value, Number):
        return value.size
    if isinstance(value, Constant) and isinstance(value.value, int | float) and not isinstance(value.value, bool):
        return int(value.value)
    return None


def pair(value: Value | None) -> tuple[int, int] | None:
    """One number for both sides, or two."""
    if isinstance(value, Items) and not value.open and len(value.elements) in (1, 2):
        sides = [whole(element) for element in value.elements]
        first, last = sides[0], sides[-1]
        return (first, last) if isinstance(first, int) and isinstance(last, int) else None
    side = whole(value)
    return (side, side) if isinstance(side, int) else None


def dimensions(s: Sizing, name: str = "dim") -> list[int] | None:
    """The dimensions an operation is over; None where that is not known, an empty list for all."""
    value = s.arguments.get(name)
    if value is None or (isinstance(value, Constant) and value.value is None):
        return []
    values = value.elements if isinstance(value, Items) else [value]
    sides = [whole(one) for one in values]
    rank = len(s.shape)
    return [side % rank for side in sides if isinstance(side, int) and rank] if None not in sides else None
