"""Python's functions that walk over things and gather them: `enumerate`, `next`, `list`, `dict`, `map`, `chain`."""

import ast
from collections.abc import Callable

from convlens.checking.values import (
    Arguments,
    Constant,
    Items,
    Iterating,
    Mapping,
    Parameters,
    Plain,
    Site,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker


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


FUNCTIONS: dict[str, Callable[[Walker, str, Arguments, Site], Value]] = {
    **dict.fromkeys(("enumerate", "zip", "iter", "range", "reversed", "tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.trange",
                     "tqdm.notebook.tqdm", "tqdm.auto.trange", "rich.progress.track", "itertools.cycle",
                     "itertools.islice", "itertools.repeat"), _iterate),
    "next": _next,
    **dict.fromkeys(("list", "tuple", "set", "sorted", "collections.deque"), _list),
    **dict.fromkeys(("dict", "collections.OrderedDict", "types.SimpleNamespace", "collections.defaultdict"), _dict),
    "filter": _filter,
    "map": _map,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_all,
}  # fmt: skip
"""Handlers by qualified name."""
