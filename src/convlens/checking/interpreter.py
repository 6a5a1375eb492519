"""The walk through a whole script: its modules, and the functions that nothing in it calls."""

import ast
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from convlens.checking import source as sources
from convlens.checking.guessing import guessed_arguments, guessed_instance
from convlens.checking.library import applying, lightning
from convlens.checking.source import Source, UncheckableError
from convlens.checking.statements import Statements
from convlens.checking.values import (
    Arguments,
    Function,
    Instance,
    Method,
    Module,
    Scope,
    Site,
    UserClass,
    Value,
)
from convlens.checking.walker import OutOfFuelError

_MAX_NEIGHBOURS = 20
_ABOUT = re.compile(rb"torch|lightning|\bnn\.")
"""Files without such a word, imported by a file without one, are not worth a walk."""
_MAX_UP = 3
"""Folders above the file's own in which a package may begin."""
_RECURSION = 12_000


class Interpreter(Statements):
    """Walks a script as Python would run it."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.complete = True
        """False where the walk was cut short."""
        self.main = self.scope
        self.main_source = source
        self.neighbours: list[Source] = []
        self._is_about_networks = _ABOUT.search(source.text.encode()) is not None
        self._modules: dict[Path, Scope | None] = {source.file.absolute(): None}

    def walk(self) -> None:
        """Walk the script, then what nothing in it calls."""
        with _deep_recursion():
            try:
                self.block(self.source.tree.body)
                self._walk_uncalled()
            except (OutOfFuelError, RecursionError):
                self.complete = False

    def _walk_uncalled(self) -> None:
        """Functions and methods that were not walked yet, with arguments guessed from their names."""
        self.guessing = True
        self.scope, self.turns, self.conditions, self.calls, self.inside = self.main, (), (), (), ()
        self.grad = True
        for name, value in list(self.main.names.items()):
            if isinstance(value, UserClass) and self._is_own(value) and value.name == name:
                self._walk_class(value)
        own = [one for one in self.main.names.values() if isinstance(one, Function) and self._is_own(one)]
        for value in _callers_first(own):
            if value.node not in self.walked:
                self._forget_modes()
                self.call_function(value, guessed_arguments(self, value), None, None)

    def handed_over(self, arguments: Arguments, site: Site) -> None:
        """A function that trains, given to something unknown, which will call it: `study.optimize(objective)`."""
        for one in (*arguments.positional, *arguments.keywords.values()):
            function = one.function if isinstance(one, Method) else one
            if not isinstance(function, Function) or function.node in self.walked:
                continue
            if _needed(function) <= 1 and self._goes_back(function.node, set()):
                receiver = one.receiver if isinstance(one, Method) else None
                self.call_function(function, guessed_arguments(self, function), site, receiver)

    def _goes_back(self, node: ast.AST, seen: set[ast.AST]) -> bool:
        """Whether gradients are computed in a function, or in those of this file that it calls."""
        if node in seen:
            return False
        seen.add(node)
        return any(getattr(part, "attr", "") == "backward" for part in ast.walk(node)) or any(
            self._goes_back(called, seen) for called in self._called_in(node)
        )

    def _is_own(self, value: Value) -> bool:
        return value.site is not None and value.site.source is self.main_source

    def _forget_modes(self) -> None:
        """Whoever calls a function from elsewhere may have set any mode before."""
        for value in self.objects:
            if isinstance(value, Module):
                self.memory.write(value.state, "mode", None)

    def _walk_class(self, cls: UserClass) -> None:
        methods = [one for one in cls.attributes.values() if isinstance(one, Function)]
        left = [method for method in methods if method.node not in self.walked]
        if not left:
            return
        instance = guessed_instance(self, cls)
        if not isinstance(instance, Instance):
            return
        if isinstance(instance, Module) and lightning.is_module(instance):
            lightning.rehearse(self, instance, self.at(cls.node))
        for method in _callers_first(left):
            if method.node not in self.walked and method.name != "__init__":
                self._forget_modes()
                self._walk_method(method, instance)

    def _walk_method(self, method: Function, instance: Instance) -> None:
        arguments = guessed_arguments(self, method)
        if isinstance(instance, Module) and method.name == "forward":
            positional = Arguments(positional=list(arguments.keywords.values()))
            applying.apply(self, instance, positional, self.at(method.node))
            return
        receiver = None if method.flavour == "staticmethod" else instance
        self.call_function(method, arguments, None, receiver)

    def neighbour(self, module: str, level: int) -> Scope | None:
        """A module of the same folder, or of the package that the file is in, walked once."""
        here = self.source.file.parent
        parts = module.split(".") if module else []
        for _ in range(level - 1):
            here = here.parent
        if level or not parts:
            return self._at_path(here.joinpath(*parts), module)
        found = self._at_path(here.joinpath(*parts), module)
        for folder in list(here.absolute().parents)[:_MAX_UP] if found is None else []:
            # `import package.module` in a file of that package
            if (folder / parts[0]) == here.absolute() or (folder / parts[0]) in here.absolute().parents:
                return self._at_path(folder.joinpath(*parts), module)
        return found

    def _at_path(self, path: Path, module: str) -> Scope | None:
        for file in (path.with_name(f"{path.name}.py"), path / "__init__.py"):
            key = file.absolute()
            if key in self._modules:
                return self._modules[key]
            if module and len(self._modules) < _MAX_NEIGHBOURS and file.is_file():
                return self._read_neighbour(file, module)
        return None

    def _read_neighbour(self, file: Path, module: str) -> Scope | None:
        self._modules[file.absolute()] = None
        try:
            if not self._is_about_networks and not _ABOUT.search(file.read_bytes()):
                return None
            read = sources.read(file)
        except (UncheckableError, OSError):
            return None
        scope = Scope(name=module, source=read)
        self._modules[file.absolute()] = scope
        read.family.extend([self.main_source, *self.neighbours])
        for one in read.family:
            one.family.append(read)
        self.neighbours.append(read)
        before = (self.scope, self.source, self.calls, self.turns, self.conditions)
        self.scope, self.source, self.calls, self.turns, self.conditions = scope, read, (), (), ()
        scope.names["__name__"] = scope.names.get("__name__") or scope
        try:
            self.block(_without_main(read.tree.body))
        finally:
            self.scope, self.source, self.calls, self.turns, self.conditions = before
        return scope


def _needed(function: Function) -> int:
    """How many arguments a function has to be given, its object aside."""
    spec = function.node.args
    return len([*spec.posonlyargs, *spec.args]) - len(spec.defaults) - (function.owner is not None)


def _callers_first(functions: list[Function]) -> list[Function]:
    """Those that the others use come last: what is known of a call counts more than what is guessed."""
    used = {
        name
        for function in functions
        for node in ast.walk(function.node)
        if isinstance(node, ast.Name | ast.Attribute)
        and (name := node.id if isinstance(node, ast.Name) else node.attr) != function.name
    }
    return sorted(functions, key=lambda function: function.name in used)


def _without_main(body: list[ast.stmt]) -> list[ast.stmt]:
    """A module's statements but those under `if __name__ == "__main__"`."""
    return [one for one in body if not (isinstance(one, ast.If) and "__name__" in ast.unparse(one.test))]


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Inlined calls nest deeply; Python's own limit is too low for them."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
