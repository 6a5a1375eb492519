"""Layers and networks: constructed from their arguments, applied to tensors."""

from dataclasses import replace

from convlens.checking.library.layer_table import KNOWN_NETWORKS, LAYERS, LOSSES, WRAPPERS
from convlens.checking.library.signatures import bind
from convlens.checking.values import (
    Arguments,
    Constant,
    Loss,
    Mapping,
    Module,
    Site,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker


def construct(walker: Walker, name: str, arguments: Arguments, site: Site) -> Module | None:
    """A module of torch.nn by its class name; None for one that is not known."""
    if name in LAYERS:
        kind, signature = LAYERS[name]
        bound = bind(signature, arguments)
        module = Module(site=site, kind=kind, name=name, arguments=bound, complete=arguments.exact)
    elif name in LOSSES:
        kind, signature = LOSSES[name]
        module = Loss(site=site, kind=kind, name=name, arguments=bind(signature, arguments))
    elif name in ("Sequential", "ModuleList", "ModuleDict"):
        module = _container(walker, name, arguments, site)
    elif name in WRAPPERS:
        module = Module(site=site, kind="wrapper", name=name)
        inner = arguments.get(0, "module")
        if isinstance(inner, Module):
            module.children["module"] = inner
            module.state["mode"] = inner.mode
    elif name == "Module":
        module = Module(site=site, kind="unknown", name=name)
    else:
        return None
    walker.made(module, site)
    return module


_CONTAINERS = {"Sequential": "sequential", "ModuleList": "module_list", "ModuleDict": "module_dict"}


def _container(walker: Walker, name: str, arguments: Arguments, site: Site) -> Module:
    module = Module(site=site, kind=_CONTAINERS[name], name=name, complete=arguments.exact)
    fill(walker, module, arguments)
    return module


def fill(walker: Walker, module: Module, arguments: Arguments) -> None:
    """Put the modules given to a container's constructor into it."""
    given = arguments.positional
    if len(given) == 1 and isinstance(given[0], Mapping):
        for key, value in given[0].entries.items():
            put(walker, module, str(key), value)
        module.complete = module.complete and not given[0].open
        return
    if module.kind != "sequential" and len(given) == 1:
        given, complete = walker.elements(given[0], module.site or walker.at(walker.source.tree))
        module.complete = module.complete and complete
    for index, value in enumerate(given):
        put(walker, module, str(index), value)


def put(walker: Walker, module: Module, name: str, value: Value) -> None:
    """Register a submodule."""
    if isinstance(value, Module):
        walker.memory.write(module.children, name, value)
    else:
        module.complete = False


def copied(module: Module) -> Module:
    """Another network like this one, down to the layers: what is done to one does not happen to the other."""
    copies = {id(part): replace(part, state=dict(part.state), alternatives=[]) for part in module.modules()}
    for copy in copies.values():
        copy.children = {name: copies[id(child)] for name, child in copy.children.items()}
        copy.attributes = {
            name: copies.get(id(value), value) if isinstance(value, Module) else value
            for name, value in copy.attributes.items()
        }
    return copies[id(module)]


def averaged(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """`AveragedModel(model)`: a wrapper around a copy."""
    model = arguments.get(0, "model")
    if not isinstance(model, Module):
        return Unknown(site=site, name=name)
    made = Module(site=site, kind="wrapper", name=name, children={"module": copied(model)})
    made.state["mode"] = model.mode
    walker.made(made, site)
    return made


def known_network(walker: Walker, name: str, arguments: Arguments, site: Site) -> Module:
    """A network of torchvision or timm, with its head."""
    module = Module(site=site, kind="known", name=name, complete=arguments.exact)
    module.arguments = dict(arguments.keywords)
    classes = arguments.keywords.get("num_classes") or Constant(value=1000)
    if name in KNOWN_NETWORKS:
        path, width = KNOWN_NETWORKS[name]
        *blocks, last = path.split(".")
        holder = module
        for block in blocks:
            inner = Module(site=site, kind="sequential", name="Sequential", complete=False)
            holder.children[block] = inner
            holder = inner
        head = {"in_features": Constant(value=width), "out_features": classes, "bias": Constant(value=True)}
        holder.children[last] = Module(site=site, kind="linear", name="Linear", arguments=head)
    module.children["(body)"] = Module(site=site, kind="unknown", name="body")
    walker.made(module, site)
    return module


def head_of(module: Module) -> Module | None:
    """The last linear layer of a known network, which may have been replaced."""
    path = KNOWN_NETWORKS.get(module.name, ("fc", 0))[0]
    one: Module | None = module
    for part in path.split("."):
        one = one.children.get(part) if one and one.kind != "linear" else one
    if one and one.kind == "sequential":
        return next((layer for layer in reversed(one.children.values()) if layer.kind == "linear"), None)
    return one


def is_container(module: Module) -> bool:
    """Whether it is, or derives from, a container such as Sequential."""
    bases = module.cls.foundations() if module.cls else set()
    return module.kind in _CONTAINERS.values() or any(base.rpartition(".")[2] in _CONTAINERS for base in bases)
