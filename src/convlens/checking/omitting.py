"""Edits that leave an operation out of a network, or a layer out of the list it stands in."""

import ast

from convlens.checking.dataflow import called_by_name, input_node
from convlens.checking.events import Operation
from convlens.checking.facts import statement_of
from convlens.checking.findings import Edit
from convlens.checking.fixing import delete_statement, replace
from convlens.checking.source import Source
from convlens.checking.values import Module

_GROWING = ("add_module", "append", "register_module")


def without(operation: Operation) -> tuple[Edit, ...]:
    """Edits after which the operation is no longer applied; none where that is not plain."""
    layer, source = operation.layer, operation.site.source
    if layer is None:
        return _call_left_out(operation)
    if layer.site is None or layer.site.source is not source:
        return ()
    if called_by_name(operation):
        defined = _definition(operation, layer)
        call = _call_left_out(operation)
        return (*call, delete_statement(source, defined)) if call and defined else call
    return element_left_out(source, layer.site.node)


def element_left_out(source: Source, node: ast.AST) -> tuple[Edit, ...]:
    """Take an element out of a list or an argument out of a call, with its comma, and with its line if it is alone."""
    around = source.parents.get(node)
    if isinstance(around, ast.Call) and isinstance(around.func, ast.Attribute) and around.func.attr in _GROWING:
        statement = statement_of(source, node)
        alone = isinstance(statement, ast.Expr) and statement.value is around and _has_company(source, statement)
        return (delete_statement(source, statement),) if alone else ()
    elements: list[ast.expr] = []
    if isinstance(around, ast.List):
        elements = around.elts
    elif isinstance(around, ast.Call) and source.segment(around.func).endswith("Sequential"):
        elements = around.args
    if node not in elements or len(elements) < 2:
        return ()
    at = elements.index(node)
    if at == 0:
        after = elements[1]
        return (_cut(source, (elements[0].lineno, elements[0].col_offset), (after.lineno, after.col_offset)),)
    before = elements[at - 1]
    start = (before.end_lineno or before.lineno, before.end_col_offset or 0)
    return (_cut(source, start, (elements[at].end_lineno or 0, elements[at].end_col_offset or 0)),)


def _cut(source: Source, start: tuple[int, int], end: tuple[int, int]) -> Edit:
    return Edit(start[0], source.column(*start), end[0], source.column(*end), "")


def _call_left_out(operation: Operation) -> tuple[Edit, ...]:
    source, call = operation.site.source, operation.site.node
    inner = input_node(operation)
    if inner is None:
        return ()
    statement = statement_of(source, call)
    if (
        isinstance(statement, ast.Assign)
        and statement.value is call
        and isinstance(inner, ast.Name)
        and [ast.unparse(target) for target in statement.targets] == [inner.id]
    ):
        return (delete_statement(source, statement),) if _has_company(source, statement) else ()
    text = source.segment(inner)
    plain = isinstance(inner, ast.Name | ast.Call | ast.Attribute | ast.Subscript)
    free = isinstance(source.parents.get(call), ast.Return | ast.Assign) or plain
    return (replace(source, call, text if free else f"({text})"),)


def _has_company(source: Source, statement: ast.stmt) -> bool:
    """Whether other statements stand in the same block."""
    return len(getattr(source.parents.get(statement), "body", [])) > 1


def _definition(operation: Operation, layer: Module) -> ast.stmt | None:
    """The statement `self.name = nn.Layer()`, when the layer is used nowhere else."""
    assert layer.site is not None  # noqa: S101 - the caller saw to it
    source = operation.site.source
    statement = statement_of(source, layer.site.node)
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1 or statement.value is not layer.site.node:
        return None
    target = statement.targets[0]
    if not isinstance(target, ast.Attribute) or not _has_company(source, statement):
        return None
    uses = [node for node in source.nodes if isinstance(node, ast.Attribute) and node.attr == target.attr]
    return statement if len(uses) == 2 else None
