"""Calls: user's functions walked with their real arguments, classes made, other packages' meanings looked up."""

import ast

from convlens.checking.events import Call, Turn
from convlens.checking.expressions import Expressions
from convlens.checking.library import arguments as parsing
from convlens.checking.library import layers, pixels
from convlens.checking.library.functions import call_external
from convlens.checking.library.methods import call_method
from convlens.checking.library.tensors import backward
from convlens.checking.memory import join
from convlens.checking.source import Source
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
    Number,
    Partial,
    Scope,
    Site,
    Super,
    Transform,
    Unknown,
    UserClass,
    Value,
)

MAX_DEPTH = 24
_MODULE_BASES = ("Module", "Sequential", "LightningModule", "ModuleList", "ModuleDict", "VisionModel")
_LOSS_BASES = ("CrossEntropyLoss", "NLLLoss", "_Loss", "_WeightedLoss")


class Calls(Expressions):
    """Calls values."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._returns: list[list[Value]] = []
        self._yields: list[list[Value]] = []
        self._born: dict[tuple[int, str], tuple[Turn, ...]] = {}
        """Where each name got its last plain value: the turns that were open."""
        self._training: dict[ast.AST, bool] = {}
        """Of pieces of code, whether they train or score."""
        self._definitions: dict[str, list[ast.AST]] = {}
        self._broken = False
        """Whether a `break` was reached in the turn that is being walked."""

    def call(self, callee: Value, arguments: Arguments, site: Site) -> Value:  # noqa: PLR0911
        """Call a value."""
        self.burn()
        if isinstance(callee, Method):
            return self._call_method(callee, arguments, site)
        if isinstance(callee, Function):
            return self.call_function(callee, arguments, site, None)
        if isinstance(callee, UserClass):
            return self.instantiate(callee, arguments, site)
        if isinstance(callee, Module):
            return layers.apply(self, callee, arguments, site)
        if isinstance(callee, External) and callee.name == "super":
            return self._super(arguments, site)
        if isinstance(callee, External):
            if callee.name.endswith("Module.__init__") and isinstance(arguments.get(0), Module):
                arguments.positional[0].initialised = True  # type: ignore[attr-defined]
            result = call_external(self, callee.name, arguments, site)
            if isinstance(result, Unknown):
                parsing.forget_modes(self, callee.name, arguments)
            self.note_call(callee.name, None, arguments, site, result)
            return result
        if isinstance(callee, Transform):
            result = pixels.call_transform(self, callee, arguments, site)
            self.note_call(".__call__", callee, arguments, site, result)
            return result
        if isinstance(callee, Partial):
            return self._call_partial(callee, arguments, site)
        if isinstance(callee, Instance):
            method = self.attribute(callee, "__call__", site)
            return self.call(method, arguments, site) if isinstance(method, Method) else Unknown(site=site)
        return self._call_unknown(callee, arguments, site)

    def _call_unknown(self, callee: Value, arguments: Arguments, site: Site) -> Value:
        name = callee.name if isinstance(callee, Unknown) else ""
        func = getattr(site.node, "func", None)
        if isinstance(func, ast.Attribute) and func.attr == "backward":
            backward(self, arguments.get(0) or callee, site, "unknown")
        result = parsing.unknown_result(self, name, arguments, site)
        if isinstance(func, ast.Attribute) and func.attr == "reshape":
            result = parsing.pictures(arguments, site) or result
        self.note_call(name, None, arguments, site, result)
        return result

    def _call_partial(self, callee: Partial, arguments: Arguments, site: Site) -> Value:
        merged = Arguments(
            positional=[*callee.arguments.positional, *arguments.positional],
            keywords={**callee.arguments.keywords, **arguments.keywords},
            exact=callee.arguments.exact and arguments.exact,
            node=arguments.node,
        )
        return self.call(callee.callee, merged, site)

    def _call_method(self, method: Method, arguments: Arguments, site: Site) -> Value:
        if method.function is not None:
            if isinstance(method.receiver, Module) and method.name == "forward" and not self._in(method.receiver):
                return layers.apply(self, method.receiver, arguments, site, direct=True)
            return self.call_function(method.function, arguments, site, method.receiver)
        if isinstance(method.receiver, Super):
            return self._inherited(method.receiver, method.name, arguments, site)
        if isinstance(method.receiver, Method):  # of an attribute that is not known
            return self._call_unknown(Unknown(name=f"{method.receiver.name}.{method.name}"), arguments, site)
        result = parsing.option_method(self, method, arguments, site)
        if result is None:
            result = call_method(self, method.receiver, method.name, arguments, site)
        self.note_call(f".{method.name}", method.receiver, arguments, site, result)
        return result

    def _in(self, module: Module) -> bool:
        return any(one is module for one in self.inside)

    # ------------------------------------------------------------------------------------------------- functions

    def call_function(
        self, function: Function, arguments: Arguments, site: Site | None, receiver: Value | None
    ) -> Value:
        """Walk a user's function with these arguments."""
        depth = sum(1 for call in self.calls if call.function.node is function.node)
        if depth >= 2 or len(self.calls) >= MAX_DEPTH:
            return Unknown(site=site)
        self.walked.add(function.node)
        scope = Scope(name=function.name, outer=function.scope, source=function.scope.source)
        given = Arguments(list(arguments.positional), arguments.keywords, arguments.exact)
        if receiver is not None:
            given.positional.insert(0, receiver)
        self._bind(function, given, scope, site)
        before = (self.scope, self.source, self.calls, self.grad)
        self.scope, self.calls = scope, (*self.calls, Call(function, site, receiver))
        self.source = _source_of(function.scope) or self.source
        if function.grad is not None:
            self.grad = function.grad
        try:
            return self._walk_body(function)
        finally:
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

    def _eval_yield(self, node: ast.Yield) -> Value:
        value = self.evaluate(node.value)
        if self._yields:
            self._yields[-1].append(value)
        return Unknown(site=self.at(node))

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

    # ------------------------------------------------------------------------------------------------- classes

    def instantiate(self, cls: UserClass, arguments: Arguments, site: Site) -> Value:
        """An object of a user's class."""
        bases = {name.rpartition(".")[2] for name in cls.foundations()}
        instance: Instance
        if bases & {"Enum", "IntEnum", "StrEnum"}:
            return Unknown(site=site)
        if bases & {*_MODULE_BASES, *_LOSS_BASES}:
            instance = Module(site=site, cls=cls, kind="user", name=cls.name, initialised=False)
            self.made(instance, site)
        else:
            instance = Instance(site=site, cls=cls)
        init = self._class_attribute(cls, "__init__")
        if isinstance(init, Function):
            self.call_function(init, arguments, site, instance)
        elif isinstance(instance, Module):
            instance.initialised = True
            if bases & {"Sequential", "ModuleList"}:
                layers.fill(self, instance, arguments)
        else:
            self._fields(cls, instance, arguments)
        return instance

    def _fields(self, cls: UserClass, instance: Instance, arguments: Arguments) -> None:
        """A dataclass or named tuple: fields from the class body, values from the call."""
        lineage = list(cls.lineage())[::-1]
        names = [
            statement.target.id
            for one in lineage
            for statement in one.node.body
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
        ]
        for name, value in [*zip(names, arguments.positional, strict=False), *arguments.keywords.items()]:
            self.memory.write(instance.attributes, name, value)

    def _super(self, arguments: Arguments, site: Site) -> Value:
        """`super()` in a method, also written `super(Net, self)`."""
        inner = next((call for call in reversed(self.calls) if call.function.owner is not None), None)
        cls: Value | None = arguments.get(0) or (inner.function.owner if inner else None)
        instance: Value | None = arguments.get(1)
        if instance is None and inner is not None:
            first = inner.function.node.args.posonlyargs + inner.function.node.args.args
            instance = self.lookup(first[0].arg, site) if first else None
        if isinstance(instance, Instance) and isinstance(cls, UserClass):
            return Super(site=site, instance=instance, cls=cls)
        return Unknown(site=site, name="super")

    def _inherited(self, given: Super, name: str, arguments: Arguments, site: Site) -> Value:
        """A method that an ancestor from another package has: `nn.Module`, `nn.Sequential`."""
        instance = given.instance
        if not isinstance(instance, Module):
            return NONE if name == "__init__" else Unknown(site=site)
        if name == "__init__":
            instance.initialised = True
            if arguments.positional and layers.is_container(instance):
                layers.fill(self, instance, arguments)
            return NONE
        if name == "forward":
            return layers.apply_chain(self, instance, arguments, site)
        return call_method(self, instance, name, arguments, site)


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
    result: Value = join(one, other, site)
    return result
