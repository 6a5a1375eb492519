"""Names that are given something and never used: what they stand for takes no part in what the script does."""

import ast
from collections.abc import Sequence

from convlens.checking.relations import enclosing
from convlens.checking.source import Source
from convlens.checking.values import Value


def unread(source: Source, values: Sequence[Value]) -> list[Value]:
    """Those with a plain name of their own in the file that is not used; none where no other's name is used either."""
    named = {id(value): name for value in values if (name := _plain_name(source, value)) is not None}
    used = _used(source)
    if not used & set(named.values()):
        return []  # a file that is there to be imported
    return [value for value in values if id(value) in named and named[id(value)] not in used]


def _plain_name(source: Source, value: Value) -> str | None:
    """`loader` in `loader = DataLoader(...)`."""
    if value.site is None or value.site.source is not source:
        return None
    around = source.parents.get(value.site.node)
    target = around.targets[0] if isinstance(around, ast.Assign) else None
    return target.id if isinstance(target, ast.Name) else None


def _used(source: Source) -> set[str]:
    nodes = (node for node in ast.walk(source.tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    return {node.id for node in nodes if not _only_shown(source, node)}


def _only_shown(source: Source, name: ast.Name) -> bool:
    """Whether it is a parameter of the function around, or stands alone in its line to be seen."""
    inner: ast.AST = name
    for node in enclosing(source, name):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and inner is not node.args:
            parameters = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            if any(parameter.arg == name.id for parameter in parameters):
                return True
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Name | ast.Tuple):
            return True
        inner = node
    return False
