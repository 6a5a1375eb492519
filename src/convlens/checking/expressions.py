"""Expressions: what each gives, as abstract values."""

import ast
import builtins

from convlens.checking.displays import Displays
from convlens.checking.events import Condition, ParameterSet
from convlens.checking.library import modules, operations
from convlens.checking.names import CONVENTIONS, canonical
from convlens.checking.quantities import NAMES, arithmetic, magnitude, negated
from convlens.checking.values import (
    NONE,
    Arguments,
    Constant,
    External,
    Function,
    Instance,
    Items,
    Mapping,
    Method,
    Module,
    Parameters,
    Scope,
    Site,
    Tensor,
    Tool,
    Unknown,
    UserClass,
    Value,
)
from convlens.checking.walker import Walker


class Expressions(Displays):
    """Evaluates expressions."""

    def evaluate(self, node: ast.expr | None) -> Value:
        """The abstract value of an expression."""
        if node is None:
            return NONE
        self.burn()
        method = getattr(self, f"_eval_{type(node).__name__.lower()}", None)
        if method is None:
            return Unknown(site=self.at(node))
        result: Value = method(node)
        return result

    def _eval_name(self, node: ast.Name) -> Value:
        return self.lookup(node.id, self.at(node))

    def lookup(self, name: str, site: Site) -> Value:
        """The value of a name, from the innermost scope outwards."""
        scope: Scope | None = self.scope
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            for package in scope.stars:
                if not hasattr(builtins, name) and (known := canonical(f"{package}.{name}")):
                    return External(site=site, name=known)
            scope = scope.outer
        if hasattr(builtins, name):
            return External(site=site, name=name)
        if name in CONVENTIONS:  # a fragment without its imports
            return External(site=site, name=CONVENTIONS[name])
        return Unknown(site=site, name=name)

    def _eval_lambda(self, node: ast.Lambda) -> Value:
        return self.function(node)

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Function:
        """A function value with its defaults evaluated here."""
        arguments = node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults: dict[str, Value] = {}
        for parameter, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
            defaults[parameter.arg] = self.evaluate(default)
        for parameter, keyword_default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if keyword_default is not None:
                defaults[parameter.arg] = self.evaluate(keyword_default)
        return Function(site=self.at(node), node=node, scope=self.scope, defaults=defaults)

    def _eval_starred(self, node: ast.Starred) -> Value:
        return self.evaluate(node.value)

    def _eval_await(self, node: ast.Await) -> Value:
        return self.evaluate(node.value)

    def _eval_namedexpr(self, node: ast.NamedExpr) -> Value:
        value = self.evaluate(node.value)
        self.assign(node.target, value)
        return value

    def assign(self, target: ast.expr, value: Value, augmented: str = "") -> None:
        """Give a target a value. Implemented in statements.py."""
        raise NotImplementedError

    def _eval_binop(self, node: ast.BinOp) -> Value:
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        return arithmetic(self, NAMES[type(node.op).__name__], left, right, self.at(node))

    def _eval_unaryop(self, node: ast.UnaryOp) -> Value:
        value = self.evaluate(node.operand)
        site = self.at(node)
        if isinstance(node.op, ast.Not):
            truth = self.truth(value)
            certain = not isinstance(value, Constant) or value.certain
            return Unknown(site=site) if truth is None else Constant(site=site, value=not truth, certain=certain)
        if isinstance(value, Tensor):
            return operations.operate(self, "neg" if isinstance(node.op, ast.USub) else "invert", [value], {}, site)
        number = magnitude(value) if isinstance(value, Constant) else None
        if number is not None and isinstance(node.op, ast.USub):
            return Constant(site=site, value=-number, certain=isinstance(value, Constant) and value.certain)
        return negated(value, site) if isinstance(node.op, ast.USub) else value

    def truth(self, value: Value) -> bool | None:
        """Whether a value counts as true; None where that cannot be told."""
        if isinstance(value, Constant):
            return bool(value.value)
        if isinstance(value, Items | Mapping):
            filled = bool(value.elements if isinstance(value, Items) else value.entries)
            return None if value.open else filled
        if isinstance(value, Module | Instance | Function | UserClass | Method):
            return True
        return None

    def _eval_boolop(self, node: ast.BoolOp) -> Value:
        stop = isinstance(node.op, ast.Or)
        last: Value = Unknown(site=self.at(node))
        unknown = False
        for part in node.values:
            last = self.evaluate(part)
            truth = self.truth(last)
            if truth is stop and not unknown:
                return last
            unknown = unknown or truth is None
        return Unknown(site=self.at(node)) if unknown else last

    def _eval_ifexp(self, node: ast.IfExp) -> Value:
        from convlens.checking.memory import join

        test = self.evaluate(node.test)
        truth = self.truth(test)
        if truth is not None and (not isinstance(test, Constant) or test.certain):
            return self.evaluate(node.body if truth else node.orelse)
        site = self.at(node.test)
        with self.under(Condition(node.test, site, test, taken=True, known=False)):
            body = self.evaluate(node.body)
        with self.under(Condition(node.test, site, test, taken=False, known=False)):
            orelse = self.evaluate(node.orelse)
        if truth is False:
            body, orelse = orelse, body
        result: Value = join(body, orelse, self.at(node))
        return result

    def _eval_call(self, node: ast.Call) -> Value:
        callee = self.evaluate(node.func)
        arguments = self.arguments(node)
        return self.call(callee, arguments, self.at(node))

    def arguments(self, node: ast.Call) -> Arguments:
        """The arguments of a call, unpacked as far as known."""
        positional, exact = self.unpacked(node.args)
        found = Arguments(positional=positional, exact=exact, node=node)
        for keyword in node.keywords:
            value = self.evaluate(keyword.value)
            if keyword.arg is not None:
                found.keywords[keyword.arg] = value
            elif isinstance(value, Mapping):
                found.keywords.update({str(key): entry for key, entry in value.entries.items()})
                found.exact = found.exact and not value.open
            else:
                found.exact = False
        return found


def grad_of(tool: Value) -> tuple[bool, bool | None]:
    """Whether a value switches gradient recording, and to what."""
    if isinstance(tool, Tool) and tool.kind == "grad":
        flag = tool.arguments["grad"]
        return True, flag.value if isinstance(flag, Constant) and isinstance(flag.value, bool) else None
    if isinstance(tool, External) and tool.name in ("torch.no_grad", "torch.inference_mode"):
        return True, False
    return False, None


def parameter_assigned(walker: Walker, target: Parameters, name: str, value: Value, site: Site) -> None:
    """`p.requires_grad = False`, `p.grad = None`, `layer.weight.data = ...`."""
    if name == "requires_grad":
        modules.set_trainable(walker, target, value, site)
    elif name == "grad" and isinstance(value, Constant):  # None; a tensor only changes it
        modules.cleared(walker, target, site)
    else:
        walker.emit(ParameterSet(site=site, what=name, parameters=target, value=value))
