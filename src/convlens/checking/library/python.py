"""Functions of Python itself and its standard library."""

import ast
from collections.abc import Callable
from typing import Any

from convlens.checking.library import (
    data,
    operations,
)
from convlens.checking.library.layer_table import LAYERS
from convlens.checking.library.tensors import size_value
from convlens.checking.values import (
    Arguments,
    Constant,
    Dataset,
    External,
    Instance,
    Items,
    Iterating,
    Loader,
    Mapping,
    Module,
    Number,
    Parameters,
    Partial,
    Plain,
    Site,
    StateDict,
    Tensor,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker


def _len(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:  # noqa: PLR0911 - a list of cases
    value = arguments.get(0)
    if isinstance(value, Instance) and not isinstance(value, Module):
        return Number(site=site, kind="items", of=data.as_dataset(value))
    if isinstance(value, Loader):
        return Number(site=site, kind="batches", of=value)
    if isinstance(value, Dataset):
        return Number(site=site, kind="items", of=value, value=value.size)
    if isinstance(value, Items) and not value.open:
        return Constant(site=site, value=len(value.elements))
    if isinstance(value, Items):
        return Number(site=site, kind="batches" if any(loop.batches for loop in value.grown) else "other", of=value)
    if isinstance(value, Tensor):
        return size_value(value, value.shape[0] if value.shape else "N", site)
    if isinstance(value, Module) and value.complete:
        return Constant(site=site, value=len(value.children))
    if isinstance(value, Mapping) and not value.open:
        return Constant(site=site, value=len(value.entries))
    return Number(site=site, of=value)


def _number(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    value = arguments.get(0)
    if isinstance(value, Tensor):
        walker.emit_operation("item", value, site)
        return operations.count(value, site)
    if isinstance(value, Constant):
        return Constant(site=site, value=_converted(name, value.value), certain=value.certain)
    return value if isinstance(value, Number) else Number(site=site)


def _converted(name: str, value: Plain) -> Plain:
    try:
        if name == "round" and isinstance(value, float):
            return round(value)
        converters: dict[str, Callable[[Any], Plain]] = {"int": int, "float": float, "bool": bool, "abs": abs}
        return converters[name](value) if name in converters else value
    except (TypeError, ValueError, OverflowError):
        return None


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


def _iterate(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    start = arguments.get(1, "start") if name == "enumerate" else None
    over = arguments.positional if name in ("zip", "range") else arguments.positional[:1]
    if not over and "iterable" in arguments.keywords:
        over = [arguments.keywords["iterable"]]
    return Iterating(site=site, kind=name, over=list(over), start=start)


def _next(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    elements, _ = walker.elements(arguments.positional[0], site) if arguments.positional else ([], True)
    return elements[0] if elements else Unknown(site=site)


def _list(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    value = arguments.get(0)
    kind = "tuple" if name == "tuple" else "set" if name in ("set", "frozenset") else "list"
    if value is None:
        return Items(site=site, kind=kind)  # type: ignore[arg-type]
    if isinstance(value, Parameters):
        return value
    elements, complete = walker.elements(value, site)
    return Items(site=site, kind=kind, elements=elements, open=not complete, whole=value)  # type: ignore[arg-type]


def _dict(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    entries: dict[Plain, Value] = {}
    first = arguments.get(0)
    is_open = not arguments.exact
    if isinstance(first, Mapping):
        entries.update(first.entries)
        is_open = is_open or first.open
    elif first is not None:
        elements, complete = walker.elements(first, site)
        is_open = is_open or not complete
        for pair in elements:
            if isinstance(pair, Items) and len(pair.elements) == 2 and isinstance(pair.elements[0], Constant):
                entries[pair.elements[0].value] = pair.elements[1]
            else:
                is_open = True
    entries.update(arguments.keywords)
    return Mapping(site=site, entries=entries, open=is_open)


def _sum(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    value = arguments.get(0)
    if isinstance(value, Items):
        constants = [one.value for one in value.elements if isinstance(one, Constant)]
        numbers = [one for one in constants if isinstance(one, int | float)]
        if len(numbers) == len(value.elements) and not value.open and numbers:
            total = sum(numbers) if name == "sum" else max(numbers) if name == "max" else min(numbers)
            return Constant(site=site, value=total)
        return average(walker, name, value, site)
    if isinstance(value, Tensor):
        return operations.apply(walker, name, arguments, site)
    if name in ("max", "min") and all(isinstance(one, Constant) for one in arguments.positional):
        numbers = [one.value for one in arguments.positional if isinstance(one, Constant) and
                   isinstance(one.value, int | float)]  # fmt: skip
        if numbers and len(numbers) == len(arguments.positional):
            return Constant(site=site, value=max(numbers) if name == "max" else min(numbers))
    known = [one for one in arguments.positional if isinstance(one, Number)]
    return known[0] if known else Unknown(site=site, name=name)


def _filter(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    function, value = arguments.get(0), arguments.get(1)
    if isinstance(value, Parameters):
        text = ast.unparse(function.site.node) if function and function.site else ""
        trainable = "requires_grad" in text
        return Parameters(site=site, modules=value.modules, trainable_only=trainable, partial=not trainable)
    if value is None:
        return Unknown(site=site)
    elements, _ = walker.elements(value, site)
    return Items(site=site, elements=elements, open=True)


def _map(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    function, *sources = arguments.positional or [Unknown()]
    if len(sources) != 1:
        return Unknown(site=site)
    elements, complete = walker.elements(sources[0], site)
    results = [walker.call(function, Arguments(positional=[one]), site) for one in elements]
    return Items(site=site, elements=results, open=not complete)


def _chain(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    found: list[Value] = []
    whole = arguments.exact
    for value in arguments.positional:
        if isinstance(value, Parameters):
            found.append(value)
        else:
            elements, complete = walker.elements(value, site)
            found, whole = found + elements, whole and complete
    return Items(site=site, elements=found, open=not whole)


def _chain_all(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    """`chain.from_iterable(repeat(loader))`: the loader again and again."""
    given = arguments.get(0)
    if isinstance(given, Iterating) and given.kind == "repeat" and given.over:
        return Iterating(site=site, kind="cycle", over=given.over[:1])
    return Unknown(site=site, name=name)


def _copy(walker: Walker, name: str, arguments: Arguments, site: Site) -> Value:
    value = arguments.get(0)
    if isinstance(value, StateDict):
        return StateDict(site=site, owner=value.owner, copied=value.copied or name == "deepcopy")
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


def average(walker: Walker, name: str, given: Items, site: Site) -> Value:
    """`sum(losses)`, `np.mean(losses)`: of numbers that were collected."""
    numbers = [one for one in given.elements if isinstance(one, Number)]
    if not numbers:
        return Unknown(site=site, name=name)
    last = numbers[-1]
    summed = given.grown or last.summed
    per: tuple[Value, ...] = (*last.per, Number(kind="batches", site=site)) if name == "mean" else last.per
    return Number(site=site, kind=last.kind, tensor=last.tensor, of=last.of, summed=summed, weighted=last.weighted,
                  percent=last.percent, per=per, op=name, parts=(given,))  # fmt: skip


FUNCTIONS: dict[str, Callable[[Walker, str, Arguments, Site], Value]] = {
    "len": _len,
    **dict.fromkeys(("int", "float", "round", "abs", "bool"), _number),
    "str": _string,
    **dict.fromkeys(("os.path.join", "posixpath.join", "pathlib.Path", "pathlib.PurePath"), _path),
    **dict.fromkeys(("enumerate", "zip", "iter", "range", "reversed", "tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.trange",
                     "tqdm.notebook.tqdm", "rich.progress.track", "itertools.cycle", "itertools.islice",
                     "tqdm.auto.trange"), _iterate),
    "next": _next,
    **dict.fromkeys(("list", "tuple", "set", "sorted", "collections.deque"), _list),
    **dict.fromkeys(("dict", "collections.OrderedDict", "types.SimpleNamespace", "collections.defaultdict"), _dict),
    **dict.fromkeys(("sum", "max", "min"), _sum),
    "filter": _filter,
    "map": _map,
    **dict.fromkeys(("itertools.chain",), _chain),
    "itertools.repeat": _iterate,
    "itertools.chain.from_iterable": _chain_all,
    **dict.fromkeys(("copy.deepcopy", "copy.copy"), _copy),
    "functools.partial": _partial,
    "isinstance": _isinstance,
    "getattr": _getattr,
}  # fmt: skip
"""Handlers by qualified name."""
