"""Arguments bound to names, by signatures written as one line: `"in_features out_features bias=True"`."""

import ast
from functools import cache

from convlens.checking.values import Arguments, Constant, Value


@cache
def parameters(signature: str) -> tuple[tuple[str, object, bool], ...]:
    """Name, default, and whether there is a default. A `*` before names that are given by name only is left out."""
    found: list[tuple[str, object, bool]] = []
    for word in signature.split():
        name, equals, default = word.partition("=")
        found.append((name, ast.literal_eval(default) if equals else None, bool(equals)))
    return tuple(found)


def bind(signature: str, arguments: Arguments) -> dict[str, Value]:
    """Each argument under its name; defaults have no site. What is not given and has no default is left out."""
    bound: dict[str, Value] = {}
    names = parameters(signature)
    for (name, _, _), value in zip(names, arguments.positional, strict=False):
        bound[name] = value
    bound.update(arguments.keywords)
    if arguments.exact:
        for name, default, has_default in names:
            if has_default and name not in bound:
                bound[name] = Constant(value=default)  # type: ignore[arg-type]
    return bound
