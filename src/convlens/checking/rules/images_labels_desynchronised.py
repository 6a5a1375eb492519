"""Pictures and labels put in different orders."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from convlens.checking.events import Called, Forward, LossComputed, Operation
from convlens.checking.facts import TRANSPARENT, Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.rules import Rule
from convlens.checking.values import Constant, Instance, Iterating, Loader, Site, Slice, Tensor, Value

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torchvision import datasets

stored = datasets.FashionMNIST("data", train=True)
order = torch.randperm(len(stored))
images = (stored.data.float() / 255)[order]
labels = stored.targets[CHOSEN]
train_loader = DataLoader(TensorDataset(images, labels), batch_size=64, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(5):
    for pictures, targets in train_loader:
        optimizer.zero_grad()
        loss_fn(model(pictures), targets).backward()
        optimizer.step()
"""

RULE = Rule(
    slug="images-labels-desynchronised",
    severity=Severity.ERROR,
    title="Labels of other pictures",
    symptom="the loss stays at 2.303, the logarithm of 10, and the accuracy at chance, whatever is changed",
    why="A label belongs to the picture with the same number; shuffled apart, each picture has another one's label, "
    "and there is nothing to learn.",
    bad=_SCRIPT.replace("CHOSEN", "torch.randperm(len(stored))"),
    good=_SCRIPT.replace("CHOSEN", "order"),
)
_PICTURES = re.compile(r"image|img|pic|data\b|feature|(^|[_.])x(_|$|s$)|\bX", re.IGNORECASE)
_LABELS = re.compile(r"label|target|(^|[_.])y(_|$|s$)|\bY", re.IGNORECASE)
_SEEDS = ("numpy.random.seed", "random.seed", "torch.manual_seed")
_ON_PURPOSE = re.compile(r"random(ised|ized|ly)?[ _-]*(\w+[ _-])?labels?|label[ _-]*(noise|shuffl|permut)"
                         r"|(shuffled|permuted)[ _-]labels|permutation[ _-]test", re.IGNORECASE)  # fmt: skip


def check(facts: Facts) -> Iterator[Finding]:
    """Pictures and labels that meet in a loss or a data set, with the orders each was put in."""
    if _ON_PURPOSE.search(facts.source.text):
        return
    yield from _shuffled_in_place(facts)
    yield from _shuffled_in_a_set(facts)
    for images, labels in _pairs(facts):
        one, other = _first_difference(*_comparable(_orders(images), _orders(labels)))
        if any(order is not None and _random(order.by) for order in (one, other)):
            yield RULE.finding(
                (other or one).site,  # type: ignore[union-attr]
                "Pictures and labels are not in the same order any more: only one of them is put in this one.",
                fix=Fix("Draw one permutation and index both with it."),
            )
    yield from _two_loaders(facts)


def _pairs(facts: Facts) -> Iterator[tuple[Tensor, Tensor]]:
    for dataset in facts.datasets:
        if dataset.kind == "TensorDataset" and len(dataset.tensors) >= 2:
            first, second = dataset.tensors[:2]
            if isinstance(first, Tensor) and isinstance(second, Tensor):
                yield first, second
    for loader in facts.loaders:
        own = loader.dataset.root().instance if loader.dataset is not None else None
        yield from _held(own) if own is not None else ()
    losses = [(images, event) for images, event in _losses(facts) if isinstance(event.target, Tensor)]
    targets: dict[int, set[int]] = {}
    for _, event in losses:
        targets.setdefault(id(event.prediction), set()).add(id(event.target))
    for images, event in losses:
        if len(targets[id(event.prediction)]) == 1:  # two targets for one answer: the pictures are mixtures
            yield images, event.target  # type: ignore[misc]


def _losses(facts: Facts) -> Iterator[tuple[Tensor, LossComputed]]:
    """The pictures a network got, with the loss of what it answered."""
    outputs = {id(event.output): event for event in facts.of(Forward)}
    for event in facts.of(LossComputed):
        value: Value | None = event.prediction
        while isinstance(value, Tensor) and id(value) not in outputs:
            value = value.made_by.input if value.made_by and value.op in (*TRANSPARENT, "log_softmax") else None
        forward = outputs.get(id(value))
        given = next((one for one in forward.inputs if isinstance(one, Tensor)), None) if forward else None
        if given is not None:
            yield given, event


# ------------------------------------------------------------------------------------------------- by one index each

