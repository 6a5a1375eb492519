"""A comment that gives a shape which is not the shape computed there."""

import ast
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from convlens.checking.dataflow import LEARNED, called_by_name, statements
from convlens.checking.derivations import words
from convlens.checking.events import Operation
from convlens.checking.facts import Facts
from convlens.checking.findings import Edit, Finding, Fix, Severity
from convlens.checking.rules import Rule
from convlens.checking.source import Source
from convlens.checking.values import Constant, Items, Shape, Site, Tensor

_SCRIPT = """
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, kernel_size=5)
        self.conv2 = nn.Conv2d(8, 16, kernel_size=5)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(16 * 4 * 4, 10)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))  # COMMENT
        x = self.pool(torch.relu(self.conv2(x)))  # 16x4x4
        return self.fc(torch.flatten(x, 1))


train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
criterion = nn.CrossEntropyLoss()
for images, labels in train_loader:
    optimizer.zero_grad()
    loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
"""

RULE = Rule(
    slug="shape-comment-wrong",
    severity=Severity.WARNING,
    title="A comment with the wrong shape",
    symptom="the sizes in the comments do not lead to the number of neurons that works",
    why="Whoever changes the network goes by the sizes in the comments, and a wrong one leads to a wrong number of "
    "neurons.",
    bad=_SCRIPT.replace("COMMENT", "8x14x14"),
    good=_SCRIPT.replace("COMMENT", "8x12x12"),
)
_SIDE = r"(?:\d+|-1|\?|batch_size|batch|bs|None|[NBCHWKD])"
_SHAPE = re.compile(rf"[\[(]?(?<!\w){_SIDE}(?:(?:\s*[x×X*@]\s*|\s*,\s*){_SIDE})+(?![\w.])[\])]?|=\s*\d+(?![\w.])")
_WORDS = {"shape", "output", "outputs", "out", "size", "sizes", "now", "tensor", "torch", "feature", "map", "maps",
          "to", "after", "input", "in", "is", "pool", "pooling", "maxpool", "conv", "relu", "flatten"}  # fmt: skip
_STEPS = {
    "pool": "pool",
    "pooling": "pool",
    "maxpool": "max_pool",
    "conv": "conv",
    "relu": "relu",
    "flatten": "flatten",
}


@dataclass
class _Line:
    """What is computed in one line: the operations in order; `defined` for those that are only defined there."""

    operations: list[Operation] = field(default_factory=list)
    defined: list[Operation] = field(default_factory=list)


def check(facts: Facts) -> Iterator[Finding]:
    """Comments that are nothing but shapes, beside operations whose shapes are certain."""
    claims = {number: found for number, text in facts.source.comments.items() if (found := _claims(text))}
    if not claims:
        return
    lines = _lines(facts, set(claims))
    for number, found in claims.items():
        if number in lines and (wrong := _contradicted(lines[number], found)) is not None:
            final = _final(lines[number], wrong)
            if final is not None:
                yield _finding(facts.source, number, wrong, final)


@dataclass(frozen=True)
class _Claim:
    text: str
    sides: tuple[int | None, ...]
    words: frozenset[str]


def _claims(comment: str) -> list[_Claim]:
    """The shapes in a comment that says nothing else."""
    rest = re.sub(r"->|=>|→|⟶", " ", _SHAPE.sub(" ", comment))
    said = {word.lower() for word in re.findall(r"[A-Za-z_]+", rest)}
    if re.search(r"\d", rest) and not comment.isdigit():
        return []
    if not said <= _WORDS:
        return []
    texts = [comment] if comment.isdigit() else [match.group() for match in _SHAPE.finditer(comment)]
    found = []
    for text in texts:
        sides = tuple(int(side) if side.isdigit() else None for side in re.findall(_SIDE, text))
        if any(isinstance(side, int) for side in sides):
            found.append(_Claim(text, sides, frozenset(said)))
    return found


def _lines(facts: Facts, wanted: set[int]) -> dict[int, _Line]:
    """The operations of each of these lines, of their first execution."""
    found: dict[int, _Line] = {}
    seen: set[tuple[int, ast.AST, int]] = set()
    for event in facts.of(Operation):
        for number in _numbers(facts, event) & wanted:
            key = (number, event.site.node, id(event.layer))
            if key not in seen:
                seen.add(key)
                found.setdefault(number, _Line()).operations.append(event)
        layer = event.layer
        if layer is not None and facts.in_file(layer.site) and layer.site is not None:
            number = getattr(layer.site.node, "end_lineno", 0)
            if number in wanted and not any(one.layer is layer for one in found.setdefault(number, _Line()).defined):
                found[number].defined.append(event)
                if called_by_name(event):
                    found[number].defined.extend(_until_next(facts, event))
    return found


