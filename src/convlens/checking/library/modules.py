"""Methods of networks and of their parameters."""

from typing import Literal

from convlens.checking.events import ModeSet, ParameterSet, ZeroGrad
from convlens.checking.library import applying, containers, layers, lightning
from convlens.checking.library.tensors import backward
from convlens.checking.values import (
    Arguments,
    Constant,
    Items,
    Iterating,
    Module,
    Number,
    Parameters,
    Site,
    StateDict,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker


def set_mode(walker: Walker, module: Module, mode: Literal["train", "eval"] | None, site: Site) -> None:
    """`train()` and `eval()`: the module and all below."""
    before = module.mode
    walker.emit(ModeSet(site=site, module=module, mode=mode, before=before if isinstance(before, str) else None))
    for part in module.modules():
        walker.memory.write(part.state, "mode", mode)


def module_method(walker: Walker, module: Module, name: str, arguments: Arguments, site: Site) -> Value:  # noqa: PLR0911
    """A method of a network or layer."""
    if name == "train":
        flag = arguments.get(0, "mode")
        known = flag.value if isinstance(flag, Constant) else None
        set_mode(walker, module, "train" if flag is None or known is True else "eval" if known is False else None, site)
        return module
    if name == "eval":
        set_mode(walker, module, "eval", site)
        return module
    if name in ("forward", "__call__"):
        return applying.apply(walker, module, arguments, site, direct=name == "forward")
    if name in ("backward", "manual_backward"):  # of an engine that wraps the network
        backward(walker, arguments.get(0, "loss"), site, "framework")
        return Constant(site=site, value=None)
    if name in ("parameters", "named_parameters", "children", "named_children", "modules", "named_modules"):
        return _parts(module, name, site)
    if name == "zero_grad":
        walker.emit(ZeroGrad(site=site, owner=module))
        return Constant(site=site, value=None)
    if name == "state_dict":
        return StateDict(site=site, owner=module)
    if name == "requires_grad_":
        flag = arguments.get(0, "requires_grad") or Constant(value=True)
        set_trainable(walker, Parameters(site=site, modules=(module,)), flag, site)
        return module
    if name in ("append", "extend", "insert", "add_module", "register_module", "update"):
        return _grow(walker, module, name, arguments, site)
    if name == "apply":
        _apply_to_all(walker, module, arguments, site)
        return module
    if name in ("to", "cuda", "cpu", "float", "half", "double", "type", "compile", "share_memory", "xpu", "bfloat16"):
        return module
    framework = lightning.module_method(walker, module, name, arguments, site)
    return framework or _layer_list(module, name, site)


def _apply_to_all(walker: Walker, module: Module, arguments: Arguments, site: Site) -> None:
    """`module.apply(function)`: each kind of layer once is enough."""
    function = arguments.get(0, "fn")
    seen: set[str] = set()
    for part in list(module.modules()):
        if function is not None and (part.kind not in seen or not part.is_layer):
            seen.add(part.kind)
            walker.call(function, Arguments(positional=[part]), site)


def _layer_list(module: Module, name: str, site: Site) -> Value:
    if module.kind in ("module_dict", "module_list"):
        if name == "values":
            return Items(site=site, elements=list(module.children.values()))
        if name == "keys":
            return Items(site=site, elements=[Constant(value=key) for key in module.children])
        if name == "items":
            pairs: list[Value] = [
                Items(kind="tuple", elements=[Constant(value=key), child]) for key, child in module.children.items()
            ]
            return Items(site=site, elements=pairs)
    return Unknown(site=site, name=f"{module.name}.{name}")


def _parts(module: Module, name: str, site: Site) -> Value:
    if name == "parameters":
        return Parameters(site=site, modules=(module,))
    if name == "named_parameters":
        return Iterating(site=site, kind="named", over=[Parameters(site=site, modules=(module,))])
    found = list(module.children.items())
    if name in ("modules", "named_modules"):
        found = [(str(index), part) for index, part in enumerate(module.modules())]
    known = module.is_transparent and module.complete
    if name.startswith("named"):
        pairs: list[Value] = [Items(kind="tuple", elements=[Constant(value=key), part]) for key, part in found]
        return Items(site=site, elements=pairs, open=not known)
    return Items(site=site, elements=[part for _, part in found], open=not known)


def _grow(walker: Walker, module: Module, name: str, arguments: Arguments, site: Site) -> Value:
    given = arguments.positional
    if containers.undecided(walker, site, module.site):
        module.complete = False
    if name in ("add_module", "register_module") and len(given) == 2:
        key = given[0].value if isinstance(given[0], Constant) else f"({site.line}.{len(module.children)})"
        layers.put(walker, module, str(key), given[1])
    elif name == "append" and given:
        layers.put(walker, module, str(len(module.children)), given[0])
    elif name == "extend" and given:
        new, complete = walker.elements(given[0], site)
        for value in new:
            layers.put(walker, module, str(len(module.children)), value)
        module.complete = module.complete and complete
    else:
        module.complete = False
    return module


def set_trainable(walker: Walker, parameters: Parameters, value: Value, site: Site) -> None:
    """`requires_grad` of parameters was set."""
    walker.emit(ParameterSet(site=site, what="requires_grad", parameters=parameters, value=value))
    known = value.value if isinstance(value, Constant) and isinstance(value.value, bool) else None
    frozen = None if known is None or parameters.partial or parameters.name == "bias" else not known
    for module in parameters.modules:
        for part in module.modules() if not parameters.name else [module]:
            walker.memory.write(part.state, "frozen", frozen)


def cleared(walker: Walker, parameters: Parameters, site: Site) -> None:
    """`p.grad = None`, `p.grad.zero_()`."""
    owner = parameters.modules[0] if len(parameters.modules) == 1 else None
    walker.emit(ZeroGrad(site=site, owner=owner, via="none"))


def parameters_method(walker: Walker, parameters: Parameters, name: str, arguments: Arguments, site: Site) -> Value:
    """A method of parameters."""
    if name == "requires_grad_":
        set_trainable(walker, parameters, arguments.get(0, "requires_grad") or Constant(value=True), site)
        return parameters
    if parameters.name == "grad":
        if name == "zero_":
            cleared(walker, parameters, site)
        return parameters
    if name.endswith("_") and name != "__iter__":
        walker.emit(ParameterSet(site=site, what="init", parameters=parameters, how=name,
                                 value=arguments.get(0)))  # fmt: skip
        return parameters
    if name in ("numel", "size", "dim", "nelement"):
        return Number(site=site)
    if name in ("data", "detach", "clone", "to"):
        return parameters
    return Unknown(site=site, name=name)
