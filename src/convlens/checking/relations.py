"""How values and nodes belong together: one object under two names, what made a tensor, what stands around a node."""

import ast
from collections.abc import Iterator

from convlens.checking.events import (
    Operation,
)
from convlens.checking.source import Source
from convlens.checking.values import (
    Items,
    Module,
    Optimizer,
    Tensor,
    Value,
)


def same(one: Value | None, other: Value | None) -> bool:
    """Whether two values may be one object: the same, or the two sides of a branch, or a wrapper and its content."""
    if one is None or other is None:
        return False
    if one is other or other in one.alternatives or one in other.alternatives:
        return True
    if isinstance(one, Module) and isinstance(other, Module):
        return unwrapped(one) is unwrapped(other)
    return False


def unwrapped(module: Module) -> Module:
    """The network inside DataParallel and the like."""
    while module.kind == "wrapper" and module.children:
        module = next(iter(module.children.values()))
    return module


def is_guessed(tensor: Tensor) -> bool:
    """Whether it is only guessed, from a parameter's name, in a function that nothing calls."""
    if tensor.made_by is not None or tensor.of is not None or tensor.site is None:
        return False
    return isinstance(tensor.site.node, ast.FunctionDef)


def changes_pictures(optimizer: Optimizer) -> bool:
    """Whether it was given pictures in place of weights: an attack that looks for the worst ones."""
    given = optimizer.arguments.get("params")
    tensors = [one for one in given.elements if isinstance(one, Tensor)] if isinstance(given, Items) else []
    return any(part.role == "images" for one in tensors for part in one.ancestry())


def produced(value: Value | None, *ops: str, through: tuple[str, ...] = ()) -> Operation | None:
    """The operation of one of these names that made a tensor, looking back through others that keep its values."""
    passing = (*through, *TRANSPARENT)
    while isinstance(value, Tensor) and value.made_by is not None:
        if value.made_by.op in ops:
            return value.made_by
        if value.made_by.op not in passing:
            return None
        value = value.made_by.input
    return None


TRANSPARENT = ("to", "cuda", "cpu", "squeeze", "unsqueeze", "view", "reshape", "flatten", "float", "contiguous",
               "identity", "join", "clone", "type")  # fmt: skip
"""Operations that leave the values as they are."""


def statement_of(source: Source, node: ast.AST) -> ast.stmt:
    """The innermost statement that holds a node; the first one for the file as a whole."""
    if isinstance(node, ast.stmt):
        return node
    return next((one for one in enclosing(source, node) if isinstance(one, ast.stmt)), source.tree.body[0])


def enclosing(source: Source, node: ast.AST) -> Iterator[ast.AST]:
    """The nodes around a node, innermost first."""
    parents = source.parents
    while node in parents:
        node = parents[node]
        yield node
