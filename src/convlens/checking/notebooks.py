"""Notebooks: their code cells as one text, and changed cells back in the file."""

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_INDENTS = (1, 2, 4, None)
_MAGIC = re.compile(r"\s*%%(\w+)")
_OF_PYTHON = ("time", "timeit", "capture", "prun")
"""Commands at the head of a cell that run it as Python."""


class Cell(NamedTuple):
    """A code cell in the text of its notebook.

    Attributes:
        position: in the file's list of cells.
        number: among the code cells, from 1: what Jupyter shows beside it when all cells are run in order.
        first: its first line in the text.
    """

    position: int
    number: int
    first: int


@dataclass(frozen=True)
class Code:
    """The code of a notebook, without outputs.

    Attributes:
        text: its cells, one after the other.
        cells: where they are in `text`.
        file_lines: for each line of `text` its line in the file, which is JSON.
    """

    text: str
    cells: tuple[Cell, ...]
    file_lines: tuple[int, ...]


def code_of(text: str) -> Code:
    """The code of a notebook's file; cells in another language (`%%bash`) are left out.

    Raises:
        ValueError: it is no notebook of version 4.
    """
    try:
        found = [cell for cell in enumerate(json.loads(text)["cells"]) if cell[1]["cell_type"] == "code"]
        numbered = [(index, number, _joined(cell["source"])) for number, (index, cell) in enumerate(found, 1)]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError("is not a notebook of version 4") from None
    places = _Places(text)
    lines: list[str] = []
    file_lines: list[int] = []
    cells: list[Cell] = []
    for index, number, code in numbered:
        if (magic := _MAGIC.match(code)) and magic[1] not in _OF_PYTHON:
            continue
        cells.append(Cell(index, number, len(lines) + 1))
        lines += code.split("\n")
        file_lines += places.of_cell(code)
    return Code("\n".join(lines), tuple(cells), tuple(file_lines))


def with_cells(text: str, codes: Iterable[tuple[Cell, str]]) -> str:
    """The notebook's file with other code in these cells, and everything else as it was."""
    notebook = json.loads(text)
    indent, ascii_only = next(
        ((i, a) for i in _INDENTS for a in (False, True) if json.dumps(notebook, indent=i, ensure_ascii=a) in text),
        (1, False),
    )
    for place, code in codes:
        cell = notebook["cells"][place.position]
        cell["source"] = code if isinstance(cell["source"], str) else code.splitlines(keepends=True)
    return json.dumps(notebook, indent=indent, ensure_ascii=ascii_only) + ("\n" if text.endswith("\n") else "")


def cell_of(cells: Sequence[Cell], line: int) -> tuple[int, int] | None:
    """The number of the cell that a line of the text stands in, and the line's number there; None without cells."""
    around = [cell for cell in cells if cell.first <= line]
    return (around[-1].number, line - around[-1].first + 1) if around else None


def place(cells: Sequence[Cell], line: int) -> str:
    """How to tell a person where a line is: `line 12`, in a notebook `cell 3, line 2`."""
    found = cell_of(cells, line)
    return f"cell {found[0]}, line {found[1]}" if found else f"line {line}"


def _joined(source: object) -> str:
    return source if isinstance(source, str) else "".join(map(str, source))  # type: ignore[call-overload]


class _Places:
    """The lines of a notebook's file in which lines of code stand, asked for from the top down."""

    def __init__(self, text: str) -> None:
        self._known: dict[str, list[int]] = {}
        for number, line in enumerate(text.split("\n"), 1):
            self._known.setdefault(line.strip().removesuffix(","), []).append(number)
        self._last = 0

    def of_cell(self, code: str) -> list[int]:
        """One for each line of a cell; where a line is not found, that of the line before."""
        *lines, last = code.split("\n")
        if (whole := self._next('"source": {}', code)) is not None:  # the cell as one string
            self._last = whole
            return [whole] * (len(lines) + 1)
        found: list[int] = []
        for line in [*(f"{line}\n" for line in lines), last]:
            if line:
                self._last = self._next("{}", line) or self._last
            found.append(max(self._last, 1))
        return found

    def _next(self, form: str, text: str) -> int | None:
        """The first line behind the last one that holds a text as JSON."""
        forms = {form.format(json.dumps(text, ensure_ascii=ascii_only)) for ascii_only in (False, True)}
        lines = (self._known.get(one, []) for one in forms)
        later = [known[at] for known in lines if (at := bisect_left(known, self._last + 1)) < len(known)]
        return min(later, default=None)
