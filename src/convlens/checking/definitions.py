"""Functions, classes and imports."""

import ast

from convlens.checking.assigning import Assigning
from convlens.checking.expressions import grad_of
from convlens.checking.library import ignite
from convlens.checking.names import canonical
from convlens.checking.values import (
    Arguments,
    External,
    Function,
    Scope,
    UserClass,
    Value,
)


class Definitions(Assigning):
    """Walks definitions and imports."""

    def _stmt_functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        function = self.function(node)
        value: Value = function
        for decorator in reversed(node.decorator_list):
            value = self._decorated(value, function, decorator)
        self.memory.write(self.scope.names, node.name, value)

    _stmt_asyncfunctiondef = _stmt_functiondef

    def _decorated(self, value: Value, function: Function, decorator: ast.expr) -> Value:
        """Decorators that change nothing that is known here are looked through."""
        before = self.grad
        tool = self.evaluate(decorator)
        self.grad = before
        switches, grad = grad_of(tool)
        if switches:
            function.grad = grad
        elif ignite.decorated(tool, function):
            pass
        elif isinstance(tool, External) and tool.name in ("staticmethod", "classmethod", "property"):
            function.flavour = tool.name  # type: ignore[assignment]
        elif isinstance(tool, External) and tool.name == "functools.cached_property":
            function.flavour = "property"
        elif isinstance(tool, External) and tool.name in (
            "contextlib.contextmanager",
            "contextlib.asynccontextmanager",
        ):
            function.manages = True
        elif isinstance(tool, Function):  # of the user, such as one that notes the function in a registry
            self.call(tool, Arguments(positional=[function]), self.at(decorator))
        return value

    def _stmt_classdef(self, node: ast.ClassDef) -> None:
        bases = [self.evaluate(base) for base in node.bases]
        cls = UserClass(site=self.at(node), name=node.name, node=node, bases=bases, scope=self.scope)
        body = Scope(name=node.name, names=cls.attributes, outer=self.scope, source=self.scope.source)
        outer, self.scope = self.scope, body
        try:
            self.block(node.body)
        finally:
            self.scope = outer
        for value in cls.attributes.values():
            if isinstance(value, Function) and value.scope is body:
                value.owner, value.scope = cls, outer
        self.memory.write(self.scope.names, node.name, cls)
        for decorator in node.decorator_list:
            tool = self.evaluate(decorator)
            if isinstance(tool, Function):  # such as one that notes the class in a registry
                self.call(tool, Arguments(positional=[cls]), self.at(decorator))

    def _stmt_import(self, node: ast.Import) -> None:
        for alias in node.names:
            neighbour = self.neighbour(alias.name, 0)
            value: Value = neighbour or External(site=self.at(node), name=canonical(alias.name))
            if alias.asname:
                self.memory.write(self.scope.names, alias.asname, value)
            elif neighbour is None:
                top = alias.name.partition(".")[0]
                self.memory.write(self.scope.names, top, External(site=self.at(node), name=top))
            else:
                self.memory.write(self.scope.names, alias.name.partition(".")[0], value)

    def _stmt_importfrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        neighbour = self.neighbour(module, node.level)
        for alias in node.names:
            if alias.name == "*":
                self._import_all(neighbour, module)
            elif neighbour is not None and alias.name in neighbour.names:
                self.memory.write(self.scope.names, alias.asname or alias.name, neighbour.names[alias.name])
            else:
                inner = self.neighbour(f"{module}.{alias.name}".lstrip("."), node.level)
                name = canonical(f"{module}.{alias.name}")
                value: Value = inner or External(site=self.at(node), name=name)
                self.memory.write(self.scope.names, alias.asname or alias.name, value)

    def _import_all(self, neighbour: Scope | None, module: str) -> None:
        if neighbour is None:
            self.scope.stars.append(module)
            return
        for name, value in neighbour.names.items():
            if not name.startswith("_"):
                self.memory.write(self.scope.names, name, value)

    def neighbour(self, module: str, level: int) -> Scope | None:
        """A module of the same folder, walked. Implemented in interpreter.py."""
        raise NotImplementedError
