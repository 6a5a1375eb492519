"""NumPy's random arrays: `np.random.rand(100, 28, 28)`, `rng.normal(size=(100, 28, 28))`."""

from convlens.checking.library import splitting
from convlens.checking.library.signatures import bind
from convlens.checking.values import Arguments, Constant, Items, Number, Site, Size, Tensor, Tool, Unknown, Value
from convlens.checking.walker import Walker

_SIDE_BY_SIDE = ("rand", "randn")
_SIZED = {
    "random": "size dtype",
    "random_sample": "size",
    "standard_normal": "size dtype",
    "normal": "loc scale size",
    "uniform": "low high size",
    "randint": "low high size dtype",
    "integers": "low high size dtype",
}
FUNCTIONS = tuple(f"numpy.random.{name}" for name in (*_SIDE_BY_SIDE, *_SIZED) if name != "integers")
WHOLE = ("randint", "integers")


def random_array(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """An array of random numbers by its sizes; Unknown for a single number."""
    if name in _SIDE_BY_SIDE:
        sides = arguments.positional
    elif name in _SIZED:
        size = bind(_SIZED[name], arguments).get("size")
        sides = size.elements if isinstance(size, Items) else [size] if size is not None else []
    else:
        return Unknown(site=site, name=name)
    if not sides:
        return Unknown(site=site, name=name)
    shape = tuple(_side(side) for side in sides)
    made = Tensor(site=site, shape=shape, graph=False, numpy=True, dtype="int64" if name in WHOLE else "float64")
    made.below = bound(arguments) if name in WHOLE else None
    return made


def bound(arguments: Arguments) -> int | None:
    """What whole numbers stay under: of `randint(high, size)` and `randint(low, high, size)`."""
    plain = [one.value for one in arguments.positional if isinstance(one, Constant) and isinstance(one.value, int)]
    high = arguments.keywords.get("high")
    if isinstance(high, Constant) and isinstance(high.value, int):
        return high.value
    return plain[min(1, len(plain) - 1)] if plain else None


def generator(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """`np.random.default_rng(seed)`, `np.random.RandomState(seed)`."""
    return Tool(site=site, kind="numpy_generator", name=name)


def generator_method(walker: Walker, tool: Tool, name: str, arguments: Arguments, site: Site) -> Value:
    """`rng.normal(size=(100, 28, 28))`, `rng.permutation(n)`."""
    if name == "permutation":
        return splitting.permuted(walker, name, arguments, site)
    return random_array(walker, name, arguments, site)


def _side(value: Value) -> Size:
    if isinstance(value, Number):
        return value.size
    return value.value if isinstance(value, Constant) and isinstance(value.value, int) else None
