"""The networks of a file as they are written: their classes, methods, and how packages are spelled there."""

import ast
from collections.abc import Iterable, Iterator

from convlens.checking.events import Event
from convlens.checking.facts import Facts, enclosing
from convlens.checking.source import Source
from convlens.checking.values import Module, Site, UserClass

Definition = ast.FunctionDef | ast.AsyncFunctionDef


def network_classes(facts: Facts) -> list[UserClass]:
    """The classes of the file under check that derive from `nn.Module`."""
    found = {
        id(cls): cls
        for module in facts.made(Module)
        if module.kind == "user" and module.cls is not None
        for cls in module.cls.lineage()
        if facts.in_file(cls.site)
    }
    return list(found.values())


def method(cls: UserClass, name: str) -> Definition | None:
    """A method written in the class itself."""
    return next((one for one in cls.node.body if isinstance(one, Definition) and one.name == name), None)


def methods(cls: UserClass) -> Iterator[Definition]:
    """The methods written in the class itself."""
    return (one for one in cls.node.body if isinstance(one, Definition))


def self_name(function: Definition) -> str:
    """What a method calls its object: `self` nearly always; empty for a function without parameters."""
    arguments = [*function.args.posonlyargs, *function.args.args]
    return arguments[0].arg if arguments else ""


def function_around(source: Source, node: ast.AST) -> Definition | None:
    """The innermost function or method that holds a node."""
    return next((one for one in enclosing(source, node) if isinstance(one, Definition)), None)


def method_around(source: Source, node: ast.AST) -> Definition | None:
    """The method of a class that holds a node; None in a plain function and at the top of the file."""
    for one in enclosing(source, node):
        if isinstance(one, Definition) and isinstance(source.parents.get(one), ast.ClassDef):
            return one
    return None


def in_forward(event: Event) -> bool:
    """Whether something happens while the `forward` of a network is walked."""
    return any(call.function.name == "forward" and isinstance(call.receiver, Module) for call in event.calls)


def names_read(*nodes: ast.AST) -> set[str]:
    """The names that are read in pieces of code."""
    return {
        part.id
        for node in nodes
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
    }


def names_given(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that get a value in pieces of code."""
    return {
        part.id
        for node in nodes
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }


def holds(outer: Site | ast.AST, inner: ast.AST) -> bool:
    """Whether a node stands inside another."""
    around = outer.node if isinstance(outer, Site) else outer
    return any(part is inner for part in ast.walk(around))


def spelled(source: Source, name: str) -> str | None:
    """How a file writes a thing of a package by its imports: `torch.nn` as `nn`; None where it is not imported."""
    for node in source.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == name:
                    return alias.asname or alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                if f"{node.module}.{alias.name}" == name:
                    return alias.asname or alias.name
    package, _, last = name.rpartition(".")
    outer = spelled(source, package) if package else None
    return f"{outer}.{last}" if outer else None