def _numbers(facts: Facts, event: Operation) -> set[int]:
    """The lines at whose end a comment speaks of an operation."""
    found: set[int] = set()
    for site, statement in statements(event):
        if facts.in_file(site) and not isinstance(statement, ast.For | ast.While | ast.With | ast.If):
            found |= {site.line, getattr(site.node, "end_lineno", site.line), statement.end_lineno or site.line}
    return found


def _until_next(facts: Facts, event: Operation) -> Iterator[Operation]:
    """What follows a layer up to the next one with weights: a comment at its definition may mean any of it."""
    for one in facts.events[event.index + 1 : event.index + 12]:
        if isinstance(one, Operation):
            if one.op in LEARNED:
                return
            yield one


def _contradicted(line: _Line, claims: list[_Claim]) -> _Claim | None:
    """The first claim that fits nothing in the line; None where all fit or too little is known."""
    operations = line.operations or line.defined
    shapes = [
        value.shape
        for event in [*line.operations, *line.defined]
        for value in (*event.inputs, event.output)
        if isinstance(value, Tensor)
    ]
    known = [shape for shape in shapes if shape is not None and None not in shape]
    if not known or len(known) < len(shapes):
        return None
    ops = {event.op for event in operations}
    if any(not any(_STEPS[word] in op for op in ops) for word in claims[0].words & _STEPS.keys()):
        return None
    for claim in claims:
        if len(claim.sides) == 1 and not ops & {"flatten", "view", "reshape"}:
            return None
        if any(_fits(claim.sides, shape) for shape in known) or _speaks_of_kernel(claim, line):
            continue
        return claim
    return None


def _fits(sides: tuple[int | None, ...], shape: Shape) -> bool:
    picture = shape[1:] if shape[:1] == ("N",) or len(shape) in (2, 4) else shape
    for whole in (shape, picture, picture[-2:] if len(picture) == 3 else picture):
        if len(whole) == len(sides) and all(a is None or b in ("N", a) for a, b in zip(sides, whole, strict=True)):
            return True
    numbers = [side for side in sides if side is not None]
    exact = [side for side in picture if isinstance(side, int)]
    if sorted(numbers) == sorted(exact):
        return True  # channels last
    return len(exact) == 1 and math.prod(numbers) == exact[0]


def _speaks_of_kernel(claim: _Claim, line: _Line) -> bool:
    """Whether it may be the size of a kernel or of the weights that is meant."""
    if line.operations and len(claim.sides) > 2:
        return False
    numbers = {side for side in claim.sides if side is not None}
    return any(numbers <= _own_numbers(event) for event in [*line.operations, *line.defined] if event.layer or numbers)


def _own_numbers(event: Operation) -> set[int]:
    values = [
        one for value in event.arguments.values() for one in (value.elements if isinstance(value, Items) else [value])
    ]
    return {one.value for one in values if isinstance(one, Constant) and isinstance(one.value, int)}


def _final(line: _Line, claim: _Claim) -> Shape | None:
    """What comes out in the end; beside a definition the last that has as many sides as the comment."""
    outputs = [event.output for event in line.operations or line.defined if isinstance(event.output, Tensor)]
    shapes = [output.shape for output in outputs if output.shape is not None]
    alike = [shape for shape in shapes if len(shape) - (shape[:1] == ("N",)) == len(claim.sides)]
    found = alike if alike and not line.operations else shapes
    return found[-1] if found else None


def _finding(source: Source, number: int, claim: _Claim, final: Shape) -> Finding:
    text = source.line(number)
    start = text.index(claim.text, _comment_column(source, number))
    place = ast.Pass(
        lineno=number, col_offset=len(text[:start].encode()),
        end_lineno=number, end_col_offset=len(text[: start + len(claim.text)].encode()),
    )  # fmt: skip
    right = _corrected(claim, final)
    edit = Edit(number, start, number, start + len(claim.text), right or "")
    return RULE.finding(
        Site.of(source, place),
        f"The comment says {claim.text.lstrip('= ')}; what is computed here is {words(final)}.",
        fix=Fix("Correct the comment.", (edit,) if right else ()),
    )


def _comment_column(source: Source, number: int) -> int:
    text, comment = source.line(number), source.comments[number]
    return next(at for at, sign in enumerate(text) if sign == "#" and text[at:].lstrip("#").strip() == comment)


def _corrected(claim: _Claim, final: Shape) -> str | None:
    """The claim in its own spelling with the right numbers; None where it has another number of sides."""
    picture = [side for side in final if isinstance(side, int)]
    sides = [side for side in claim.sides if side is not None]
    if len(sides) == len(picture) + 1 and final[:1] == ("N",):
        picture = [sides[0], *picture]
    if len(sides) != len(picture):
        return None
    numbers = iter(picture)
    return re.sub(r"(?<![-\w])\d+|(?<=[xX])\d+", lambda _: str(next(numbers)), claim.text)
