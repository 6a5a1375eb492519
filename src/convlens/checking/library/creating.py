"""Tensors created and filled: `torch.zeros`, `np.array`, `nn.init.kaiming_normal_`."""

from convlens.checking.events import ParameterSet
from convlens.checking.library import (
    chance,
    operations,
    pictures,
)
from convlens.checking.values import (
    Arguments,
    Constant,
    Items,
    Number,
    Shape,
    Site,
    Size,
    Tensor,
    Tool,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker

CREATORS = (
    "tensor", "as_tensor", "from_numpy", "asarray", "array", "zeros", "ones", "rand", "randn", "empty", "full",
    "randint", "arange", "randperm", "zeros_like", "ones_like", "rand_like", "randn_like", "linspace", "eye",
    "FloatTensor", "LongTensor", "Tensor",
)  # fmt: skip


def create(walker: Walker, name: str, arguments: Arguments, site: Site, *, numpy: bool) -> Value:
    """A tensor or array: from values, or filled."""
    first = arguments.get(0)
    if name in ("tensor", "as_tensor", "from_numpy", "asarray", "array") or name.endswith("Tensor"):
        return _of_values(walker, name, arguments, site, numpy=numpy)
    if name.endswith("_like") and isinstance(first, Tensor):
        return Tensor(site=site, shape=first.shape, graph=False)
    if name in ("randperm", "arange"):
        return operations.operate(walker, name, [], dict(enumerate_arguments(arguments)), site)
    given = arguments.positional[-1:] if name == "randint" else arguments.positional
    shape = arguments.keywords.get("size") or (given[0] if given and isinstance(given[0], Items) else None)
    sides = shape.elements if isinstance(shape, Items) else given if name in ("zeros", "ones", "rand", "randn") else []
    made_shape: Shape | None = tuple(_side(side) for side in sides) if sides else None
    grad = arguments.keywords.get("requires_grad")
    on_graph = isinstance(grad, Constant) and grad.value is True
    made = Tensor(site=site, shape=made_shape, graph=on_graph, numpy=numpy)
    if name == "randint":
        made.below, made.dtype = chance.bound(arguments), "int64"
    return made


def _of_values(walker: Walker, name: str, arguments: Arguments, site: Site, *, numpy: bool) -> Value:
    first = arguments.get(0)
    if isinstance(first, Number) and first.tensor is not None:
        first = first.tensor  # a loss wrapped anew: cut off all the same
    if isinstance(first, Tool) and first.kind == "picture":
        return pictures.array(first, site, None if "dtype" in arguments.keywords else "uint8")
    if isinstance(first, Tensor):
        made = operations.operate(walker, name, [first], dict(arguments.keywords), site)
        if isinstance(made, Tensor):
            made.shape, made.role, made.numpy, made.scale = first.shape, first.role, numpy, first.scale
            made.below = first.below
            made.graph = False
        return made
    if isinstance(first, Items) and first.elements:
        made = operations.operate(walker, name, [first], {}, site)
        if isinstance(made, Tensor):
            made.numpy, made.graph = numpy, False
            single = all(isinstance(one, Number | Constant) for one in first.elements)
            made.shape = (len(first.elements),) if single and not first.open else None
        return made
    return Tensor(site=site, graph=False, numpy=numpy)


def enumerate_arguments(arguments: Arguments) -> list[tuple[str, Value]]:
    """Arguments under numbers and names, where no signature is known."""
    return [(str(index), value) for index, value in enumerate(arguments.positional)] + list(arguments.keywords.items())


def _side(value: Value) -> Size:
    if isinstance(value, Number):
        return value.size
    return value.value if isinstance(value, Constant) and isinstance(value.value, int) else None


def initialise(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """`nn.init.xavier_uniform_(layer.weight)`."""
    target = arguments.get(0, "tensor")
    if target is not None:
        rest = dict(enumerate_arguments(Arguments(arguments.positional[1:], arguments.keywords)))
        walker.emit(ParameterSet(site=site, what="init", parameters=target, how=name, arguments=rest,
                                 value=arguments.get(1, "val")))  # fmt: skip
    return target or Unknown(site=site)
