"""Two data sets of one class of the user: which items each was given."""

import ast
import re
from collections.abc import Iterator

from convlens.checking.facts import Facts
from convlens.checking.spans import Relation, of_indices
from convlens.checking.values import (
    NONE,
    Arguments,
    Constant,
    Function,
    Instance,
    Items,
    Method,
    Part,
    Tensor,
    Transform,
    Unknown,
    UserClass,
    Value,
)

_Pair = tuple[str, Value, Value]
_CHANCE = re.compile(r"rand(om|n|int|perm)?\b")


def of_objects(facts: Facts, one: Instance, other: Instance) -> Relation:
    """How the items of `PetSet(files[:800])` and `PetSet(files[700:])` relate."""
    if one.cls is not other.cls or one.cls is None:
        return None
    given = list(_given(one, other))
    pairs = [*given, *((name, value, other.attributes.get(name, NONE)) for name, value in one.attributes.items())]
    if any(_chooses(one.cls, *pair) for pair in pairs):
        return None
    found = {
        of_indices(facts, a, b) for _, a, b in pairs if type(a) is type(b) and isinstance(a, Items | Part | Tensor)
    }
    if found - {"same"}:
        return (found - {"same"}).pop() if len(found - {"same"}) == 1 else None
    return "same" if given and _alike(one.cls, given) else None


def _given(one: Instance, other: Instance) -> Iterator[_Pair]:
    """What the two constructors got, by the names of the parameters."""
    init = one.cls.attributes.get("__init__") if one.cls else None
    names = [parameter.arg for parameter in init.node.args.args[1:]] if isinstance(init, Function) else []
    ours, theirs = _by_name(one.made_with, names), _by_name(other.made_with, names)
    for name in {**ours, **theirs}:
        default = init.defaults.get(name, NONE) if isinstance(init, Function) else NONE
        yield name, ours.get(name, default), theirs.get(name, default)


def _by_name(given: Arguments | None, names: list[str]) -> dict[str, Value]:
    if given is None:
        return {}
    return {**dict(zip(names, given.positional, strict=False)), **given.keywords}


def _chooses(cls: UserClass, name: str, one: Value, other: Value) -> bool:
    """Whether the class may choose among its items by an argument: a flag that only `__getitem__` reads does not."""
    if not (isinstance(one, Constant) and isinstance(other, Constant)) or one.value == other.value:
        return False
    if not all(isinstance(value.value, bool) for value in (one, other)):
        return one.value is not None and other.value is not None
    return any(
        _reads(method, name) for method in cls.node.body if getattr(method, "name", "") in ("__init__", "__len__")
    )


def _reads(method: ast.AST, name: str) -> bool:
    kept = {id(part.value) for part in ast.walk(method) if isinstance(part, ast.Assign)}
    read = [part for part in ast.walk(method) if isinstance(getattr(part, "ctx", None), ast.Load)]
    return any(name in (getattr(part, "id", ""), getattr(part, "attr", "")) for part in read if id(part) not in kept)


def _alike(cls: UserClass, given: list[_Pair]) -> bool:
    """Whether all that tells which items they have is the same, transforms aside; not where chance makes items."""
    if any(_CHANCE.search(ast.unparse(one)) for one in cls.node.body if getattr(one, "name", "") == "__init__"):
        return False
    told = [(one, other) for _, one, other in given if not (_is_means(one) or _is_means(other))]
    named = any(isinstance(one, Items | Part | Tensor) or (isinstance(one, Constant) and isinstance(one.value, str))
                or (isinstance(one, Unknown) and one.site is not None) for one, _ in told)  # fmt: skip
    return named and all(one is other or _equal(one, other) for one, other in told)


def _is_means(value: Value) -> bool:
    """Something by which pictures are changed or looked up, not a choice of items."""
    return isinstance(value, Transform | Function | Method | Instance) or (
        isinstance(value, Constant) and (value.value is None or isinstance(value.value, bool))
    )


def _equal(one: Value, other: Value) -> bool:
    return isinstance(one, Constant) and isinstance(other, Constant) and one.value == other.value
