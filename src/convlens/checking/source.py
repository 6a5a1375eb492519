"""A file under check: read, never imported or run. Python files, `# %%` cells, notebooks."""

import ast
import io
import re
import tokenize
import warnings
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from convlens.checking import notebooks, trees
from convlens.checking.notebooks import Cell
from convlens.errors import ConvlensError

MAX_BYTES = 500_000
"""Of code; five times the longest script that trains networks, and parsed in about a second."""
MAX_NOTEBOOK_BYTES = 100_000_000
"""With its outputs: nearly all of a large notebook is pictures."""
STDIN = Path("<stdin>")
"""The name of what comes from standard input."""
SUFFIXES = (".py", ".pyw", ".pyi", "")
"""Of Python files; a script on the path often has none."""
LINE_END = re.compile(r"\r\n|\r|\n")
"""The ends of lines, as the parser counts them."""


class UncheckableError(ConvlensError):
    """A file cannot be checked: not there, not Python, too large or too deep. `file` is which."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"{file} {reason}")
        self.file = file


@dataclass(frozen=True, eq=False)
class Source:
    """The text of a file and its syntax tree.

    Attributes:
        file: where it came from.
        text: Python; of a notebook the code cells, one after the other.
        file_lines: for each line of `text` its line in the file; None where they are the same.
        cells: of a notebook, those in `text`.
    """

    file: Path
    text: str
    tree: ast.Module
    file_lines: tuple[int, ...] | None = None
    cells: tuple[Cell, ...] = ()
    family: "list[Source]" = field(default_factory=list)
    """The files that are walked together with this one."""

    def cell(self, line: int) -> tuple[int, int] | None:
        """Of a notebook, the number of the cell that a line stands in and the line's number there."""
        return notebooks.cell_of(self.cells, line)

    def file_line(self, line: int) -> int:
        """The line of the file that a line of `text` stands in."""
        return self.file_lines[line - 1] if self.file_lines and 0 < line <= len(self.file_lines) else line

    def place(self, line: int) -> str:
        """How to tell a person where a line is: `line 12`, in a notebook `cell 3, line 2`."""
        return notebooks.place(self.cells, line)

    @cached_property
    def lines(self) -> list[str]:
        """The lines of `text` as the parser counts them, without line ends."""
        return LINE_END.split(self.text)

    def line(self, number: int) -> str:
        """One line, counted from 1; empty beyond the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def column(self, line: int, offset: int) -> int:
        """The parser's offset, which counts UTF-8 bytes, as a count of characters from 0."""
        text = self.line(line)
        return offset if text.isascii() else len(text.encode()[:offset].decode(errors="ignore"))

    def home(self, node: ast.AST) -> "Source":
        """The file of the family that a node stands in."""
        if node in self._own_parents:
            return self
        return next((one for one in self.family if node in one._own_parents), self)

    def segment(self, node: ast.AST) -> str:
        """The text of a node."""
        first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", None) or 0
        source = self.home(node)
        if not 0 < first <= last <= len(source.lines):
            return ""
        start = source.column(first, node.col_offset)  # type: ignore[attr-defined]
        end = source.column(last, node.end_col_offset)  # type: ignore[attr-defined]
        if first == last:
            return source.line(first)[start:end]
        return "\n".join([source.line(first)[start:], *source.lines[first : last - 1], source.line(last)[:end]])

    def indent(self, line: int) -> str:
        """The white space a line begins with."""
        text = self.line(line)
        return text[: len(text) - len(text.lstrip())]

    @property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        """For each node the node around it; those of the family included."""
        if not self.family:
            return self._own_parents
        found = self._parents_in_family
        found.maps.extend(one._own_parents for one in self.family[len(found.maps) - 1 :])
        return found

    @cached_property
    def _parents_in_family(self) -> ChainMap[ast.AST, ast.AST]:
        return ChainMap(self._own_parents)

    @cached_property
    def _own_parents(self) -> dict[ast.AST, ast.AST]:
        found: dict[ast.AST, ast.AST] = {}
        queue: list[ast.AST] = [self.tree]
        for node in queue:
            for child in ast.iter_child_nodes(node):
                found[child] = node
                queue.append(child)
        return found

    @property
    def nodes(self) -> list[ast.AST]:
        """All nodes of the tree, outer ones before inner ones."""
        return [self.tree, *self._own_parents]

    @cached_property
    def comments(self) -> dict[int, str]:
        """The comment of each line that has one, without its `#`."""
        found: dict[int, str] = {}
        try:
            for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
                if token.type == tokenize.COMMENT:
                    found[token.start[0]] = token.string.lstrip("#").strip()
        except (tokenize.TokenError, SyntaxError):
            pass  # the tokeniser is stricter than the parser about the last lines
        return found


