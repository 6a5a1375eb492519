"""Operations on tensors: one table for the functions of torch, the methods of a tensor and the layers."""

from convlens.checking.events import LossComputed, Operation
from convlens.checking.library import geometry, pixels, reshaping
from convlens.checking.library.operation_table import ELEMENTWISE, LOSSES, OPERATIONS, SAME_AS
from convlens.checking.library.signatures import bind
from convlens.checking.library.sizing import Sizing
from convlens.checking.values import Arguments, Constant, Items, Module, Number, Site, Tensor, Value
from convlens.checking.walker import Walker

_CUTS = {
    "argmax",
    "argmin",
    "eq",
    "ne",
    "gt",
    "lt",
    "ge",
    "le",
    "detach",
    "data",
    "numpy",
    "long",
    "int",
    "bool",
    "byte",
}
_WITH_PARAMETERS = ("conv", "linear", "batch_norm", "layer_norm", "group_norm", "embedding", "prelu", "lstm", "gru")
for _name in (*ELEMENTWISE, "multihead_attention", "transformer_encoder_layer", "transformer_encoder"):
    geometry.keeps_shape(_name)


def apply(
    walker: Walker, op: str, arguments: Arguments, site: Site, layer: Module | None = None, *, inplace: bool = False
) -> Value:
    """A function of torch or a method of a tensor, by its arguments."""
    op = SAME_AS.get(op, op)
    if "axis" in arguments.keywords:
        arguments.keywords["dim"] = arguments.keywords.pop("axis")
    bound = bind(OPERATIONS.get(op, ""), arguments)
    tensors = [value for value in bound.values() if _is_data(value)]
    rest = {name: value for name, value in bound.items() if not _is_data(value)}
    for value in arguments.positional[len(bound) :]:
        if _is_data(value):
            tensors.append(value)
    if op in LOSSES:
        return compute_loss(walker, op, bound, site, None)
    if op in ("add", "sub", "mul", "div") and "other" in rest:
        tensors.append(rest.pop("other"))
    return operate(walker, op, tensors, rest, site, layer, inplace=inplace)


def _is_data(value: Value) -> bool:
    return isinstance(value, Tensor) or (
        isinstance(value, Items) and any(isinstance(one, Tensor) for one in value.elements)
    )


def operate(
    walker: Walker,
    op: str,
    inputs: list[Value],
    arguments: dict[str, Value],
    site: Site,
    layer: Module | None = None,
    *,
    inplace: bool = False,
) -> Value:
    """Write an operation down and work out what comes of it."""
    first = next((value for value in inputs if isinstance(value, Tensor)), None)
    if first is None and inputs and isinstance(inputs[0], Items):
        first = next((value for value in inputs[0].elements if isinstance(value, Tensor)), None)
    shape = None
    if first is not None and (first.shape is not None or op in ("conv2d",)):
        sizing = Sizing(walker, op, first, first.shape or (), arguments, layer, site, inputs)
        shape = geometry.shape_after(sizing)
    elif first is not None and op in ("view", "reshape"):
        shape = reshaping.pictures(arguments.get("sizes"))
    output = Tensor(site=site, shape=shape, graph=_graph(walker, op, inputs, layer))
    if first is not None:
        _carry(op, first, output)
    output.scale = pixels.after_operation(op, inputs, output.scale)
    mode = layer.mode if layer else None
    event = Operation(
        site=site, op=op, layer=layer, inputs=tuple(inputs), arguments=arguments, output=output,
        mode=mode if isinstance(mode, str) else None, inplace=inplace,
    )  # fmt: skip
    walker.emit(event)
    output.made_by = event
    result = _several(op, output, arguments, event)
    event.output = result
    return result


_KEEPS_ROLE = {
    "to", "cuda", "cpu", "clone", "contiguous", "float", "half", "double", "long", "int", "type", "requires_grad_",
    "detach", "squeeze", "view", "reshape", "astype", "numpy", "data", "copy", "flatten", "unsqueeze", "byte",
}  # fmt: skip
_DTYPES = {"float": "float32", "long": "int64", "int": "int32", "bool": "bool", "byte": "uint8", "double": "float64"}


