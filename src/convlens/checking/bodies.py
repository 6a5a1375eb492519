"""Bodies of the user's functions, walked with the arguments they are called with."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from convlens.checking.events import Call, Turn
from convlens.checking.expressions import Expressions
from convlens.checking.memory import join
from convlens.checking.source import Source
from convlens.checking.values import (
    NONE,
    Arguments,
    Constant,
    Function,
    Items,
    Mapping,
    Number,
    Scope,
    Site,
    Unknown,
    Value,
)

_MAX_DEPTH = 24


class Bodies(Expressions):
    """Walks functions."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._returns: list[list[Value]] = []
        self._yields: list[list[Value]] = []
        self._callers: list[tuple[Scope, Source, tuple[Call, ...]]] = []
        """Where each function that is being walked was called from."""
        self._born: dict[tuple[int, str], tuple[Turn, ...]] = {}
        """Where each name got its last plain value: the turns that were open."""
        self._training: dict[ast.AST, bool] = {}
        """Of pieces of code, whether they train or score."""
        self._definitions: dict[str, list[ast.AST]] = {}
        self._broken = False
        """Whether a `break` was reached in the turn that is being walked."""

    def call_function(
        self, function: Function, arguments: Arguments, site: Site | None, receiver: Value | None
    ) -> Value:
        """Walk a user's function with these arguments."""
        depth = sum(1 for call in self.calls if call.function.node is function.node)
        if depth >= 2 or len(self.calls) >= _MAX_DEPTH:
            return Unknown(site=site)
        self.walked.add(function.node)
        scope = Scope(name=function.name, outer=function.scope, source=function.scope.source)
        given = Arguments(list(arguments.positional), arguments.keywords, arguments.exact)
        if receiver is not None:
            given.positional.insert(0, receiver)
        self._bind(function, given, scope, site)
        before = (self.scope, self.source, self.calls, self.grad)
        self._callers.append(before[:3])
        self.scope, self.calls = scope, (*self.calls, Call(function, site, receiver))
        self.source = _source_of(function.scope) or self.source
        if function.grad is not None:
            self.grad = function.grad
        try:
            return self._walk_body(function)
        finally:
            self._callers.pop()
            self.scope, self.source, self.calls, self.grad = before

    def _walk_body(self, function: Function) -> Value:
        node = function.node
        if isinstance(node, ast.Lambda):
            return self.evaluate(node.body)
        self._returns.append([])
        self._yields.append([])
        try:
            self.block(node.body)
        finally:
            returned, yielded = self._returns.pop(), self._yields.pop()
        site = self.at(node)
        if yielded:
            return Items(site=site, elements=yielded[-1:], open=True)
        result: Value = returned[0] if returned else NONE
        for other in returned[1:]:
            result = _join_results(result, other, site)
        return result

    def returned(self, value: Value) -> None:
        """A `return` was reached."""
        if self._returns:
            self._returns[-1].append(value)

    def yielded(self, value: Value, node: ast.Yield) -> Value:
        """A `yield` of a generator that is walked over was reached."""
        if self._yields:
            self._yields[-1].append(value)
        return Unknown(site=self.at(node))

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Inside, the caller of the function that is being walked is walked on."""
        before = (self.scope, self.source, self.calls)
        held = (self._returns.pop(), self._yields.pop())
        self.scope, self.source, self.calls = self._callers[-1]
        try:
            yield
        finally:
            self.scope, self.source, self.calls = before
            self._returns.append(held[0])
            self._yields.append(held[1])

    def _eval_yieldfrom(self, node: ast.YieldFrom) -> Value:
        elements, _ = self.elements(self.evaluate(node.value), self.at(node))
        if self._yields:
            self._yields[-1].extend(elements)
        return Unknown(site=self.at(node))

    def _bind(self, function: Function, arguments: Arguments, scope: Scope, site: Site | None) -> None:
        spec = function.node.args
        positional = [*spec.posonlyargs, *spec.args]
        names = scope.names
        for parameter, value in zip(positional, arguments.positional, strict=False):
            names[parameter.arg] = value
        if spec.vararg:
            rest = arguments.positional[len(positional) :]
            names[spec.vararg.arg] = Items(site=site, kind="tuple", elements=rest, open=not arguments.exact)
        known = {parameter.arg for parameter in [*positional, *spec.kwonlyargs]}
        extra: dict[str | int | float | complex | bytes | bool | None, Value] = {}
        for name, value in arguments.keywords.items():
            if name in known:
                names[name] = value
            else:
                extra[name] = value
        if spec.kwarg:
            names[spec.kwarg.arg] = Mapping(site=site, entries=extra, open=not arguments.exact)
        for name in known - names.keys():
            default = function.defaults.get(name) if arguments.exact else None
            names[name] = default or Unknown(name=name)

    def block(self, body: list[ast.stmt]) -> bool:
        """Walk statements. Implemented in statements.py."""
        raise NotImplementedError


def _source_of(scope: Scope | None) -> Source | None:
    while scope is not None:
        if scope.source is not None:
            return scope.source
        scope = scope.outer
    return None


def _join_results(one: Value, other: Value, site: Site) -> Value:
    """Two returned values: tuples element by element."""
    if isinstance(one, Items) and isinstance(other, Items) and len(one.elements) == len(other.elements):
        pairs = zip(one.elements, other.elements, strict=True)
        return Items(site=one.site, kind=one.kind, open=one.open or other.open,
                     elements=[_join_results(a, b, site) for a, b in pairs])  # fmt: skip
    if isinstance(one, Number) and isinstance(other, Constant):
        return one
    if isinstance(other, Number) and isinstance(one, Constant):
        return other
    if isinstance(one, Items) != isinstance(other, Items) and other not in one.alternatives:
        one.alternatives.append(other)  # an item with its label, or without
    result: Value = join(one, other, site)
    return result