def read(file: Path) -> Source:
    """Read a file and parse it.

    Raises:
        UncheckableError: one sentence that says why it cannot be checked.
    """
    limit = MAX_NOTEBOOK_BYTES if _is_notebook(file) else MAX_BYTES
    try:
        with file.open("rb") as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        raise UncheckableError(file, f"cannot be read: {error.strerror or error}.") from None
    if not _is_notebook(file) and file.suffix.lower() not in SUFFIXES:
        raise UncheckableError(file, "is neither a Python file (.py) nor a notebook (.ipynb).")
    if len(data) > limit:
        raise UncheckableError(file, f"is larger than {_size(limit)}, too large to be checked.")
    return from_bytes(data, file)


def place_of(file: Path, line: int) -> str:
    """How to tell a person where a line of a file's code is; see `Source.place`."""
    try:
        return read(file).place(line)
    except UncheckableError:  # it has gone, or changed, since it was run
        return f"line {line}"


def from_bytes(data: bytes, file: Path) -> Source:
    """Parse what a file holds, or standard input.

    Raises:
        UncheckableError: it is not Python, too large or too deep.
    """
    text, _ = decoded(file, data)
    if not _is_notebook(file) and not (file == STDIN and text.lstrip().startswith("{")):
        return parse(text, file)
    try:
        code = notebooks.code_of(text)
    except ValueError as error:
        raise UncheckableError(file, f"{error}.") from None
    return parse(code.text, file, code.file_lines, code.cells)


def _is_notebook(file: Path) -> bool:
    return file.suffix.lower() == ".ipynb"


def _size(limit: int) -> str:
    return f"{limit // 1_000_000} MB" if limit >= 1_000_000 else f"{limit // 1000} kB"


def parse(
    text: str,
    file: Path = Path("<text>"),
    file_lines: tuple[int, ...] | None = None,
    cells: tuple[Cell, ...] = (),
) -> Source:
    """Parse Python text.

    Raises:
        UncheckableError: it is not Python, too large or too deep.
    """
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_BYTES:
        raise UncheckableError(file, f"has more than {_size(MAX_BYTES)} of code, too much to be checked.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = trees.parse(text)
    except SyntaxError as error:
        place = notebooks.place(cells, error.lineno or 1)
        said = re.sub(r"on line (\d+)", lambda found: f"in {notebooks.place(cells, int(found[1]))}", error.msg)
        raise UncheckableError(file, f"is not Python, {place}: {said.rstrip('.?')}.") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise UncheckableError(file, f"cannot be parsed: {str(error) or type(error).__name__}.") from None
    if (reason := trees.too_much(tree)) is not None:
        raise UncheckableError(file, reason)
    return Source(file, text, tree, file_lines, cells)


def decoded(file: Path, data: bytes) -> tuple[str, str]:
    """The text of a file and its encoding.

    Raises:
        UncheckableError: it is not text.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding), encoding
    except (SyntaxError, UnicodeDecodeError, LookupError):
        raise UncheckableError(file, "is not text in a known encoding.") from None
