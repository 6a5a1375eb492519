"""Syntax trees: parsed from text that may have a notebook's commands in it, and not too large to be walked."""

import ast
import re

MAX_NODES = 200_000
MAX_DEPTH = 90
_MAGIC = re.compile(r"(?m)^([ \t]*)(?:(?:%{1,2}[A-Za-z]|[!?](?!=)|[\w.]+\s*=\s*[%!])(?:.*\\\n)*.*|[\w.]+\?{1,2})$")
"""Notebook commands, with the lines that a backslash joins to them."""


def parse(text: str) -> ast.Module:
    """The syntax tree, with `pass` for notebook commands (`%matplotlib inline`, `!pip install`) where there are any."""
    try:
        return ast.parse(text)
    except SyntaxError:
        python = _MAGIC.sub(lambda found: found[1] + "pass" + "\n" * found[0].count("\n"), text)
        if python == text:
            raise
        return ast.parse(python)


def too_much(tree: ast.Module) -> str | None:
    """Why a tree is too large or too deep to be walked, found without recursion; None where it is not."""
    level: list[ast.AST] = [tree]
    nodes = depth = 0
    while level:
        nodes, depth = nodes + len(level), depth + 1
        if nodes > MAX_NODES:
            return f"has more than {MAX_NODES} elements, too many to be checked."
        if depth > MAX_DEPTH:
            return f"is nested more than {MAX_DEPTH} levels deep, too deep to be checked."
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return None
