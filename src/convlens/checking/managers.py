"""`with`: what the context managers do around its body, those of the user included."""

import ast
from dataclasses import dataclass

from convlens.checking.branching import Branching
from convlens.checking.expressions import grad_of
from convlens.checking.source import Source
from convlens.checking.values import NONE, Arguments, Function, Instance, Method, Unknown, Value


@dataclass(eq=False)
class _Body:
    """The body of a `with`, to be walked where the user's generator yields."""

    function: Function
    item: ast.withitem
    rest: list[ast.withitem]
    statements: list[ast.stmt]
    goes_on: bool | None = None
    """Whether the walk goes on after the body; None before it was walked."""


class Managers(Branching):
    """Walks `with` statements."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._bodies: list[_Body] = []

    def _stmt_with(self, node: ast.With) -> bool:
        before = self.grad
        goes_on = self._within(node.items, node.body)
        self.grad = before
        return goes_on

    _stmt_asyncwith = _stmt_with

    def _within(self, items: list[ast.withitem], body: list[ast.stmt]) -> bool:
        if not items:
            return self.block(body)
        item, *rest = items
        call = item.context_expr
        callee = self.evaluate(call.func) if isinstance(call, ast.Call) else None
        function = callee.function if isinstance(callee, Method) else callee
        if isinstance(call, ast.Call) and isinstance(function, Function) and function.manages and callee is not None:
            return self._around(callee, call, _Body(function, item, rest, body))
        tool = self.evaluate(call)
        switches, grad = grad_of(tool)
        if switches:
            self.grad = grad
        entered = self._sent(tool, "__enter__", []) if isinstance(tool, Instance) else tool
        if item.optional_vars is not None:
            self.assign(item.optional_vars, entered)
        goes_on = self._within(rest, body)
        if isinstance(tool, Instance):
            self._sent(tool, "__exit__", [NONE, NONE, NONE])
        return goes_on

    def _sent(self, tool: Instance, name: str, arguments: list[Value]) -> Value:
        site = tool.site or self.at(self.source.tree)
        method = self.attribute(tool, name, site)
        if not isinstance(method, Method) or method.function is None:
            return tool
        return self.call(method, Arguments(arguments), site)

    def _around(self, callee: Value, call: ast.Call, body: _Body) -> bool:
        """A generator of the user with `@contextmanager`: walked up to its `yield`, then the body, then the rest."""
        self._bodies.append(body)
        self.call(callee, self.arguments(call), self.at(call))
        if body in self._bodies:  # no `yield` was reached
            self._bodies.remove(body)
            self._enter(body, Unknown(site=self.at(call)))
        return bool(body.goes_on)

    def _eval_yield(self, node: ast.Yield) -> Value:
        value = self.evaluate(node.value)
        body = self._bodies[-1] if self._bodies else None
        if body is None or not self.calls or self.calls[-1].function.node is not body.function.node:
            return self.yielded(value, node)
        self._bodies.pop()
        with self.outside():
            self._enter(body, value)
        return Unknown(site=self.at(node))

    def _enter(self, body: _Body, value: Value) -> None:
        if body.item.optional_vars is not None:
            self.assign(body.item.optional_vars, value)
        body.goes_on = self._within(body.rest, body.statements)
