"""Networks and layers applied to tensors."""

from convlens.checking.events import Forward, Operation
from convlens.checking.library import operations
from convlens.checking.library.layer_table import KNOWN_NETWORKS
from convlens.checking.library.layers import head_of
from convlens.checking.library.signatures import bind
from convlens.checking.values import (
    Arguments,
    Constant,
    Loss,
    Module,
    Shape,
    Site,
    Tensor,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker


def apply(walker: Walker, module: Module, arguments: Arguments, site: Site, *, direct: bool = False) -> Value:
    """A module applied to data: `model(x)`."""
    if isinstance(module, Loss):
        return _apply_loss(walker, module, arguments, site)
    if module.is_layer:
        return _apply_layer(walker, module, arguments, site)
    return _apply_block(walker, module, arguments, site, direct)


def _apply_loss(walker: Walker, module: Loss, arguments: Arguments, site: Site) -> Value:
    bound = bind("input target", arguments)
    return operations.compute_loss(walker, module.kind, {**module.arguments, **bound}, site, module)


def _apply_layer(walker: Walker, module: Module, arguments: Arguments, site: Site) -> Value:
    tensors = [*arguments.positional, *arguments.keywords.values()]
    given = dict(module.arguments)
    if module.kind.startswith(("dropout", "alpha_dropout", "feature_alpha")):
        given["training"] = Constant(value={"train": True, "eval": False}.get(str(module.mode)))
    outer = not walker.inside and not any(isinstance(call.receiver, Module) for call in walker.calls)
    first = len(walker.events)
    inplace = module.constant("inplace") is True
    if not any(isinstance(value, Tensor) for value in tensors):
        tensors = [Tensor(site=site), *tensors]
    output = operations.operate(walker, module.kind, tensors, given, site, module, inplace=inplace)
    if outer and module.kind in ("linear", "conv2d"):
        _forward(walker, module, arguments, output, site, first, direct=False)
    return output


def _apply_block(walker: Walker, module: Module, arguments: Arguments, site: Site, direct: bool) -> Value:
    outer = not walker.inside
    first = len(walker.events)
    walker.inside = (*walker.inside, module)
    try:
        output = _walk_block(walker, module, arguments, site)
    finally:
        walker.inside = walker.inside[:-1]
    if outer or direct:
        _forward(walker, module, arguments, output, site, first, direct=direct)
    return output


def _forward(
    walker: Walker, module: Module, arguments: Arguments, output: Value, site: Site, first: int, *, direct: bool
) -> None:
    mode = module.mode
    walker.emit(
        Forward(
            site=site,
            module=module,
            inputs=tuple(arguments.positional),
            output=output,
            mode=mode if isinstance(mode, str) else None,
            direct=direct,
            first=first,
        )
    )


def _walk_block(walker: Walker, module: Module, arguments: Arguments, site: Site) -> Value:
    if module.kind == "wrapper" and module.children:
        return apply(walker, next(iter(module.children.values())), arguments, site)
    if module.kind == "user":
        forward = walker.attribute(module, "forward", site)
        if not isinstance(forward, Unknown):
            return walker.call(forward, arguments, site)
    if module.kind == "sequential" or (module.kind == "user" and module.cls and _sequential(module)):
        return _chain(walker, module, arguments, site)
    return _opaque(walker, module, arguments, site)


def _sequential(module: Module) -> bool:
    return module.cls is not None and any(name.endswith("Sequential") for name in module.cls.foundations())


def _chain(walker: Walker, module: Module, arguments: Arguments, site: Site) -> Value:
    if not arguments.positional:
        return Unknown(site=site)
    if not module.complete:
        return _opaque(walker, module, arguments, site)
    value = arguments.positional[0]
    for layer in list(module.children.values()):
        value = apply(walker, layer, Arguments(positional=[value]), site)
    return value


def apply_chain(walker: Walker, module: Module, arguments: Arguments, site: Site) -> Value:
    """`super().forward(x)` in a class that derives from Sequential."""
    return _chain(walker, module, arguments, site)


def _new_head(module: Module) -> tuple[Module | None, int | None]:
    """The block that was put in place of the head of a known network, and what reaches it, where that is known."""
    path, width = KNOWN_NETWORKS.get(module.name, ("fc", None))
    one, names = module, path.split(".")
    for name in names:
        child = one.children.get(name)
        if child is None:
            break
        one = child
        if one.kind == "user" or (one.kind == "sequential" and one.complete):
            return one, width if name == names[-1] else None
    return None, None


def _opaque(walker: Walker, module: Module, arguments: Arguments, site: Site) -> Value:
    """A network of which only the head, or nothing, is known."""
    inputs = [value for value in arguments.positional if isinstance(value, Tensor)]
    shape: Shape | None = None
    if module.kind == "known":
        head = head_of(module)
        out = head.constant("out_features") if head and head.kind == "linear" else None
        shape = ("N", out if isinstance(out, int) else None)
    new, width = _new_head(module) if module.kind == "known" else (None, None)
    if new is not None:
        shape = ("N", width)
    output = Tensor(site=site, shape=shape, graph=walker.grad, of=inputs[0].of if inputs else None)
    mode = module.mode
    event = Operation(
        site=site, op="model", layer=module, inputs=tuple(inputs), output=output,
        mode=mode if isinstance(mode, str) else None,
    )  # fmt: skip
    output.made_by = walker.emit(event)
    return apply(walker, new, Arguments(positional=[output]), site) if new is not None else output