def _carry(op: str, first: Tensor, output: Tensor) -> None:
    """What the output keeps of the first input."""
    output.of = first.of
    output.numpy = (first.numpy and op != "to") or op == "numpy"
    output.dtype = _DTYPES.get(op, None if op in ("astype", "type", "div") else first.dtype)
    if op in ("eq", "ne", "gt", "lt", "ge", "le"):
        output.dtype = "bool"
    if op in _KEEPS_ROLE:
        output.role, output.scale, output.below = first.role, first.scale, first.below


def _graph(walker: Walker, op: str, inputs: list[Value], layer: Module | None) -> bool | None:
    if walker.grad is False or op in _CUTS:
        return False
    if op == "requires_grad_" or (layer is not None and layer.kind.startswith(_WITH_PARAMETERS)):
        return walker.grad
    flat = [one for value in inputs for one in (value.elements if isinstance(value, Items) else [value])]
    graphs = [one.graph for one in flat if isinstance(one, Tensor)]
    if True in graphs:
        return walker.grad
    return None if None in graphs else False


def _several(op: str, output: Tensor, arguments: dict[str, Value], event: Operation) -> Value:
    """Operations that answer with two tensors: values and indices."""
    dim = arguments.get("dim")
    over_all = dim is None or (isinstance(dim, Constant) and dim.value is None)
    if op in ("topk", "sort") or (op in ("max", "min") and not over_all):
        indices = Tensor(site=output.site, shape=output.shape, graph=False, made_by=event, dtype="int64", of=output.of)
        return Items(site=output.site, kind="tuple", elements=[output, indices])
    if op == "multihead_attention":
        weights = Tensor(site=output.site, graph=output.graph, made_by=event, of=output.of)
        return Items(site=output.site, kind="tuple", elements=[output, weights])
    if op in ("chunk", "split", "unbind"):
        output.shape = None
        return Items(site=output.site, kind="tuple", elements=[output], open=True)
    return output


def compute_loss(walker: Walker, op: str, arguments: dict[str, Value], site: Site, loss: Module | None) -> Tensor:
    """A loss, by function or by module."""
    prediction, target = arguments.get("input"), arguments.get("target")
    reduction = arguments.get("reduction")
    kept = isinstance(reduction, Constant) and reduction.value == "none"
    inputs = [value for value in (prediction, target) if value is not None]
    output = Tensor(site=site, shape=("N",) if kept else (), graph=_graph(walker, op, inputs, None), dtype="float32")
    if isinstance(prediction, Tensor):
        output.of = prediction.of
    event = LossComputed(
        site=site, op=op, layer=loss, inputs=tuple(inputs), output=output, prediction=prediction, target=target,
        arguments={name: value for name, value in arguments.items() if name not in ("input", "target")},
    )  # fmt: skip
    event.loss = loss  # type: ignore[assignment]
    walker.emit(event)
    output.made_by = event
    return output


def count(tensor: Tensor, site: Site) -> Number:
    """The number that `.item()`, `float()` or `int()` takes out of a tensor, with what it measures."""
    for one in tensor.ancestry():
        if isinstance(one.made_by, LossComputed):
            return Number(site=site, kind="loss", tensor=tensor, of=tensor.of, weighted=_weighted(tensor))
        if one.made_by is not None and one.made_by.compares_answers:
            mean = any(each.op == "mean" for each in _until(tensor, one))
            return Number(site=site, kind="accuracy" if mean else "correct", tensor=tensor, of=tensor.of)
        if collected := _numbers_in(one):
            last = collected[-1]
            return Number(site=site, kind=last.kind, tensor=tensor, of=last.of, summed=last.summed, per=last.per,
                          weighted=last.weighted, percent=last.percent)  # fmt: skip
    return Number(site=site, kind="other", tensor=tensor, of=tensor.of)


def _numbers_in(tensor: Tensor) -> list[Number]:
    """The numbers of a list that a tensor was made of: `torch.tensor(losses)`."""
    given = tensor.made_by.inputs[0] if tensor.made_by and tensor.made_by.inputs else None
    return [one for one in given.elements if isinstance(one, Number)] if isinstance(given, Items) else []


def _until(tensor: Tensor, stop: Tensor) -> list[Tensor]:
    found: list[Tensor] = []
    for one in tensor.ancestry():
        if one is stop:
            break
        found.append(one)
    return found


def _weighted(tensor: Tensor) -> bool:
    """Whether a loss was multiplied by the number of items before it became a number."""
    made = tensor.made_by
    return bool(
        made
        and made.op == "mul"
        and any(isinstance(value, Number) and value.kind in ("items", "batch size") for value in made.inputs)
    )
