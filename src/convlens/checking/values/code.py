"""Functions, classes and objects of the script and of other packages."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from convlens.checking.values.basic import (
    Arguments,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from convlens.checking.source import Source


@dataclass(eq=False, kw_only=True)
class External(Value):
    """A thing of another package, by its qualified name: `torch.nn.Conv2d`, or a module: `torch.nn`."""

    name: str = ""


@dataclass(eq=False, kw_only=True)
class Scope(Value):
    """Names and their values: a module, a call's locals."""

    name: str = ""
    names: dict[str, Value] = field(default_factory=dict, repr=False)
    outer: "Scope | None" = field(default=None, repr=False)
    source: "Source | None" = field(default=None, repr=False)
    stars: list[str] = field(default_factory=list)
    outward: set[str] = field(default_factory=set)
    """Names that the body declares `global` or `nonlocal`."""


@dataclass(eq=False, kw_only=True)
class Function(Value):
    """A function or lambda of the user, with the scope around it."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda = field(repr=False)
    scope: Scope = field(repr=False)
    owner: "UserClass | None" = field(default=None, repr=False)
    defaults: dict[str, Value] = field(default_factory=dict, repr=False)
    grad: bool | None = None
    """False under `@torch.no_grad()`, True under `@torch.enable_grad()`."""
    flavour: Literal["", "staticmethod", "classmethod", "property"] = ""
    manages: bool = False
    """Whether `@contextmanager` makes a context manager of it."""

    @property
    def name(self) -> str:
        """Its name; `<lambda>` for a lambda."""
        return "<lambda>" if isinstance(self.node, ast.Lambda) else self.node.name


@dataclass(eq=False, kw_only=True)
class Method(Value):
    """A function bound to its object: a user's (`function`) or a built-in one (`name` alone)."""

    receiver: Value
    name: str
    function: Function | None = field(default=None, repr=False)


@dataclass(eq=False, kw_only=True)
class Partial(Value):
    """`functools.partial`: a callable with some arguments already given."""

    callee: Value
    arguments: "Arguments"


@dataclass(eq=False, kw_only=True)
class UserClass(Value):
    """A class of the user."""

    name: str
    node: ast.ClassDef = field(repr=False)
    bases: list[Value] = field(default_factory=list, repr=False)
    attributes: dict[str, Value] = field(default_factory=dict, repr=False)
    scope: Scope = field(repr=False)

    def lineage(self) -> "Iterator[UserClass]":
        """Itself and its user-written ancestors, nearest first (depth first, which is right without diamonds)."""
        seen: set[int] = set()
        stack: list[Value] = [self]
        while stack:
            one = stack.pop(0)
            if isinstance(one, UserClass) and id(one) not in seen:
                seen.add(id(one))
                yield one
                stack = list(one.bases) + stack

    def foundations(self) -> set[str]:
        """Qualified names of the classes of other packages it derives from."""
        return {base.name for cls in self.lineage() for base in cls.bases if isinstance(base, External | Unknown)}


@dataclass(eq=False, kw_only=True)
class Instance(Value):
    """An object of a user's class."""

    cls: UserClass | None = field(default=None, repr=False)
    attributes: dict[str, Value] = field(default_factory=dict, repr=False)
    made_with: Arguments | None = field(default=None, repr=False)
    """What its constructor was called with."""


@dataclass(eq=False, kw_only=True)
class Super(Value):
    """`super()`: an object seen as one of the ancestors of `cls`, a class in its lineage."""

    instance: Instance = field(repr=False)
    cls: UserClass = field(repr=False)

    def find(self, name: str) -> Value | None:
        """What the ancestors that the user wrote have under a name."""
        lineage = list(self.instance.cls.lineage()) if self.instance.cls else []
        beyond = lineage[lineage.index(self.cls) + 1 :] if self.cls in lineage else list(self.cls.lineage())[1:]
        return next((one.attributes[name] for one in beyond if name in one.attributes), None)
