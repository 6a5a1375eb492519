"""Training batches that come in the same order in every epoch."""

import ast
import re
from collections.abc import Iterator

from convlens.checking.events import Assigned, Called, Loop, LoopEntered, Operation
from convlens.checking.facts import Facts, Pass
from convlens.checking.findings import Finding, Fix, Severity
from convlens.checking.fixing import add_argument, replace
from convlens.checking.purposes import Use
from convlens.checking.rules import Rule
from convlens.checking.shuffling import order_is_fixed, permuted_once, shuffled_on_a_device
from convlens.checking.values import Instance, Loader, Site, Tensor, Unknown, Value

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64ORDER)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(5):
    for images, labels in train_loader:
        optimizer.zero_grad()
        loss_fn(model(images), labels).backward()
        optimizer.step()
"""

RULE = Rule(
    slug="train-not-shuffled",
    severity=Severity.ERROR,
    title="Training data not shuffled",
    symptom="the loss goes up and down in the same pattern in every epoch, and the test accuracy stays low",
    why="In the same order every epoch the network sees the same batches again and again; where the file is sorted by "
    "class, it learns one class after the other and forgets the earlier ones.",
    bad=_SCRIPT.replace("ORDER", ""),
    good=_SCRIPT.replace("ORDER", ", shuffle=True"),
)
_TEXT = "embedding"
_RANDOM = re.compile(r"(randperm|permutation|shuffle|sample|random_split|randint|choices?|Sampler)\(")


def check(facts: Facts) -> Iterator[Finding]:
    """Training loaders without shuffling and without a sampler; loops over slices of tensors in file order."""
    for use in facts.purposes.training:
        if isinstance(use.source, Loader) and use.source.site is not None:
            yield from _loader(facts, use, use.source)
    for one in facts.training_passes():
        if one.loop is not None and one.loop.loader is None and one.turns and not one.guessed and one.forwards:
            yield from _tensors(facts, one, one.loop)


def _tensors(facts: Facts, one: Pass, loop: Loop) -> Iterator[Finding]:
    """Batches that are cut from tensors, in an epoch loop."""
    if any(part.kind == _TEXT for model in one.models for part in model.modules()):
        return  # text, whose order is what is learned
    given = next((value for value in one.forwards[0].inputs if isinstance(value, Tensor)), None)
    cuts = [part.made_by for part in (given.ancestry() if given else ()) if part.made_by and part.op == "getitem"]
    in_order = [cut for cut in cuts if _repeated(cut, one) and _in_file_order(cut.arguments.get("index"))]
    # an order drawn for each batch mixes the pictures in it, which are the same ones every time
    drawn = [
        order for cut in cuts for order in _drawn(cut.arguments.get("index")) if not (in_order and order.within(loop))
    ]
    if any(order.turns and "manual_seed(" not in order.site.text for order in drawn):
        return
    if drawn:
        again = bool(drawn[0].turns)
        yield RULE.finding(
            drawn[0].site,
            "The same permutation is drawn in every epoch: its generator starts from the same seed each time."
            if again
            else "The permutation is drawn once, before the epochs: every epoch has the same order.",
            severity=Severity.ERROR if again else Severity.WARNING,
            fix=Fix("Draw a new permutation at the start of each epoch."),
        )
    elif in_order and not _draws_elsewhere(facts, in_order[-1]):
        yield RULE.finding(
            one.site if in_order[-1].within(loop) else in_order[-1].site,
            "The batches are cut from the tensors in the same order in every epoch.",
            fix=Fix("Draw `torch.randperm(len(images))` at the start of each epoch and cut it into batches."),
        )


def _draws_elsewhere(facts: Facts, cut: Operation) -> bool:
    """Whether the class that cuts the batches, or else the script, has something in it that draws an order."""
    owner = cut.calls[-1].receiver if cut.calls else None
    tree = owner.cls.node if isinstance(owner, Instance) and owner.cls is not None else facts.tree
    return _RANDOM.search(ast.unparse(tree)) is not None


def _repeated(cut: Operation, one: Pass) -> bool:
    """Whether it is cut in a loop of its own: one batch of many, not a part chosen once."""
    return cut.turns != one.turns[: len(cut.turns)]


def _drawn(index: Value | None) -> list[Operation]:
    """The permutations that an index comes from."""
    parts = index.ancestry() if isinstance(index, Tensor) else ()
    return [part.made_by for part in parts if part.made_by and part.op == "randperm"]


def _loader(facts: Facts, use: Use, loader: Loader) -> Iterator[Finding]:
    if _only_with_sampler(loader):
        yield RULE.finding(
            _place(facts, loader),
            "Without a sampler this does not shuffle, and with one the two exclude each other.",
            fix=_without_sampler(loader),
        )
        return
    if not order_is_fixed(loader) or _remade_each_epoch(facts, loader):
        return
    if _asked_for_one_batch(facts, loader) or (use.seen is None and _replaced(facts, loader)):
        return
    if _changed_each_epoch(facts, loader):
        return
    site = _place(facts, loader)
    name = facts.purposes.label(loader, "This loader")
    on_device = shuffled_on_a_device(loader)
    if on_device:
        message = f"{name} shuffles only where `{on_device}` holds; elsewhere every epoch has the same order."
    else:
        message = f"{name} is trained on and does not shuffle: every epoch has the same order."
    once = permuted_once(facts, loader)
    yield RULE.finding(
        site,
        message + (" The split has mixed the items once." if once else ""),
        severity=Severity.WARNING if once else Severity.ERROR,
        fix=_fix(facts, loader) if not on_device else Fix("Shuffle on every device."),
    )


def _replaced(facts: Facts, loader: Loader) -> bool:
    """Whether its name was given something unknown: `loader = engine.make_private(loader)`."""
    return any(event.before is loader and isinstance(event.value, Unknown) for event in facts.of(Assigned))


def _changed_each_epoch(facts: Facts, loader: Loader) -> bool:
    """Whether its data set is told each time where to begin, or which items to give: `loader.dataset.offset = ...`."""
    sets = tuple(f"{name}.dataset." for name in facts.purposes.names(loader))
    return any(event.target.startswith(sets) and event.turns for event in facts.of(Assigned))


def _asked_for_one_batch(facts: Facts, loader: Loader) -> bool:
    """Whether all that is done with a loader is to take one batch out of it: `next(iter(loader))`."""
    asked = [
        event
        for event in facts.of(Called)
        if any(loader in (given, *getattr(given, "over", ())) for given in event.arguments)
    ]
    walked = any(event.loop.loader is loader for event in facts.of(LoopEntered))
    once = {event.name for event in asked} == {"iter", "next"} and not any(event.turns for event in asked)
    return once and not walked


def _only_with_sampler(loader: Loader) -> bool:
    """`shuffle=sampler is not None`, the wrong way round."""
    shuffle = loader.arguments.get("shuffle")
    node = shuffle.site.node if shuffle is not None and shuffle.site is not None else None
    if not (isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.IsNot)):
        return False
    call = loader.site.node if loader.site else None
    given = {ast.unparse(one.value) for one in getattr(call, "keywords", ()) if one.arg == "sampler"}
    return ast.unparse(node.left) in given and ast.unparse(node.comparators[0]) == "None"


def _without_sampler(loader: Loader) -> Fix:
    node = loader.arguments["shuffle"].site
    note = "Shuffle where there is no sampler: `sampler is None`."
    return (
        Fix(note, (replace(node.source, node.node, ast.unparse(node.node).replace("is not", "is")),))
        if node
        else Fix(note)
    )


def _remade_each_epoch(facts: Facts, loader: Loader) -> bool:
    """Made anew in the epoch loop, over items in an order drawn there."""
    making = facts.making(loader)
    return making is not None and bool(making.turns) and bool(_RANDOM.search(making.turns[-1].loop.site.text))


def _place(facts: Facts, loader: Loader) -> Site:
    """Where a person would write `shuffle=True`: the flag that says False, the call that leaves it out."""
    assert loader.site is not None  # noqa: S101 - the caller saw to it
    shuffle, making = loader.arguments.get("shuffle"), facts.making(loader)
    if shuffle is None or shuffle.site is None or _inside(shuffle.site, loader.site):
        return loader.site
    for call in reversed(making.calls if making else ()):
        if any(default is shuffle for default in call.function.defaults.values()) and call.site is not None:
            return call.site
    return shuffle.site if facts.in_file(shuffle.site) else loader.site


def _inside(inner: Site, outer: Site) -> bool:
    return inner.source is outer.source and any(node is inner.node for node in ast.walk(outer.node))


def _fix(facts: Facts, loader: Loader) -> Fix:
    note = "Shuffle the training loader: shuffle=True."
    shuffle, site = loader.arguments.get("shuffle"), loader.site
    shared = sum(1 for other in facts.loaders if other.site and site and other.site.node is site.node) > 1
    if site is None or not isinstance(site.node, ast.Call) or shared or loader.has("sampler"):
        return Fix(note)
    if shuffle is None or shuffle.site is None:
        return Fix(note, (add_argument(site.source, site.node, "shuffle=True"),))
    if _inside(shuffle.site, site):
        return Fix(note, (replace(site.source, shuffle.site.node, "True"),))
    return Fix(note)


def _in_file_order(index: Value | None) -> bool:
    """A slice, or one of the numbers from 0 on: `torch.arange(len(images))[start:end]`."""
    if isinstance(index, Tensor):
        return any(part.op == "arange" for part in index.ancestry())
    return isinstance(index, Unknown) and index.name == "slice"
