"""Small grids of numbers side by side, for the terminal: readable in colour, without colour, and at any width."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.text import Text

from convlens.byhand.sliding import shown

# One meaning each, the same as on every convlens page; readable on dark and on light terminals.
PICTURE, FILTER, RESULT, PADDING = "dodger_blue1", "dark_orange3", "turquoise4", "grey50"

_GAP = "   "
Style = Callable[[int, int], str]


@dataclass(frozen=True)
class Block:
    """A heading over lines of text, all as wide as the widest."""

    heading: str
    lines: tuple[Text, ...]

    @property
    def width(self) -> int:
        """Its columns on the terminal."""
        return max(len(self.heading), *(len(line) for line in self.lines))


def grid(
    heading: str,
    cells: Sequence[Sequence[str | float]],
    style: str | Style = "",
    marked: Iterable[tuple[int, int]] = (),
    frame: int = 0,
) -> Block:
    """A block of numbers, right-aligned; `marked` places stand in brackets, so that they are seen without colour too.

    Args:
        heading: what it is.
        cells: rows of numbers, or of words.
        style: Rich's style for all numbers, or a function of row and column.
        marked: (row, column) of the numbers in brackets.
        frame: draw a line around the picture within so many rows and columns of padding; 0 is no line.
    """
    marked = set(marked)
    words = [[cell if isinstance(cell, str) else shown(cell) for cell in row] for row in cells]
    width = max((len(word) for row in words for word in row), default=1)
    cell = width + 2 if marked else width + 1
    lines = []
    for row, row_words in enumerate(words):
        line = Text()
        within = frame and frame <= row < len(words) - frame
        for column, word in enumerate(row_words):
            if frame and column in (frame, len(row_words) - frame):
                line.append("|" if within else " ", PADDING)
            is_marked = (row, column) in marked
            left, right = ("[", "]") if is_marked else (" ", " ") if marked else ("", " ")  # all `cell` wide
            look = style if isinstance(style, str) else style(row, column)
            line.append(f"{left}{word:>{width}}{right}", f"bold {look}" if is_marked else look)
        lines.append(line)
    if frame:
        rule = Text(" " * (frame * cell) + "+" + "-" * ((len(words[0]) - 2 * frame) * cell) + "+", PADDING)
        lines.insert(len(words) - frame, rule)
        lines.insert(frame, rule)
    return Block(heading, tuple(lines))


def side_by_side(blocks: Sequence[Block], width: int) -> Text:
    """Lay blocks out in a row, and in further rows below where the terminal is not wide enough."""
    rows: list[list[Block]] = [[]]
    for block in blocks:
        taken = sum(other.width + len(_GAP) for other in rows[-1])
        if rows[-1] and taken + block.width > width:
            rows.append([])
        rows[-1].append(block)
    return Text("\n\n").join(_one_row(row) for row in rows)


def _one_row(blocks: Sequence[Block]) -> Text:
    headings = Text(_GAP.join(f"{block.heading:<{block.width}}" for block in blocks).rstrip(), "bold")
    lines = [headings]
    for number in range(max(len(block.lines) for block in blocks)):
        line = Text()
        for block in blocks:
            part = block.lines[number].copy() if number < len(block.lines) else Text()
            part.pad_right(block.width + len(_GAP) - len(part))
            line.append_text(part)
        line.rstrip()
        lines.append(line)
    return Text("\n").join(lines)
