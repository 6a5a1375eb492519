"""Calls: what is called, looked up and handed to whoever knows it."""

import ast

from convlens.checking.events import Backward, Step, ZeroGrad
from convlens.checking.instances import Instances
from convlens.checking.library import applying, pixels
from convlens.checking.library import arguments as parsing
from convlens.checking.library.functions import call_external
from convlens.checking.library.methods import call_method
from convlens.checking.library.tensors import backward
from convlens.checking.values import (
    Arguments,
    External,
    Function,
    Instance,
    Method,
    Module,
    Optimizer,
    Partial,
    Site,
    Super,
    Tensor,
    Transform,
    Unknown,
    UserClass,
    Value,
)


class Calls(Instances):
    """Calls values."""

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
            return applying.apply(self, callee, arguments, site)
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
        if isinstance(func, ast.Attribute) and func.attr == "zero_grad":  # of an optimizer's class of the user's own
            self.emit(ZeroGrad(site=site, owner=None))
        self._note_update(arguments, site)
        self.handed_over(arguments, site)
        result = parsing.unknown_result(self, name, arguments, site)
        if isinstance(func, ast.Attribute) and func.attr == "reshape":
            result = parsing.pictures(arguments, site) or result
        self.note_call(name, None, arguments, site, result)
        return result

    def handed_over(self, arguments: Arguments, site: Site) -> None:
        """Functions that something unknown is given. Implemented in interpreter.py."""

    def _note_update(self, arguments: Arguments, site: Site) -> None:
        """Something unknown that is given a loss and an optimizer takes the step: `scaler(loss, optimizer)`."""
        given = [*arguments.positional, *arguments.keywords.values()]
        optimizer = next((one for one in given if isinstance(one, Optimizer)), None)
        loss = next((one for one in given if isinstance(one, Tensor) and one.graph is not False), None)
        if optimizer is not None and loss is not None:
            self.emit(Backward(site=site, loss=loss, via="framework"))
            self.emit(Step(site=site, optimizer=optimizer, via="framework"))

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
                return applying.apply(self, method.receiver, arguments, site, direct=True)
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