# sklearn's split gives each array a part of its own, in the same order
_PASSING = ("train_test_split", "permute", "div", "sub", "add", "mul", "tensor", "as_tensor", "from_numpy", "array",
            "asarray", "long", "astype", *TRANSPARENT)  # fmt: skip


_STORED = ("cat", "stack", "reshape", "load")
"""Where pictures of several files are put together: what was done before concerns both arrays of a pair."""


@dataclass(frozen=True)
class _Order:
    """An order in which rows were put, and where. `by` is a permutation, or some other index."""

    by: Value
    site: Site


@dataclass(frozen=True)
class _History:
    """The orders in which rows were put, the first one first, as far back as they can be followed.

    What was done before the event numbered `since` is not known; -1 where all is known.
    """

    orders: list[_Order]
    since: int = -1


def _comparable(one: _History | None, other: _History | None) -> tuple[list[_Order], list[_Order]]:
    """The orders that were drawn when both histories are known; other indices count where both have them."""
    if one is None or other is None:
        return [], []
    since = max(one.since, other.since)
    drawn = [[order for order in history.orders if _drawn_after(order, since)] for history in (one, other)]
    common = {id(order.by) for order in drawn[0]} & {id(order.by) for order in drawn[1]}
    if any(not _is_draw(order.by) and id(order.by) not in common for orders in drawn for order in orders):
        return [], []
    return drawn[0], drawn[1]


def _drawn_after(order: _Order, since: int) -> bool:
    made = order.by.made_by if isinstance(order.by, Tensor) else None
    return since < 0 or (made is not None and made.index > since)


def _is_draw(order: Value) -> bool:
    return isinstance(order, Tensor) and order.made_by is not None


def _orders(tensor: Tensor) -> _History | None:
    """The orders in which its rows were put; None where rows may have been mixed."""
    found: list[_Order] = []
    one: Tensor | None = tensor
    while one is not None and one.made_by is not None:
        if one.op == "getitem":
            index = one.made_by.arguments.get("index")
            if isinstance(index, Tensor):
                found.append(_Order(_draw(index), one.made_by.site))
            elif not isinstance(index, Slice | Constant):
                if index is None:
                    return None
                found.append(_Order(index, one.made_by.site))
        elif one.op == "permutation":
            found.append(_Order(one, one.made_by.site))
        elif one.op == "join" or _mixes(one.made_by):
            return None
        elif one.op not in _PASSING:
            return _History(found[::-1], one.made_by.index) if one.op in _STORED else None
        one = one.made_by.input
    return _History(found[::-1])


def _mixes(made: Operation) -> bool:
    """A sum or product of two tensors: of two pictures, say."""
    return made.op in ("add", "mul") and len([part for part in made.inputs if isinstance(part, Tensor)]) > 1


def _first_difference(ours: list[_Order], theirs: list[_Order]) -> tuple[_Order | None, _Order | None]:
    """The first orders of both that are not the same; None for the one that has no more."""
    for one, other in zip_longest(ours, theirs):
        if one is None or other is None or one.by is not other.by:
            return one, other
    return None, None


def _draw(index: Tensor) -> Tensor:
    """The permutation that an index was cut from."""
    while index.made_by is not None and index.op in ("getitem", *TRANSPARENT) and index.made_by.input is not None:
        index = index.made_by.input
    return index


def _random(order: Value) -> bool:
    if not isinstance(order, Tensor):
        return False
    return order.op in ("randperm", "permutation") and not _seeded(order)


def _seeded(order: Tensor) -> bool:
    return order.made_by is not None and "seed" in order.made_by.site.text


# ------------------------------------------------------------------------------------------------------- in place


def _shuffled_in_place(facts: Facts) -> Iterator[Finding]:
    """`shuffle(images)` and `shuffle(labels)` one after the other, without the same seed before each."""
    calls = [event for event in facts.of(Called) if _is_shuffle(event)]
    for index, first in enumerate(calls):
        for second in calls[index + 1 :]:
            one, other = _argument(first), _argument(second)
            if first.function is not second.function or first.turns != second.turns or _reset(facts, first, second):
                continue
            if {_kind(one), _kind(other)} == {"pictures", "labels"}:
                yield RULE.finding(
                    second.site, f"`{one}` and `{other}` are shuffled one by one, each into an order of its own.",
                    fix=Fix("Draw one permutation and index both with it."),
                )  # fmt: skip


