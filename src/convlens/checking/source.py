"""A file under check: read, never imported or run. Python files, `# %%` cells, notebooks."""

import ast
import io
import json
import re
import tokenize
import warnings
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from convlens.errors import ConvlensError

MAX_BYTES = 2_000_000
MAX_NOTEBOOK_BYTES = 20_000_000
"""Nearly all of a large notebook is pictures."""
MAX_NODES = 200_000
MAX_DEPTH = 90
LINE_END = re.compile(r"\r\n|\r|\n")
"""The ends of lines, as the parser counts them."""
_IGNORE = re.compile(r"convlens:\s*ignore(?:\[([\w\s,-]*)\])?", re.IGNORECASE)
_MAGIC = re.compile(r"^(\s*)(%{1,2}[A-Za-z].*|[!?](?!=).*|[\w.]+\s*=\s*[%!].*|[\w.]+\?{1,2})$")


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
        cells: of a notebook, for each cell in `text` its index and its first line in `text`.
    """

    file: Path
    text: str
    tree: ast.Module
    file_lines: tuple[int, ...] | None = None
    cells: tuple[tuple[int, int], ...] = ()
    family: "list[Source]" = field(default_factory=list)
    """The files that are walked together with this one."""

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

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """For each node the node around it; those of the family included."""
        return {child: node for one in [self, *self.family] for child, node in one._own_parents.items()}

    @cached_property
    def _own_parents(self) -> dict[ast.AST, ast.AST]:
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

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

    def ignores(self, rule: str, line: int) -> bool:
        """Whether a comment on the line asks for silence about the rule."""
        asked = _IGNORE.search(self.comments.get(line, ""))
        return asked is not None and (not asked[1] or rule in re.split(r"[\s,]+", asked[1].strip()))


def read(file: Path) -> Source:
    """Read a file and parse it.

    Raises:
        UncheckableError: one sentence that says why it cannot be checked.
    """
    limit = MAX_NOTEBOOK_BYTES if file.suffix == ".ipynb" else MAX_BYTES
    try:
        data = file.read_bytes() if file.stat().st_size <= limit else None
    except OSError as error:
        raise UncheckableError(file, f"cannot be read: {error.strerror or error}.") from None
    if data is None:
        raise UncheckableError(file, f"is larger than {limit // 1_000_000} MB, too large to be checked.")
    if file.suffix == ".ipynb":
        return _notebook(file, decoded(file, data)[0])
    return parse(decoded(file, data)[0], file)


def parse(
    text: str,
    file: Path = Path("<text>"),
    file_lines: tuple[int, ...] | None = None,
    cells: tuple[tuple[int, int], ...] = (),
) -> Source:
    """Parse Python text.

    Raises:
        UncheckableError: it is not Python, too large or too deep.
    """
    text = text.removeprefix("\ufeff")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(_without_magics(text))
    except SyntaxError as error:
        line = error.lineno or 1
        line = file_lines[line - 1] if file_lines and line <= len(file_lines) else line
        raise UncheckableError(file, f"is not Python, line {line}: {error.msg}.") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise UncheckableError(file, f"cannot be parsed: {str(error) or type(error).__name__}.") from None
    _measure(tree, file)
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


def _measure(tree: ast.Module, file: Path) -> None:
    """Refuse what would take too long or too deep a recursion, without recursing."""
    level: list[ast.AST] = [tree]
    nodes = depth = 0
    while level:
        nodes, depth = nodes + len(level), depth + 1
        if nodes > MAX_NODES:
            raise UncheckableError(file, f"has more than {MAX_NODES} elements, too many to be checked.")
        if depth > MAX_DEPTH:
            raise UncheckableError(file, f"is nested more than {MAX_DEPTH} levels deep, too deep to be checked.")
        level = [child for node in level for child in ast.iter_child_nodes(node)]


def _without_magics(text: str) -> str:
    """Notebook commands (`%matplotlib inline`, `!pip install`) replaced by `pass`, where the text is not Python."""
    try:
        ast.parse(text)
        return text
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return re.sub(r"(?m)" + _MAGIC.pattern, lambda found: found[1] + "pass", text)


def _notebook(file: Path, text: str) -> Source:
    """The code cells of a notebook as one text."""
    try:
        cells = json.loads(text)["cells"]
        sources = [(index, cell["source"]) for index, cell in enumerate(cells) if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UncheckableError(file, "is not a notebook of version 4.") from None
    raw = text.splitlines()
    lines: list[str] = []
    places: list[int] = []
    begins: list[tuple[int, int]] = []
    cursor = 0
    for index, source in sources:
        joined = source if isinstance(source, str) else "".join(map(str, source))
        if joined.lstrip().startswith("%%"):
            continue  # a cell in another language
        begins.append((index, len(lines) + 1))
        for line in joined.split("\n"):
            found = _find(raw, line, cursor)
            lines.append(line)
            places.append((cursor if found is None else found) + 1)
            cursor = cursor if found is None or isinstance(source, str) else found + 1
    return parse("\n".join(lines), file, tuple(places), tuple(begins))


def _find(raw: list[str], line: str, start: int) -> int | None:
    """The index of the next raw line that is this line of code as JSON text."""
    begins = tuple('"' + json.dumps(line, ensure_ascii=ascii_only)[1:-1] for ascii_only in (False, True))
    return next((index for index in range(start, len(raw)) if raw[index].lstrip().startswith(begins)), None)
