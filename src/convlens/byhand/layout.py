"""What the dimensions of a tensor mean, followed through the network: which one counts the pictures, which are sides.

A dimension is labelled with the letters it is made of: N pictures, C channels, D H W sides; `CHW` is a flattened one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from convlens.byhand.facts import BATCH
from convlens.byhand.receptive import Field

SIDES = {3: ("L",), 4: ("H", "W"), 5: ("D", "H", "W")}
Labels = tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """What is known of a tensor beside its shape.

    Attributes:
        labels: the letters of each dimension; `?` where it is not known.
        fields: the receptive field along each side of the maps it came from; None when not known.
        maps: (C, H, W) of the maps it was flattened from or is.
        after_convolution: whether a convolution lies on the way to it.
        suspect: the operation that gave it another number of rows than there are pictures, by its index.
    """

    labels: Labels
    fields: tuple[Field, ...] | None = None
    maps: tuple[int, ...] = ()
    after_convolution: bool = False
    suspect: int | None = None

    @property
    def batch_axis(self) -> int | None:
        """The dimension that counts the pictures and nothing else."""
        return self.labels.index("N") if "N" in self.labels else None

    @property
    def is_maps(self) -> bool:
        """Whether it is feature maps in PyTorch's own order, (N, C, H, W)."""
        return self.labels[:2] == ("N", "C") and self.labels[2:] == SIDES.get(len(self.labels), ("none",))


def of_picture(shape: Sequence[int]) -> Layout:
    """The layout of the network's input, shape with the batch: maps, or rows of numbers."""
    sides = SIDES.get(len(shape))
    if sides is None:
        return Layout(("N", *("?" for _ in shape[1:])))
    return Layout(("N", "C", *sides), tuple(Field() for _ in sides), tuple(shape[1:]))


def without_batch(shape: Sequence[int], layout: Layout | None) -> tuple[int, ...]:
    """A shape as a person writes it, for one picture."""
    axis = None if layout is None else layout.batch_axis
    if axis is None and len(shape) > 1:  # a row alone is what one picture has come to
        axis = 0
    return tuple(side for index, side in enumerate(shape) if index != axis)


def relabelled(layout: Layout, before: Sequence[int], after: Sequence[int]) -> Layout:
    """The layout after view, reshape or flatten.

    Dimensions that are merged whole keep their letters together; where sizes are cut otherwise, nothing is known.
    """
    labels: list[str] = ["?"] * len(after)
    for old, new in groups(before, after):
        if len(new) == 1:
            labels[new[0]] = "".join(layout.labels[i] for i in old) or "1"
        elif len(old) == 1 and after[new[0]] == BATCH and layout.labels[old[0]].startswith("N"):
            labels[new[0]] = "N"  # pictures and something else were merged before, and are parted again
        elif len(old) == 1 and layout.labels[old[0]] == "N" and after[new[0]] == BATCH:
            labels[new[0]] = "N"
    if "N" not in labels and "N" in layout.labels and layout.labels[0] == "N" and after[0] == before[0]:
        labels[0] = "N"
    if tuple(labels[:2]) == ("N", "?") and len(after) in SIDES:  # a row made into maps
        return replace(
            layout, labels=("N", "C", *SIDES[len(after)]), maps=tuple(after[1:]), fields=_spread(layout, after)
        )
    return replace(layout, labels=tuple(labels))


def _spread(layout: Layout, after: Sequence[int]) -> tuple[Field, ...] | None:
    """Fields of maps made from a row: known only where every number of the row sees the same."""
    if layout.fields is None or any(field.jump for field in layout.fields):
        return None
    return layout.fields if len(layout.fields) == len(after) - 2 else None


def groups(before: Sequence[int], after: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """The smallest runs of old and new dimensions that hold the same number of values."""
    found: list[tuple[list[int], list[int]]] = []
    i = j = 0
    while i < len(before) or j < len(after):
        old, new = [], []
        if i < len(before):
            old.append(i)
            i += 1
        if j < len(after):
            new.append(j)
            j += 1
        while (a := math.prod(before[k] for k in old)) != (b := math.prod(after[k] for k in new)):
            if a < b and i < len(before):
                old.append(i)
                i += 1
            elif a > b and j < len(after):
                new.append(j)
                j += 1
            else:
                break
        if found and not (old and new):  # trailing sides of 1 belong to what is before them
            found[-1][0].extend(old)
            found[-1][1].extend(new)
        else:
            found.append((old, new))
    return found


def mixes_pictures(layout: Layout, before: Sequence[int], after: Sequence[int]) -> bool:
    """Whether a view that PyTorch accepts cuts the batch of maps into rows that are no longer one per picture."""
    axis = layout.batch_axis
    if axis is None or len(after) != 2:
        return False
    for old, new in groups(before, after):
        if axis in old and len(old) > 1 and len(new) > 1:
            return True
    return axis != 0 and after[0] == BATCH and len(before) > 2 and layout.labels[0] != "N"
