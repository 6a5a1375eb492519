"""Pictures with their channels last, or brought into order by cutting instead of turning."""

import ast
import math
from collections.abc import Iterator

from convlens.checking.dataflow import input_node, is_channels_last
from convlens.checking.derivations import words
from convlens.checking.events import Forward, Operation, ShapeProblem
from convlens.checking.facts import Facts
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.fixing import replace
from convlens.checking.rules import Rule
from convlens.checking.values import Dataset, Loader, Shape, Site, Size, Tensor

_SCRIPT = """
import torch
import torch.nn.functional as F
from torch import nn
from torchvision.datasets import CIFAR10

raw = CIFAR10("data", train=True)
images = torch.tensor(raw.data).float() / 255
images = ARRANGED
labels = torch.tensor(raw.targets)
model = nn.Sequential(
    nn.Conv2d(3, 16, kernel_size=3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(16 * 16 * 16, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
for epoch in range(10):
    order = torch.randperm(len(images))
    for start in range(0, len(images), 100):
        chosen = order[start : start + 100]
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images[chosen]), labels[chosen])
        loss.backward()
        optimizer.step()
"""

RULE = Rule(
    slug="layout-wrong",
    severity=Severity.ERROR,
    title="Channels in the wrong place",
    symptom="expected input to have 3 channels, but got 32 channels instead; or pictures that look like stripes",
    why="PyTorch wants channels first: N x C x H x W; Pillow, NumPy and OpenCV have them last. permute turns the axes; "
    "reshape and view only cut the same row of numbers anew, which scatters each picture.",
    bad=_SCRIPT.replace("ARRANGED", "images.reshape(-1, 3, 32, 32)"),
    good=_SCRIPT.replace("ARRANGED", "images.permute(0, 3, 1, 2)"),
)
_ORDER = {(4, "first"): "0, 3, 1, 2", (4, "last"): "0, 2, 3, 1", (3, "first"): "2, 0, 1", (3, "last"): "1, 2, 0"}
_TURNED = ("permute", "transpose", "unsqueeze", "view", "reshape", "swapaxes")


def check(facts: Facts) -> Iterator[Finding]:
    """Convolutions of pictures with channels last, and views that pretend to move the channels."""
    for event in facts.operations("view", "reshape"):
        if (goal := _moved(event)) is not None:
            yield _cut(event, goal)
    told: set[int] = set()
    for problem in facts.of(ShapeProblem):
        if is_channels_last(facts, problem) and id(problem.layer) not in told:
            told.add(id(problem.layer))
            yield RULE.finding(
                _origin(facts, problem),
                f"The pictures come as {words(problem.shape)}, channels last; the convolution takes "
                f"{problem.expected} x height x width.",
                fix=Fix("Turn the axes: permute(0, 3, 1, 2), or leave out what turned them."),
            )


def _moved(event: Operation) -> str | None:
    """Where a view puts the channels, when it cuts all axes anew and turns none."""
    before = event.input.shape if event.input else None
    after = event.output.shape if isinstance(event.output, Tensor) else None
    if not before or not after:
        return None
    if _to_rows(before, after):
        return "last"
    if _to_rows(after, before):
        return "first"
    if len(before) not in (3, 4) or len(after) - len(before) not in (0, 1):
        return None
    old, new = before[-3:], after[-3:]
    if _coloured(old[2], old[:2]) and new[0] == old[2] and _agree(new[1:], old[:2]):
        return "first"
    return "last" if _coloured(old[0], old[1:]) and new[2] == old[0] and _agree(new[:2], old[1:]) else None


def _to_rows(maps: Shape, rows: Shape) -> bool:
    """Maps of N x C x H x W as N x HW x C: a row for each place, as transformers take them."""
    if len(maps) != 4 or len(rows) != 3 or not all(isinstance(side, int) for side in (*maps[1:], *rows[1:])):
        return False
    _, channels, *sides = maps
    places = math.prod(side for side in sides if isinstance(side, int))
    return rows[1:] == (places, channels) and places != channels and places > 1


def _coloured(channels: Size, sides: Shape) -> bool:
    """Whether these are the channels of a picture with these sides, as far as they are known."""
    return channels in (3, 4) and all(side is None or (isinstance(side, int) and side > 4) for side in sides)


def _agree(one: Shape, other: Shape) -> bool:
    return all(a is None or b is None or a == b for a, b in zip(one, other, strict=True))


def _cut(event: Operation, goal: str) -> Finding:
    before = event.input.shape if event.input and event.input.shape else ()
    after = event.output.shape if isinstance(event.output, Tensor) and event.output.shape else ()
    if len(before) != len(after) and {len(before), len(after)} == {3, 4} and before[0] == after[0]:
        return _rows(event, before, after)
    order = _ORDER[len(before), goal]
    call, source = event.site.node, event.site.source
    inner = input_node(event)
    edits: tuple[Edit, ...] = ()
    numpy = event.input is not None and event.input.numpy
    if isinstance(call, ast.Call) and inner is not None and inner not in call.args and len(before) == len(after):
        turn = "transpose" if numpy else "permute"
        edits = (replace(source, call, f"{source.segment(inner)}.{turn}({order})"),)
    return RULE.finding(
        event.site,
        f"This {event.op} makes pictures of {words(before[-3:])} look like channels {goal}, but leaves every number in "
        "its place: the pictures are scattered.",
        fix=Fix(f"Turn the axes: {'transpose' if numpy else 'permute'}({order}).", edits),
    )


def _rows(event: Operation, before: Shape, after: Shape) -> Finding:
    turn = "flatten(2).transpose(1, 2)" if len(before) == 4 else "transpose(1, 2) before it"
    return RULE.finding(
        event.site,
        f"This {event.op} of {words(before[1:])} to {words(after[1:])} leaves every number in its place: "
        "channels and places are mixed up.",
        fix=Fix(f"Turn the axes: {turn}."),
    )


def _origin(facts: Facts, problem: ShapeProblem) -> Site:
    """Where the axes were turned last; else where the network is applied."""
    for one in problem.tensor.ancestry():
        if one.made_by is not None and one.op in _TURNED and facts.in_file(one.made_by.site):
            return one.made_by.site
    item = _in_getitem(facts, problem.tensor)
    if item is not None:
        return item.site
    forward = next((event for event in facts.of(Forward) if event.first <= problem.index < event.index), None)
    return forward.site if forward else problem.site


def _in_getitem(facts: Facts, pictures: Tensor) -> Operation | None:
    """Where the data set of the user gave its pictures this order."""
    data = pictures.of.dataset if isinstance(pictures.of, Loader) else pictures.of
    instance = data.root().instance if isinstance(data, Dataset) else None
    if instance is None or not pictures.shape:
        return None
    made = [
        event
        for event in reversed(facts.of(Operation))
        if isinstance(event.output, Tensor)
        and event.output.shape == pictures.shape[1:]
        and any(call.receiver is instance for call in event.calls)
        and facts.in_file(event.site)
    ]
    return next((event for event in made if event.op in _TURNED), made[0] if made else None)
