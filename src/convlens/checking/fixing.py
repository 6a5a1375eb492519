"""Small changes of text: how rules say them, how they are applied."""

import ast
from collections.abc import Iterable

from convlens.checking.findings import Edit
from convlens.checking.source import LINE_END, Source


def replace(source: Source, node: ast.AST, text: str) -> Edit:
    """Put other text in the place of a node."""
    source = source.home(node)
    line, end_line = node.lineno, node.end_lineno  # type: ignore[attr-defined]
    start = source.column(line, node.col_offset)  # type: ignore[attr-defined]
    return Edit(line, start, end_line, source.column(end_line, node.end_col_offset), text)  # type: ignore[attr-defined]


def insert_before(source: Source, statement: ast.stmt, text: str) -> Edit:
    """A new line (or lines) before a statement, with the statement's indentation. Decorators count."""
    source = source.home(statement)
    line = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))])
    indent = source.indent(line)
    body = "".join(f"{indent}{part}\n" if part else "\n" for part in text.split("\n"))
    return Edit(line, 0, line, 0, body)


def insert_after(source: Source, statement: ast.stmt, text: str) -> Edit:
    """A new line (or lines) after a statement, with the statement's indentation."""
    source = source.home(statement)
    line = statement.end_lineno or statement.lineno
    indent = source.indent(statement.lineno)
    body = "".join(f"\n{indent}{part}" for part in text.split("\n"))
    column = len(source.line(line))
    return Edit(line, column, line, column, body)


def insert_first(source: Source, block: ast.stmt, text: str) -> Edit:
    """A new first line in the body of a function, loop or `with`, after a docstring."""
    body: list[ast.stmt] = block.body  # type: ignore[attr-defined]
    first = body[0]
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(body) > 1
    return insert_before(source, body[1] if has_docstring else first, text)


def delete_statement(source: Source, statement: ast.stmt) -> Edit:
    """Take a statement out, with its line. The only statement of a block becomes `pass`: see `is_alone`."""
    end = statement.end_lineno or statement.lineno
    return Edit(statement.lineno, 0, end + 1, 0, "")


def drop_element(source: Source, element: ast.AST) -> Edit | None:
    """Take an element out of the list or tuple it stands in; None where it stands in none or alone."""
    around = source.parents.get(element)
    if not isinstance(around, ast.List | ast.Tuple) or len(around.elts) < 2:
        return None
    index = next(i for i, one in enumerate(around.elts) if one is element)
    if index + 1 < len(around.elts):
        start, end = _begin(source, around.elts[index]), _begin(source, around.elts[index + 1])
    else:
        start, end = _end(source, around.elts[index - 1]), _end(source, around.elts[index])
    return Edit(*start, *end, "")


def _begin(source: Source, node: ast.expr) -> tuple[int, int]:
    return node.lineno, source.column(node.lineno, node.col_offset)


def _end(source: Source, node: ast.expr) -> tuple[int, int]:
    line = node.end_lineno or node.lineno
    return line, source.column(line, node.end_col_offset or 0)


def wrap(source: Source, statement: ast.stmt, head: str) -> tuple[Edit, ...]:
    """Put a statement under a new line such as `with torch.no_grad():`, further in."""
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    deeper = [Edit(line, 0, line, 0, "    ") for line in range(first + 1, last + 1) if source.line(line).strip()]
    return (Edit(first, 0, first, 0, f"{source.indent(first)}{head}\n    "), *deeper)


def add_argument(source: Source, call: ast.Call, text: str) -> Edit:
    """One more argument at the end of a call: `shuffle=True`."""
    source = source.home(call)
    end_line = call.end_lineno or call.lineno
    column = source.column(end_line, call.end_col_offset or 0) - 1
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    if not arguments:
        return Edit(end_line, column, end_line, column, text)
    last = max(arguments, key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0))
    line = last.end_lineno or last.lineno
    at = source.column(line, last.end_col_offset or 0)
    return Edit(line, at, line, at, f", {text}")


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text after the edits. Those that overlap an earlier one are left out, as are repeated ones."""
    starts = [0, *(found.end() for found in LINE_END.finditer(text))]

    def position(line: int, column: int) -> int:
        return min(starts[line - 1] + column, len(text)) if line <= len(starts) else len(text)

    newline = "\r\n" if "\r\n" in text else "\n"
    spans = sorted(
        {(position(e.line, e.column), position(e.end_line, e.end_column), e.text.replace("\n", newline)) for e in edits}
    )
    parts: list[str] = []
    done = 0
    for start, end, new in spans:
        if start >= done:
            parts += [text[done:start], new]
            done = end
    return "".join([*parts, text[done:]])
