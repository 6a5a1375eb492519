"""Receptive fields of single values, against PyTorch's gradients."""

import random
from collections.abc import Callable, Sequence
from typing import Literal

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - as everyone calls it

from convlens.networks import Lecture
from tests.browser.networks import Recorded, random_places
from tests.browser.programs import Program
from tests.browser.sums import Sums

pytestmark = pytest.mark.browser
Mode = Literal["reflect", "replicate", "circular"]
SIDES = ("top", "bottom", "left", "right")


def _convolution(program: Program, chance: random.Random) -> None:
    kernel, padding = (chance.choice([1, 3, 5]), chance.randint(1, 3)), chance.randint(0, 2)
    stride, dilation = chance.randint(1, 3), chance.randint(1, 2)
    program.add(nn.Conv2d(1, 1, kernel, stride, padding, dilation))


def _wrapped(program: Program, chance: random.Random) -> None:
    modes: tuple[Mode, ...] = ("reflect", "replicate", "circular")
    for mode in modes:
        if chance.random() < 0.5:
            program.add(nn.Conv2d(1, 1, 3, padding="same", dilation=chance.randint(1, 2), padding_mode=mode))


def _transposed(program: Program, chance: random.Random) -> None:
    program.add(nn.ConvTranspose2d(1, 1, chance.randint(1, 4), chance.randint(1, 3), chance.randint(0, 1)))


def _average(program: Program, chance: random.Random) -> None:
    program.add(nn.AvgPool2d(chance.randint(2, 3), chance.randint(1, 3), 1, ceil_mode=chance.random() < 0.5))


def _adaptive(program: Program, chance: random.Random) -> None:
    program.add(nn.AdaptiveAvgPool2d((chance.randint(1, 9), chance.randint(1, 9))))


def _pad(program: Program, chance: random.Random) -> None:
    top, bottom, left, right = (chance.randint(-1, 2) for _ in range(4))
    mode = chance.choice(["constant", "circular"])
    options = {"padding": [top, bottom, left, right], "mode": mode}
    program.add(lambda x: F.pad(x, (left, right, top, bottom), mode), "pad", options)


def _branch(program: Program, chance: random.Random) -> None:
    before = len(program.steps)
    wide = program.add(nn.Conv2d(1, 1, 3, padding=1))
    if chance.random() < 0.5:
        program.add(torch.add, "add", {}, before, wide)
        return
    program.add(lambda one, other: torch.cat([one, other], 1), "cat", {"dim": 0}, before, wide)
    program.add(nn.Conv2d(2, 1, 1))


def _norm(program: Program, _: random.Random) -> None:
    program.add(nn.BatchNorm2d(1))
    program.add(nn.ReLU())


MAKERS: Sequence[Callable[[Program, random.Random], None]] = (
    _convolution,
    _convolution,
    _wrapped,
    _transposed,
    _average,
    _adaptive,
    _pad,
    _branch,
    _norm,
)


def random_program(chance: random.Random) -> Program:
    """A few layers in which nothing cancels and nothing is cut off: what a value depends on has a gradient."""
    program = Program([])
    for _ in range(chance.randint(1, 5)):
        chance.choice(MAKERS)(program, chance)
    program.add(nn.Flatten() if chance.random() < 0.3 else nn.Identity())
    for step in program.steps:
        if isinstance(step.run, nn.Module):
            step.run.eval()
            for weight in step.run.parameters():
                nn.init.uniform_(weight, 0.5, 1)
    return program


def touched(program: Program, picture: Tensor, index: Sequence[int]) -> dict[str, int]:
    """The rectangle of pixels that the value of the last operation depends on, by PyTorch's gradient."""
    picture = picture.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(program.values(picture)[-1][0][tuple(index)], picture)
    rows, columns = (gradient[0, 0].ne(0).any(dim).nonzero().flatten().tolist() for dim in (1, 0))
    ends = (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1) if rows else (0, 0, 0, 0)
    return dict(zip(SIDES, ends, strict=True))


def test_receptive_fields_are_where_gradients_are(sums: Sums) -> None:
    chance = random.Random(0)
    torch.manual_seed(0)
    compared = 0
    while compared < 40:
        program = random_program(chance)
        picture = torch.rand(1, 1, chance.randint(5, 20), chance.randint(5, 20))
        try:
            operations, weights = program.document(picture)
        except RuntimeError:  # pooled to nothing, or more padding than picture
            continue
        if 0 in operations[-1]["output"]:
            continue
        compared += 1
        sums.load(operations, weights)
        places = random_places(operations[-1:], chance, 4)
        for (_, index), field in zip(places, sums.call("fields", places), strict=True):
            expected = touched(program, picture, index)
            assert {side: field[side] for side in SIDES} == expected, ([step.op for step in program.steps], index)


def test_the_padding_is_a_part_of_the_nominal_field(sums: Sums) -> None:
    recorded = Recorded(Lecture(), torch.zeros(1, 1, 28, 28))
    operations = recorded.operations
    sums.load(operations, recorded.weights)
    pool1, pool2 = (one["id"] for one in operations if one["op"] == "max_pool2d")
    corner, middle, neuron = sums.call("fields", [[pool1, [0, 0, 13]], [pool2, [0, 3, 3]], [pool2 + 2, [0]]])
    assert corner["nominal"] == {"top": -1, "bottom": 3, "left": 25, "right": 29}
    assert (corner["size"], corner["top"], corner["right"]) == ([4, 4], 0, 28)
    assert middle["size"] == [10, 10]
    assert [neuron[side] for side in SIDES] == [0, 28, 0, 28]


def test_what_is_not_known_sees_everything(sums: Sums) -> None:
    program = Program([])
    program.add(nn.Conv2d(1, 1, 3))
    program.add(torch.frac, "unheard_of")
    program.add(torch.relu, "relu")
    sums.load(*program.document(torch.zeros(1, 1, 9, 8)))
    [field] = sums.call("fields", [[3, [0, 2, 2]]])
    assert [field[side] for side in SIDES] == [0, 9, 0, 8]
