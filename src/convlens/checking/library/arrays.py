"""Data sets that come as arrays in memory: those of scikit-learn."""

from collections.abc import Callable

from convlens.checking.library.signatures import bind
from convlens.checking.values import Arguments, Constant, Items, Mapping, Plain, Shape, Site, Tensor, Unknown, Value
from convlens.checking.walker import Walker


def _digits(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """Eight by eight pixels of 0 to 16."""
    bound = bind("n_class=10 return_X_y=False as_frame=False", arguments)
    if _flag(bound, "as_frame") is not False:
        return Unknown(site=site, name=name)
    return _bundle({"images": ("N", 8, 8), "data": ("N", 64)}, bound, site)


def _faces(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    bound = bind("return_X_y=False", Arguments(keywords=arguments.keywords))
    return _bundle({"images": ("N", 64, 64), "data": ("N", 4096)}, bound, site)


def _bundle(shapes: dict[str, Shape], bound: dict[str, Value], site: Site) -> Value:
    entries: dict[Plain, Value] = {
        name: Tensor(site=site, shape=shape, role="images", graph=False, numpy=True) for name, shape in shapes.items()
    }
    entries["target"] = Tensor(site=site, shape=("N",), role="labels", graph=False, numpy=True, dtype="int64")
    if _flag(bound, "return_X_y") is True:
        return Items(site=site, kind="tuple", elements=[entries["data"], entries["target"]])
    return Mapping(site=site, entries=entries, open=True)


def _flag(bound: dict[str, Value], name: str) -> object:
    value = bound.get(name)
    return value.value if isinstance(value, Constant) else None


FUNCTIONS: dict[str, Callable[[Walker, str, Arguments, Site], Value]] = {
    "sklearn.datasets.load_digits": _digits,
    "sklearn.datasets.fetch_olivetti_faces": _faces,
}
"""Handlers by qualified name."""
