"""Methods of tensors."""

from convlens.checking.events import Backward
from convlens.checking.library import operations
from convlens.checking.library.operation_table import OPERATIONS, SAME_AS
from convlens.checking.values import (
    Arguments,
    Constant,
    Items,
    Number,
    Site,
    Size,
    Tensor,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker


def backward(walker: Walker, loss: Value | None, site: Site, via: str = "tensor") -> None:
    """Write down that gradients are computed."""
    walker.emit(Backward(site=site, loss=loss, via=via))


def tensor_method(  # noqa: PLR0911 - a list of cases
    walker: Walker, tensor: Tensor, name: str, arguments: Arguments, site: Site
) -> Value:
    """A method of a tensor."""
    if name == "backward":
        backward(walker, tensor, site)
        return Constant(site=site, value=None)
    if name in ("item", "tolist"):
        walker.emit_operation("item", tensor, site)
        return (
            operations.count(tensor, site)
            if name == "item"
            else Items(site=site, elements=[tensor], open=True, whole=tensor)
        )
    if name in ("size", "dim", "numel", "nelement", "__len__"):
        return _measure(tensor, name, arguments, site)
    turned = name == "transpose" and tensor.numpy and bool(arguments.positional)
    if turned or name in ("view", "reshape", "expand", "repeat", "permute"):
        return _sized(walker, tensor, "permute" if turned else name, arguments, site)
    if name in ("view_as", "reshape_as", "expand_as"):
        return operations.apply(walker, name, _with(tensor, arguments), site)
    inplace = name.endswith("_") and not name.startswith("_") and name not in OPERATIONS
    op = name.rstrip("_") if inplace else name
    if tensor.supposed and op not in OPERATIONS and op not in SAME_AS:
        return Unknown(site=site, name=name)  # no tensor after all
    result = operations.apply(walker, op, _with(tensor, arguments), site, inplace=inplace)
    if inplace and isinstance(result, Tensor):
        tensor.shape = result.shape
    return result


def _with(tensor: Tensor, arguments: Arguments) -> Arguments:
    return Arguments(
        positional=[tensor, *arguments.positional],
        keywords=arguments.keywords,
        exact=arguments.exact,
        node=arguments.node,
    )


def _sized(walker: Walker, tensor: Tensor, name: str, arguments: Arguments, site: Site) -> Value:
    """Methods that take sizes one by one or as one tuple."""
    given = arguments.positional
    one = given[0] if len(given) == 1 else None
    sizes: Value = one if isinstance(one, Items) else Items(kind="tuple", elements=list(given))
    if isinstance(sizes, Items) and not arguments.exact:
        sizes = Items(kind="tuple", elements=list(sizes.elements), open=True)
    if name in ("view", "reshape", "permute") and "shape" in arguments.keywords:
        sizes = arguments.keywords["shape"]
    return operations.operate(walker, name, [tensor], {"dims" if name == "permute" else "sizes": sizes}, site)


def _measure(tensor: Tensor, name: str, arguments: Arguments, site: Site) -> Value:
    if name in ("size", "__len__"):
        index = arguments.get(0, "dim") if name == "size" else Constant(value=0)
        if index is None:
            return shape_value(tensor, site)
        number = index.value if isinstance(index, Constant) else None
        if isinstance(number, int) and tensor.shape is not None and -len(tensor.shape) <= number < len(tensor.shape):
            return size_value(tensor, tensor.shape[number], site)
        return Number(site=site, kind="items" if number == 0 else "other", of=tensor.of, tensor=tensor,
                      size="N" if number == 0 and tensor.shape is None else None)  # fmt: skip
    if name == "dim" and tensor.shape is not None:
        return Constant(site=site, value=len(tensor.shape))
    return Number(site=site, kind="items" if tensor.role == "labels" else "other", of=tensor.of, tensor=tensor)


def size_value(tensor: Tensor, side: Size, site: Site) -> Value:
    """One side of a tensor as a value."""
    if side == "N":
        return Number(site=site, kind="items", of=tensor.of, tensor=tensor, size="N")
    return Constant(site=site, value=side) if isinstance(side, int) else Number(site=site, tensor=tensor)


def shape_value(tensor: Tensor, site: Site) -> Value:
    """`x.shape`."""
    if tensor.shape is None:
        return Items(site=site, kind="tuple", open=True,
                     elements=[Number(site=site, kind="items", of=tensor.of, tensor=tensor, size="N")])  # fmt: skip
    return Items(site=site, kind="tuple", elements=[size_value(tensor, side, site) for side in tensor.shape])