def _shuffled_in_a_set(facts: Facts) -> Iterator[Finding]:
    """One of two arrays that `__getitem__` reads at the same index, shuffled alone in the same class."""
    told: set[ast.AST] = set()
    for event in facts.of(Called):
        owner = event.calls[-1].receiver if event.calls else None
        cls = owner.cls if isinstance(owner, Instance) else None
        if cls is None or not _is_shuffle(event) or "seed" in ast.unparse(cls.node) or event.node in told:
            continue
        together, shuffled = _read_together(cls.node), _shuffled_names(cls.node)
        alone = _argument(event) in together and not shuffled >= together and len(together) > 1
        if alone and not _made_of(_argument(event), cls.node, together):
            told.add(event.node)
            others = " and ".join(f"`{name}`" for name in sorted(together - shuffled))
            yield RULE.finding(
                event.site, f"`{_argument(event)}` is shuffled alone; {others} keeps its order.",
                fix=Fix("Draw one permutation and index both with it."),
            )  # fmt: skip


def _made_of(shuffled: str, cls: ast.ClassDef, names: set[str]) -> bool:
    """Whether another of the arrays is made of the shuffled one."""
    return any(
        ast.unparse(target) in names - {shuffled} and shuffled in ast.unparse(node.value)
        for node in ast.walk(cls)
        if isinstance(node, ast.Assign)
        for target in node.targets
    )


def _read_together(cls: ast.ClassDef) -> set[str]:
    """The arrays that `__getitem__` reads at its argument: `self.images[index]`, `self.labels[index]`."""
    getters = [one for one in cls.body if isinstance(one, ast.FunctionDef) and one.name == "__getitem__"]
    return {
        ast.unparse(node.value)
        for getter in getters
        for node in ast.walk(getter)
        if isinstance(node, ast.Subscript) and len(getter.args.args) > 1
        and isinstance(node.slice, ast.Name) and node.slice.id == getter.args.args[1].arg
    }  # fmt: skip


def _held(instance: Instance) -> Iterator[tuple[Tensor, Tensor]]:
    """The two arrays that `__getitem__` of a user's set reads at the same index."""
    together = _read_together(instance.cls.node) if instance.cls is not None else set()
    arrays = [value for name, value in instance.attributes.items() if f"self.{name}" in together]
    if len(arrays) == len(together) == 2 and isinstance(arrays[0], Tensor) and isinstance(arrays[1], Tensor):
        yield arrays[0], arrays[1]


def _shuffled_names(cls: ast.ClassDef) -> set[str]:
    calls = (node for node in ast.walk(cls) if isinstance(node, ast.Call) and "shuffle" in ast.unparse(node.func))
    return {ast.unparse(given) for call in calls for given in call.args}


def _is_shuffle(event: Called) -> bool:
    if event.name.startswith("sklearn"):
        return isinstance(event.node, ast.Call) and len(event.node.args) == 1
    return event.name.endswith(".shuffle")


def _argument(event: Called) -> str:
    return ast.unparse(event.node.args[0]) if isinstance(event.node, ast.Call) and event.node.args else ""


def _kind(text: str) -> str:
    pictures, labels = bool(_PICTURES.search(text)), bool(_LABELS.search(text))
    return "" if pictures == labels else "pictures" if pictures else "labels"


def _reset(facts: Facts, first: Called, second: Called) -> bool:
    """Whether a seed is set, or the generator made anew, between two shuffles."""
    between = facts.between(first, second)
    return any(isinstance(event, Called) and ("seed" in event.name or event.name.endswith("default_rng"))
               for event in between) or "seed" in first.site.text  # fmt: skip


# ------------------------------------------------------------------------------------------------------- two loaders


def _two_loaders(facts: Facts) -> Iterator[Finding]:
    """Pictures of one loader with the labels of another, of which one shuffles."""
    for images, event in _losses(facts):
        target = event.target
        loop = event.loops[-1] if event.loops else None
        walks_both = loop is not None and isinstance(loop.over, Iterating) and loop.over.kind == "zip"
        if not (walks_both and isinstance(target, Tensor) and loop is not None):
            continue
        one, other = images.of, target.of
        if not (isinstance(one, Loader) and isinstance(other, Loader) and one is not other):
            continue
        if any(loader.constant("shuffle") is True for loader in (one, other)) and _plain(images, target):
            yield RULE.finding(
                loop.site, "Pictures and labels come from two loaders, each of which has an order of its own.",
                fix=Fix("Put both into one data set with one loader."),
            )  # fmt: skip


def _plain(*tensors: Tensor) -> bool:
    """Whether they are what the loaders gave, not a mixture."""
    ops = {made.op for tensor in tensors for one in tensor.ancestry() if isinstance(made := one.made_by, Operation)}
    return ops <= set(_PASSING)
