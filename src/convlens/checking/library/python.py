"""Functions of Python itself and its standard library."""

from collections.abc import Callable

from convlens.checking.library import counting, layers, walking
from convlens.checking.library.layer_table import LAYERS
from convlens.checking.values import (
    Arguments,
    Constant,
    External,
    Items,
    Module,
    Partial,
    Site,
    StateDict,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker


def _string(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    value = arguments.get(0)
    if isinstance(value, Constant):
        return Constant(site=site, value=str(value.value), certain=value.certain)
    return Unknown(site=site)


def _path(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """`os.path.join("data", "train")`, `Path("data", "train")`: the text of the path."""
    parts = [one.value for one in arguments.positional if isinstance(one, Constant) and isinstance(one.value, str)]
    if not parts or len(parts) != len(arguments.positional):
        return Unknown(site=site, name=name)
    certain = all(isinstance(one, Constant) and one.certain for one in arguments.positional)
    return Constant(site=site, value="/".join(parts), certain=certain)


def _copy(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    value = arguments.get(0)
    if isinstance(value, StateDict):
        return StateDict(site=site, owner=value.owner, copied=value.copied or name == "deepcopy")
    if isinstance(value, Module) and name == "deepcopy":
        return layers.copied(value)
    return value or Unknown(site=site)


def _partial(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    callee, *rest = arguments.positional or [Unknown()]
    return Partial(site=site, callee=callee, arguments=Arguments(rest, arguments.keywords, arguments.exact))


def _isinstance(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """Known for the layers of torch.nn, which functions that initialise weights ask for."""
    value, classes = arguments.get(0), arguments.get(1)
    wanted = classes.elements if isinstance(classes, Items) else [classes]
    names = [one.name.rpartition(".")[2] for one in wanted if isinstance(one, External)]
    if isinstance(value, Module) and value.is_layer and len(names) == len(wanted):
        return Constant(site=site, value=value.name in names or "Module" in names)
    block = isinstance(value, Module) and value.kind in ("user", "sequential")
    if block and names and len(names) == len(wanted) and all(one in LAYERS for one in names):
        return Constant(site=site, value=False)
    return Unknown(site=site)


def _getattr(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    value, key = arguments.get(0), arguments.get(1)
    if value is None or not (isinstance(key, Constant) and isinstance(key.value, str)):
        return Unknown(site=site)
    return walker.attribute(value, key.value, site)


FUNCTIONS: dict[str, Callable[[Walker, str, Arguments, Site], Value]] = {
    **counting.FUNCTIONS,
    **walking.FUNCTIONS,
    "str": _string,
    **dict.fromkeys(("os.path.join", "posixpath.join", "pathlib.Path", "pathlib.PurePath"), _path),
    **dict.fromkeys(("copy.deepcopy", "copy.copy"), _copy),
    "functools.partial": _partial,
    "isinstance": _isinstance,
    "getattr": _getattr,
}
"""Handlers by qualified name."""
