"""The line a person would edit: where the wrong number of a layer is written, be it in a helper's caller."""

import ast
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from convlens.byhand.facts import Site, Sites

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def line_of_argument(made: Sites, layer: str, position: int, keyword: str) -> Site | None:
    """The place where an argument of a layer's constructor is decided.

    `nn.Conv2d(c_in, c_out, 3)` inside a helper that is given `c_in` says nothing about the number; the call of the
    helper does. A number that is written or worked out in place is decided there.

    Args:
        made: where the layer is made, the innermost place first.
        layer: the layer's class.
        position, keyword: of the argument in the layer's constructor.
    """
    callee: str | None = layer
    for index, site in enumerate(made):
        call = _call_at(site, callee)
        argument = _argument(call, position, keyword) if call is not None else None
        function = _function_around(site)
        if argument is None or function is None or index + 1 == len(made):
            return site if index == 0 or argument is not None else made[index - 1]
        if not isinstance(argument, ast.Name):
            return site
        names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        if argument.id not in (*names, *(a.arg for a in function.args.kwonlyargs)) or _is_assigned(
            function, argument.id
        ):
            return site
        is_method = names[:1] == ["self"]
        keyword = argument.id
        position = names.index(keyword) - is_method if keyword in names else len(names)
        callee = None if function.name == "__init__" else function.name
    return made[0] if made else None


@cache
def _tree(file: str) -> ast.Module | None:
    try:
        return ast.parse(Path(file).read_text(encoding="utf-8-sig"))
    except (OSError, SyntaxError, ValueError):
        return None


def _nodes(file: str) -> list[ast.AST]:
    tree = _tree(file)
    return [] if tree is None else list(ast.walk(tree))


def _call_at(site: Site, callee: str | None) -> ast.Call | None:
    """The call in that line of a function with this name; of any function where the name is not known."""
    calls = [n for n in _nodes(site.file) if isinstance(n, ast.Call) and n.lineno <= site.line <= (n.end_lineno or 0)]
    calls.sort(key=lambda call: (call.lineno != site.line, call.col_offset))
    for call in calls:
        name = ast.unparse(call.func).rpartition(".")[2]
        if name == callee or (callee is None and name[:1].isupper()):
            return call
    return None


def _argument(call: ast.Call, position: int, keyword: str) -> ast.expr | None:
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return None
    for given in call.keywords:
        if given.arg == keyword:
            return given.value
    return call.args[position] if position < len(call.args) else None


def _function_around(site: Site) -> _Function | None:
    around = [
        node
        for node in _nodes(site.file)
        if isinstance(node, _Function) and node.lineno <= site.line <= (node.end_lineno or 0)
    ]
    return max(around, key=lambda node: node.lineno, default=None)


def _is_assigned(function: _Function, name: str) -> bool:
    stored = (n for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    return any(n.id == name for n in stored)


def first_in(sites: Sequence[Site], file: str) -> Site | None:
    """The innermost place in one file; the innermost of all where none is in it."""
    return next((site for site in sites if site.file == file), sites[0] if sites else None)
