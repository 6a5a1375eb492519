"""Pictures and labels put in different orders."""

import ast
import re
from collections.abc import Iterator

from convlens.checking.conditions import exclusive
from convlens.checking.events import Assigned, Called, Forward, LossComputed, Operation
from convlens.checking.facts import TRANSPARENT, Facts
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.orders import PASSING, comparable, first_difference, is_random, orders_of
from convlens.checking.relations import is_guessed
from convlens.checking.rules import Rule
from convlens.checking.values import Instance, Iterating, Loader, Tensor, Value

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
    symptom="the loss stays at that of guessing (2.303 with 10 classes), whatever is changed",
    why="A label belongs to the picture with the same number; shuffled apart, each picture has another one's label, "
    "and there is nothing to learn.",
    bad=_SCRIPT.replace("CHOSEN", "torch.randperm(len(stored))"),
    good=_SCRIPT.replace("CHOSEN", "order"),
)
_PICTURES = re.compile(r"image|img|pic|data\b|feature|(^|[_.])x(_|$|s$)|\bX", re.IGNORECASE)
_LABELS = re.compile(r"label|target|mask|annot|truth|(^|[_.])y(_|$|s$)|\bY", re.IGNORECASE)
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
        if is_guessed(_first(images)) is not is_guessed(_first(labels)):
            continue
        one, other = first_difference(*comparable(orders_of(images), orders_of(labels)))
        if any(order is not None and is_random(order.by) for order in (one, other)):
            yield RULE.finding(
                (other or one).site,  # type: ignore[union-attr]
                "Pictures and labels are not in the same order any more: only one of them is reordered here.",
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


def _first(tensor: Tensor) -> Tensor:
    """What a tensor was made of in the beginning."""
    while tensor.made_by is not None and tensor.made_by.input is not None:
        tensor = tensor.made_by.input
    return tensor


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
        together, shuffled = (
            _read_together(cls.node) - _of_other_modes(facts, event, cls.node),
            _shuffled_names(cls.node),
        )
        alone = _argument(event) in together and not shuffled >= together and len(together) > 1
        if alone and not _made_of(_argument(event), cls.node, together):
            told.add(event.node)
            others = " and ".join(f"`{name}`" for name in sorted(together - shuffled))
            yield RULE.finding(
                event.site, f"`{_argument(event)}` is shuffled alone; {others} keeps its order.",
                fix=Fix("Draw one permutation and index both with it."),
            )  # fmt: skip


def _of_other_modes(facts: Facts, event: Called, cls: ast.ClassDef) -> set[str]:
    """Attributes that the class makes elsewhere only: in another mode of the set than the one that is shuffled."""
    owner = event.calls[-1].receiver if event.calls else None
    made = {one.target for one in facts.of(Assigned) if one.owner is owner and not exclusive(one, event)}
    targets = (node for node in ast.walk(cls) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
    return {ast.unparse(node) for node in targets} - made


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
    return ops <= set(PASSING)
