"""Statements: names given, results thrown away, what leaves a block, `with`."""

import ast

from convlens.checking.events import Discarded, Returned
from convlens.checking.library.containers import grow, undecided
from convlens.checking.managers import Managers
from convlens.checking.names import says_network, says_optimizer
from convlens.checking.quantities import NAMES, arithmetic, magnitude
from convlens.checking.values import (
    Constant,
    Items,
    Module,
    Number,
    NumberKind,
    Optimizer,
    Unknown,
    Value,
)


class Statements(Managers):
    """Walks statements. Each method answers whether the walk goes on after the statement."""

    def block(self, body: list[ast.stmt]) -> bool:
        """Walk statements until one leaves the block; whether the end was reached."""
        return all(self.statement(statement) for statement in body)

    def statement(self, node: ast.stmt) -> bool:
        """Walk one statement."""
        self.burn()
        method = getattr(self, f"_stmt_{type(node).__name__.lower()}", None)
        if method is None:
            return True
        result: bool | None = method(node)
        return result is not False

    def _stmt_expr(self, node: ast.Expr) -> None:
        value = self.evaluate(node.value)
        if not isinstance(node.value, ast.Constant | ast.Yield | ast.Await):
            self.emit(Discarded(site=self.at(node.value), value=value))

    def _stmt_assign(self, node: ast.Assign) -> None:
        if len(node.targets) == 1 and isinstance(node.value, ast.BinOp):
            target, value_node = node.targets[0], node.value
            if isinstance(target, ast.Name | ast.Attribute) and ast.dump(_as_load(target)) == ast.dump(value_node.left):
                self._augment(value_node, target, NAMES[type(value_node.op).__name__], value_node.right)
                return
        if isinstance(node.value, ast.ListComp) and self._sums_up(node, node.targets[0], node.value):
            return
        value = self.evaluate(node.value)
        if isinstance(value, Unknown) and isinstance(node.value, ast.Call):
            value = self._from_elsewhere(node.targets[0], value, node.value)
        for target in node.targets:
            self.assign(target, value)

    def _from_elsewhere(self, target: ast.expr, value: Unknown, call: ast.Call) -> Value:
        """`model = build(10)` with a `build` that is not known: a network, or optimizer, of which nothing is known."""
        name = target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""
        network, optimizer = says_network(name, value.name), says_optimizer(name)
        if not (network or optimizer) or "torch" not in self.source.text:
            return value
        inner = self._networks_given(call)
        if network:
            return _network_from_elsewhere(name, value, inner)
        return Optimizer(site=value.site, complete=False) if inner or "parameters()" in ast.unparse(call) else value

    def _networks_given(self, call: ast.Call) -> list[Module]:
        parts = (*call.args, *(keyword.value for keyword in call.keywords))
        given = [self.evaluate(part) for part in parts if isinstance(part, ast.Name)]
        return [one for one in given if isinstance(one, Module)]

    def _stmt_annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value))

    def _stmt_augassign(self, node: ast.AugAssign) -> None:
        self._augment(node, node.target, NAMES[type(node.op).__name__], node.value)

    def _augment(self, node: ast.AST, target: ast.expr, op: str, operand: ast.expr) -> None:
        """`n += 1`, also written `n = n + 1`."""
        before = self.evaluate(target)
        added = self.evaluate(operand)
        if isinstance(before, Items) and op == "add":
            elements, complete = self.elements(added, self.at(node))
            grow(self, before, elements, complete=complete and not undecided(self, self.at(node), before.site))
            return
        value = arithmetic(self, op, before, added, self.at(node))
        if op == "add":
            value = self._accumulated(node, target, before, added, value)
        self.assign(target, value, op)

    def _sums_up(self, node: ast.Assign, target: ast.expr, summing: ast.ListComp) -> bool:
        """`self.sums = [a + b for a, b in zip(self.sums, new)]`: several sums that grow side by side."""
        adds = isinstance(summing.elt, ast.BinOp) and isinstance(summing.elt.op, ast.Add)
        if not adds or ast.unparse(target) not in ast.unparse(summing.generators[0].iter):
            return False
        before, value = self.evaluate(target), self.evaluate(summing)
        if not (isinstance(before, Items) and isinstance(value, Items) and len(before.elements) == len(value.elements)):
            self.assign(target, value)
            return True
        for at, (old, new) in enumerate(zip(before.elements, value.elements, strict=True)):
            value.elements[at] = self._accumulated(node, target, old, _added(old, new), new)
        self.assign(target, value, "add")
        return True

    def _accumulated(self, node: ast.AST, target: ast.expr, before: Value, added: Value, value: Value) -> Value:
        """A sum that grows from turn to turn."""
        loops = self.loops_since(target)
        if not loops:
            return value
        if (
            isinstance(before, Constant | Number)
            and isinstance(added, Constant)
            and isinstance(value, Constant | Number)
        ):
            kind: NumberKind = "batches" if loops[-1].batches and added.value == 1 else "other"
            return Number(site=self.at(node), kind=kind, of=loops[-1].loader, summed=loops, op="add")
        if isinstance(value, Number) and value.summed[: len(loops)] != loops:
            value.summed = loops
        return value

    def _stmt_return(self, node: ast.Return) -> bool:
        value = self.evaluate(node.value)
        self.emit(Returned(site=self.at(node), value=value))
        self.returned(value)
        return False

    def _stmt_raise(self, node: ast.Raise) -> bool:
        if node.exc is not None:
            self.evaluate(node.exc)
        return False

    def _stmt_break(self, node: ast.Break) -> bool:
        self._broken = True
        return False

    def _stmt_continue(self, node: ast.Continue) -> bool:
        return False

    def _stmt_assert(self, node: ast.Assert) -> None:
        self.evaluate(node.test)

    def _stmt_global(self, node: ast.Global) -> None:
        self.scope.outward.update(node.names)

    _stmt_nonlocal = _stmt_global

    def _stmt_delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id in self.scope.names:
                self.memory.write(self.scope.names, target.id, Unknown(site=self.at(node)))


def _network_from_elsewhere(name: str, value: Unknown, inner: list[Module]) -> Module:
    made = Module(site=value.site, kind="unknown", name=value.name or name, complete=False)
    made.state["mode"] = None if value.name == "torch.load" else "train"
    # it may be a wrapper around those that were given
    made.children = {f"(given {number})": one for number, one in enumerate(inner)}
    return made


def _added(before: Value, after: Value) -> Value:
    """What was added to get from one number to the next."""
    a, b = magnitude(before), magnitude(after)
    if isinstance(after, Constant) and a is not None and b is not None:
        return Constant(value=b - a)
    return after.parts[-1] if isinstance(after, Number) and after.parts else after


def _as_load(target: ast.expr) -> ast.expr:
    copy = ast.copy_location(type(target)(**{**dict(ast.iter_fields(target)), "ctx": ast.Load()}), target)
    copy.end_lineno, copy.end_col_offset = target.end_lineno, target.end_col_offset
    return copy
