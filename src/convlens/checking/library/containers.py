"""Methods of lists, dictionaries, text and states."""

import ast
from collections.abc import Iterator

from convlens.checking.values import (
    Arguments,
    Constant,
    Items,
    Iterating,
    Mapping,
    Number,
    Site,
    StateDict,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker


def items_method(walker: Walker, items: Items, name: str, arguments: Arguments, site: Site) -> Value:
    """A method of a list, tuple or set."""
    given = arguments.positional
    if name in ("append", "add", "appendleft") and given:
        grow(walker, items, given[:1], complete=not undecided(walker, site, items.site))
    elif name == "extend" and given:
        elements, complete = walker.elements(given[0], site)
        grow(walker, items, elements, complete=complete and not undecided(walker, site, items.site))
    elif name == "insert" and len(given) == 2:
        grow(walker, items, given[1:], complete=False)
    elif name == "pop":
        return items.elements[-1] if items.elements else Unknown(site=site)
    elif name == "copy":
        return Items(site=site, kind=items.kind, elements=list(items.elements), open=items.open)
    elif name == "numel":
        return Number(site=site)
    else:
        return Unknown(site=site, name=name)
    return Constant(site=site, value=None)


def grow(walker: Walker, items: Items, new: list[Value], *, complete: bool) -> None:
    """Append to a list. In a loop whose turns are not walked one by one, the list is open from then on."""
    loops = tuple(turn.loop for turn in walker.turns if not turn.loop.unrolled)
    items.grown = items.grown or loops
    items.open = items.open or not complete or bool(loops)
    if len(items.elements) < 500:
        items.elements.extend(new)


def undecided(walker: Walker, site: Site, born: Site | None) -> bool:
    """Whether something stands under a test that is open, while what it changes was made before that test."""
    tests = {id(one.node) for one in walker.conditions if not one.known}
    around = set(_ancestors(born)) if born is not None else set()
    return any(id(getattr(node, "test", None)) in tests for node in _ancestors(site) if node not in around)


def _ancestors(site: Site) -> Iterator[ast.AST]:
    """The nodes around a place, up to the function it stands in."""
    node = site.node
    while not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node in site.source.parents:
        node = site.source.parents[node]
        yield node


def mapping_method(walker: Walker, mapping: Mapping, name: str, arguments: Arguments, site: Site) -> Value:  # noqa: PLR0911 - a list of cases
    """A method of a dictionary."""
    if name in ("get", "pop", "setdefault"):
        key = arguments.get(0)
        found = mapping.entries.get(key.value) if isinstance(key, Constant) else None
        return found or arguments.get(1) or (Unknown(site=site) if mapping.open else Constant(site=site, value=None))
    if name == "values":
        return Items(site=site, elements=list(mapping.entries.values()), open=mapping.open)
    if name == "keys":
        return Items(site=site, elements=[Constant(value=key) for key in mapping.entries], open=mapping.open)
    if name == "items":
        pairs: list[Value] = [
            Items(kind="tuple", elements=[Constant(value=key), value]) for key, value in mapping.entries.items()
        ]
        return Items(site=site, elements=pairs, open=mapping.open)
    if name == "update":
        other = arguments.get(0)
        new = dict(other.entries) if isinstance(other, Mapping) else {}
        for name_of, entry in [*new.items(), *arguments.keywords.items()]:
            walker.memory.write(mapping.entries, name_of, entry)
        mapping.open = mapping.open or not isinstance(other, Mapping | None)
        return Constant(site=site, value=None)
    if name == "copy":
        return Mapping(site=site, entries=dict(mapping.entries), open=mapping.open)
    return Unknown(site=site, name=name)


def constant_method(walker: Walker, constant: Constant, name: str, arguments: Arguments, site: Site) -> Value:
    """A method of a text."""
    text = constant.value
    if isinstance(text, str) and name in ("lower", "upper", "strip", "title"):
        return Constant(site=site, value=getattr(text, name)(), certain=constant.certain)
    if isinstance(text, str) and name in ("startswith", "endswith"):
        part = arguments.get(0)
        if isinstance(part, Constant) and isinstance(part.value, str):
            return Constant(site=site, value=getattr(text, name)(part.value), certain=constant.certain)
    return Unknown(site=site, name=name)


def state_method(walker: Walker, state: StateDict, name: str, arguments: Arguments, site: Site) -> Value:
    """A method of a `state_dict()`."""
    if name == "items":
        return Iterating(site=site, kind="state", over=[state])
    if name == "copy":
        return StateDict(site=site, owner=state.owner, copied=state.copied)
    if name in ("detach", "cpu", "to", "clone", "numpy"):  # of one of its tensors
        return StateDict(site=site, owner=state.owner, copied=state.copied or name != "detach")
    return Unknown(site=site, name=name)


def iterating_method(walker: Walker, iterating: Iterating, name: str, arguments: Arguments, site: Site) -> Value:
    """A method of an iterator."""
    if name in ("__next__", "next"):
        elements, _ = walker.elements(iterating, site)
        return elements[0] if elements else Unknown(site=site)
    return Unknown(site=site, name=name)
