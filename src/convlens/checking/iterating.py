"""Walking over things: what each turn of a loop gets, and what kind of loop it is."""

import ast
from dataclasses import dataclass, field

from convlens.checking.library import data
from convlens.checking.values import (
    Arguments,
    Constant,
    Dataset,
    Instance,
    Items,
    Iterating,
    Loader,
    Mapping,
    Method,
    Module,
    Number,
    Parameters,
    Site,
    StateDict,
    Tensor,
    Unknown,
    Value,
)
from convlens.checking.walker import Walker

MAX_UNROLLED = 64


@dataclass
class Course:
    """What a loop walks over.

    Attributes:
        elements: one value for each turn, or a typical one.
        complete: whether `elements` is all, so that the turns can be walked one by one.
        loader: the loader behind it.
        batches: whether each turn is one batch.
    """

    elements: list[Value] = field(default_factory=list)
    complete: bool = False
    loader: Value | None = None
    batches: bool = False


def course(walker: Walker, value: Value, site: Site) -> Course:  # noqa: PLR0911
    """How a value is walked over."""
    if isinstance(value, Loader):
        return Course([data.batch(walker, value, site)], loader=value, batches=True)
    if isinstance(value, Iterating):
        return _wrapped(walker, value, site)
    if isinstance(value, Items):
        return Course(list(value.elements) or [Unknown(site=site)] * value.open, complete=not value.open)
    if isinstance(value, Mapping):
        return Course([Constant(value=key) for key in value.entries], complete=not value.open)
    if isinstance(value, Parameters):
        one = Parameters(
            site=value.site, modules=value.modules, partial=value.partial, trainable_only=value.trainable_only,
            single=True, name=value.name,
        )  # fmt: skip
        return Course([one])
    if isinstance(value, Module) and value.kind in ("sequential", "module_list"):
        return Course(list(value.children.values()), complete=value.complete)
    if isinstance(value, Module) and value.kind == "module_dict":
        return Course([Constant(value=key) for key in value.children], complete=value.complete)
    if isinstance(value, Dataset):
        return Course([data.batch(walker, value, site)], loader=value)
    if isinstance(value, Tensor):
        return _rows(value, site)
    if isinstance(value, Instance):
        return _user_iterator(walker, value, site)
    return Course([Unknown(site=site)])


def _rows(value: Tensor, site: Site) -> Course:
    shape = value.shape[1:] if value.shape else None
    row = Tensor(site=site, shape=shape, role=value.role, of=value.of, graph=value.graph)
    if value.op in ("randperm", "split", "chunk"):
        return Course([Tensor(site=site, of=value.of, role=value.role)], batches=value.op != "randperm")
    return Course([row])


def _user_iterator(walker: Walker, value: Instance, site: Site) -> Course:
    method = walker.attribute(value, "__iter__", site)
    if isinstance(method, Method) and method.function is not None:
        result = walker.call(method, Arguments(), site)
        if isinstance(result, Items | Iterating | Loader):
            inner = course(walker, result, site)
            inner.complete = False
            return inner
    if any(name.rpartition(".")[2] == "Dataset" for name in (value.cls.foundations() if value.cls else ())):
        return Course([data.batch(walker, data.as_dataset(value), site)], loader=data.as_dataset(value))
    return Course([Unknown(site=site)])


def _wrapped(walker: Walker, value: Iterating, site: Site) -> Course:  # noqa: PLR0911 - a list of cases
    if value.kind in ("range", "trange"):
        return _range(value, site)
    if not value.over:
        return Course([Unknown(site=site)])
    if value.kind == "repeat":
        return Course([value.over[0]])
    inner = [course(walker, one, site) for one in value.over]
    if value.kind == "enumerate":
        return _numbered(inner[0], value, site)
    if value.kind == "zip":
        return _zipped(inner, site)
    if value.kind == "named":
        return Course([Items(kind="tuple", elements=[Unknown(name="name"), one]) for one in inner[0].elements])
    if value.kind == "state" and isinstance(value.over[0], StateDict):
        tensor = StateDict(site=site, owner=value.over[0].owner, copied=value.over[0].copied)
        return Course([Items(kind="tuple", elements=[Unknown(name="key"), tensor])])
    if value.kind in ("cycle", "islice"):
        inner[0].complete = False
    return inner[0]


def _numbered(inner: Course, value: Iterating, site: Site) -> Course:
    begin = value.start.value if isinstance(value.start, Constant) and isinstance(value.start.value, int) else 0
    pairs: list[Value] = []
    for index, element in enumerate(inner.elements):
        counter: Value = (
            Constant(site=site, value=begin + index)
            if inner.complete
            else Number(site=site, kind="index", of=inner.loader)
        )
        pairs.append(Items(site=site, kind="tuple", elements=[counter, element]))
    return Course(pairs, inner.complete, inner.loader, inner.batches)


def _zipped(inner: list[Course], site: Site) -> Course:
    count = min(len(one.elements) for one in inner)
    rows: list[Value] = [
        Items(site=site, kind="tuple", elements=[one.elements[index] for one in inner]) for index in range(count)
    ]
    complete = all(one.complete for one in inner)
    if not complete:
        rows = rows[:1]
    loader = next((one.loader for one in inner if one.loader is not None), None)
    return Course(rows, complete, loader, any(one.batches for one in inner))


def _range(value: Iterating, site: Site) -> Course:
    numbers = [one.value for one in value.over if isinstance(one, Constant)]
    plain = [number for number in numbers if isinstance(number, int) and not isinstance(number, bool)]
    certain = all(one.certain for one in value.over if isinstance(one, Constant))
    stepped = len(value.over) == 3
    of = next((one.of for one in value.over if isinstance(one, Number) and one.of is not None), None)
    if len(plain) == len(value.over) and certain and plain and not (stepped and plain[2] == 0):
        turns = range(*plain)
        if len(turns) <= MAX_UNROLLED:
            return Course([Constant(site=site, value=turn) for turn in turns], complete=True)
    return Course([Number(site=site, kind="index", of=of)], batches=stepped and isinstance(value.over[1], Number))


def training_words(node: ast.AST) -> bool:
    """Whether a piece of code looks like it trains or scores, so that its loop must not be unrolled."""
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and part.attr in ("backward", "zero_grad", "step", "eval", "state_dict"):
            return True
        if isinstance(part, ast.For) and "load" in ast.unparse(part.iter).lower():
            return True
    return False
