"""The geometry of the drawings, to scale: maps as boxes, windows along a side. Numbers only; a template draws."""

from collections.abc import Sequence
from dataclasses import dataclass

from convlens.byhand.steps import Step, Windows

# Pixels of the drawing: the largest map's side, the deepest map's depth, and the length of a strip of windows.
_SIDE, _DEPTH, _STRIP = 120.0, 60.0, 640.0
_LARGEST_CELL = 22.0
_MOST_CELLS = 160


@dataclass(frozen=True)
class Box:
    """Maps seen from the front, with their channels going back: width, height and depth in pixels of the drawing."""

    width: float
    height: float
    depth: float


@dataclass(frozen=True)
class Window:
    """One window over a strip: where it begins, how long it is, and the row of the drawing it stands in."""

    x: float
    width: float
    row: int


@dataclass(frozen=True)
class Cell:
    """One row of the input, or of its padding: `picture`, `padding` or `dropped`."""

    x: float
    kind: str


@dataclass(frozen=True)
class Strip:
    """The windows along one side of an input: every cell once, the windows above one another so that none hides."""

    name: str
    cell: float
    cells: tuple[Cell, ...]
    windows: tuple[Window, ...]
    shown: str


def boxes(shapes: Sequence[tuple[int, ...]]) -> list[Box | None]:
    """Boxes for shapes (C, H, W) of one network at one scale; None for what is no map."""
    maps = [shape for shape in shapes if len(shape) == 3]
    if not maps:
        return [None] * len(shapes)
    side = max(max(height, width) for _, height, width in maps)
    channels = max(channels for channels, _, _ in maps)
    return [
        Box(_SIDE * shape[2] / side, _SIDE * shape[1] / side, _DEPTH * shape[0] / channels) if len(shape) == 3 else None
        for shape in shapes
    ]


def strips(step: Step) -> list[Strip]:
    """The windows of a convolution or pooling, once where both sides are alike."""
    names = {1: ("positions",), 2: ("rows", "columns"), 3: ("slices", "rows", "columns")}.get(len(step.windows), ())
    if len(set(step.windows)) == 1:
        return [_strip(" and ".join(names[-2:]), step.windows[0], step.dropped[0])]
    return [
        _strip(name, windows, dropped) for name, windows, dropped in zip(names, step.windows, step.dropped, strict=True)
    ]


def _strip(name: str, windows: Windows, dropped: int) -> Strip:
    total = windows.before + windows.n_in + windows.after
    count = min(total, _MOST_CELLS)
    cell = min(_LARGEST_CELL, _STRIP / count)
    kinds = [_kind(index - windows.before, windows.n_in, dropped) for index in range(count)]
    span = windows.dilation * (windows.kernel - 1) + 1
    # Windows that overlap stand in rows of their own.
    rows = max(1, -(-span // windows.stride))
    drawn = [
        Window(unit * windows.stride * cell, span * cell, unit % rows)
        for unit in range(windows.n_out)
        if unit * windows.stride + span <= count or count == total
    ]
    shown = "" if count == total else f"the first {count} of {total}"
    cells = tuple(Cell(index * cell, kind) for index, kind in enumerate(kinds))
    return Strip(name, cell, cells, tuple(drawn), shown)


def _kind(row: int, n_in: int, dropped: int) -> str:
    if not 0 <= row < n_in:
        return "padding"
    return "dropped" if row >= n_in - dropped else "picture"
