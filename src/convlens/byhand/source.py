"""A person's file, read and not run: its definitions, the ones a network needs, and the networks in it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from convlens.errors import NetworkError

_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_GROWING = ("append", "extend", "add_module", "insert", "update", "add_argument", "set_defaults")


@dataclass(frozen=True)
class Source:
    """The text of a Python file and its top-level statements."""

    path: Path
    text: str
    tree: ast.Module

    @classmethod
    def read(cls, path: Path) -> "Source":
        """Read and parse a file.

        Raises:
            NetworkError: there is no such file, or it is not Python.
        """
        try:
            text = path.read_text(encoding="utf-8-sig")
            return cls(path, text, ast.parse(text, filename=str(path)))
        except (OSError, UnicodeDecodeError):
            raise NetworkError(f"There is no readable file {path}; name a network as FILE.py:Class.") from None
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None)
            raise NetworkError(f"{path} is not Python, line {line}: {getattr(error, 'msg', error)}.") from None

    @cached_property
    def statements(self) -> list[ast.stmt]:
        """The top-level statements, those within `if` and `try` included; what only a script runs is left out.

        An import of several modules is as many statements, since one may be needed and another not installed.
        """
        return [single for statement in _top_level(self.tree.body) for single in _single_imports(statement)]

    def defined_names(self) -> list[str]:
        """Names of top-level classes, functions and variables, in order."""
        return [name for statement in self.statements for name in bound_names(statement)]

    def needed_for(self, *names: str) -> ast.Module:
        """The part of the file that defines some names, with everything that this part refers to, and no more.

        Training loops, downloads and prints at top level are not part of it, so that they do not run.
        """
        wanted = set(names)
        kept: set[int] = set()
        size = -1
        while size != len(kept):  # until nothing new is needed
            size = len(kept)
            for index, statement in enumerate(self.statements):
                if index not in kept and self._is_needed(statement, wanted):
                    kept.add(index)
                    wanted |= _read_names(statement)
        return ast.Module([self.statements[index] for index in sorted(kept)], type_ignores=[])

    def _is_needed(self, statement: ast.stmt, wanted: set[str]) -> bool:
        if isinstance(statement, ast.ImportFrom) and (
            statement.module == "__future__" or statement.names[0].name == "*"
        ):
            return True
        if wanted & set(bound_names(statement)):
            return True
        # net.add_module(...), layers.append(...): statements that build up something that is needed.
        return _grown(statement) in wanted

    def seen_from(self, call: ast.Call) -> "Source":
        """The file as a call sees it: the statements before it, in the blocks around it, all as if at top level."""
        blocks = [n for n in ast.walk(self.tree) if isinstance(n, ast.Module | ast.FunctionDef | ast.If | ast.With)]
        around = [b for b in blocks if isinstance(b, ast.Module) or any(n is call for n in ast.walk(b))]
        before = [s for block in around for s in block.body if s.lineno < call.lineno]
        return Source(self.path, self.text, ast.Module(before, type_ignores=[]))

    def networks(self) -> list[str]:
        """The classes that are networks and that no other network of the file is built from, or derives from."""
        classes = {s.name: s for s in self.statements if isinstance(s, ast.ClassDef)}
        modules: set[str] = set()
        for _ in classes:  # a class may derive from one further down the list only through another
            modules |= {name for name, c in classes.items() if any(_is_module(base, modules) for base in c.bases)}
        used = {other for name in modules for other in _read_names(classes[name]) & modules if other != name}
        outer = [name for name in classes if name in modules - used]
        return outer or self._instances()

    def _instances(self) -> list[str]:
        """Variables at top level that hold an `nn.Sequential`."""
        return [
            name
            for statement in self.statements
            if isinstance(statement, ast.Assign) and _called(statement.value).endswith("Sequential")
            for name in bound_names(statement)
        ]

    def calls_of(self, name: str) -> list[ast.Call]:
        """The calls `name(...)` in the whole file, in order."""
        found = [n for n in ast.walk(self.tree) if isinstance(n, ast.Call) and _called(n) == name]
        return sorted(found, key=lambda call: (call.lineno, call.col_offset))


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.If):
            if _is_main_guard(statement.test):
                continue
            if statement.orelse and all(isinstance(inner, _BINDING) for inner in _branches(statement)):
                yield statement  # a choice between two values belongs together
            else:
                yield from _top_level(statement.body)
        elif isinstance(statement, ast.Try):
            if any(isinstance(inner, _IMPORTS) for inner in statement.body):
                yield statement  # an import with a fallback belongs together
            else:
                yield from _top_level(statement.body)
        else:
            yield statement


_BINDING = (*_IMPORTS, ast.Assign, ast.AnnAssign, ast.Pass)


def _branches(statement: ast.If) -> Iterator[ast.stmt]:
    """What stands in the branches of an `if`, and in those of its `elif`s."""
    yield from statement.body
    for inner in statement.orelse:
        yield from _branches(inner) if isinstance(inner, ast.If) else [inner]


def _single_imports(statement: ast.stmt) -> list[ast.stmt]:
    if isinstance(statement, ast.Import):
        return [ast.copy_location(ast.Import([alias]), statement) for alias in statement.names]
    if isinstance(statement, ast.ImportFrom):
        module, level = statement.module, statement.level
        return [ast.copy_location(ast.ImportFrom(module, [one], level), statement) for one in statement.names]
    return [statement]


def _is_main_guard(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test))


def bound_names(statement: ast.stmt) -> list[str]:
    """Names that a statement gives a meaning to."""
    if isinstance(statement, _DEFINITIONS):
        return [statement.name]
    if isinstance(statement, _IMPORTS):
        return [(alias.asname or alias.name).split(".")[0] for alias in statement.names]
    if isinstance(statement, ast.Try):
        return [name for inner in statement.body for name in bound_names(inner)]
    if isinstance(statement, ast.If):
        return [name for inner in _branches(statement) for name in bound_names(inner)]
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return []


def _grown(statement: ast.stmt) -> str | None:
    """The variable that a statement adds to: `net` in `net.add_module(...)`, `net[0] = ...`, or in a loop of such."""
    if isinstance(statement, ast.For):
        return next((name for inner in statement.body if (name := _grown(inner)) is not None), None)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        target: ast.expr = statement.value.func
        if not (isinstance(target, ast.Attribute) and target.attr in _GROWING):
            return None
    elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Attribute | ast.Subscript):
        target = statement.targets[0]
    else:
        return None
    while isinstance(target, ast.Attribute | ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else None


def _read_names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _is_module(base: ast.expr, known: set[str]) -> bool:
    name = ast.unparse(base)
    last = name.rpartition(".")[2]
    return name in known or last in ("Module", "LightningModule") or (last == "Sequential" and "nn" in name)


def _called(node: ast.expr) -> str:
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""
