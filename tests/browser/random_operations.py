"""Random single operations with all their options, to compare the page's sums with PyTorch's."""

import random
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - as everyone calls it

from tests.browser.programs import Options, Step, described

Made = tuple[list[Tensor], Step]
"""Inputs (1, ...), and an operation that reads them."""


def random_operation(chance: random.Random) -> Made:
    """Some operation of some kind with some options, which PyTorch accepts, and random inputs for it.

    Args:
        chance: what is drawn from; torch's own generator gives the numbers.
    """
    make = chance.choice(MAKERS)
    while True:
        try:
            inputs, step = make(chance)
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="Using padding='same' with even kernel")
                output = step.run(*inputs)
        except (RuntimeError, ValueError):  # the options do not fit each other, or the window not the maps
            continue
        if 0 < output.numel() < 20_000:
            return inputs, step


def _maps(chance: random.Random, channels: int | None = None) -> Tensor:
    shape = (channels or chance.randint(1, 6), chance.randint(1, 13), chance.randint(1, 13))
    return 2 * torch.randn(1, *shape)


def _layer(inputs: list[Tensor], layer: nn.Module) -> Made:
    """A layer in evaluation, with random weights and running statistics."""
    for name, weight in layer.state_dict().items():
        if name == "running_var":
            weight.uniform_(0.1, 3)
        elif weight.is_floating_point():
            weight.normal_()
    return inputs, Step(*described(layer), layer.eval(), (0,))


def _call(inputs: list[Tensor], op: str, options: Options, run: Callable[..., Tensor]) -> Made:
    return inputs, Step(op, options, run, tuple(range(len(inputs))))


def _sides(chance: random.Random, low: int, high: int) -> tuple[int, int]:
    return chance.randint(low, high), chance.randint(low, high)


def _convolution(chance: random.Random) -> Made:
    groups = chance.choice([1, 1, 2, 3])
    maps = _maps(chance, groups * chance.randint(1, 3))
    padding: Any = chance.choice([0, _sides(chance, 0, 4), _sides(chance, 0, 4), "same", "valid"])
    layer = nn.Conv2d(
        maps.shape[1],
        groups * chance.randint(1, 3),
        _sides(chance, 1, 5),
        1 if padding == "same" else _sides(chance, 1, 4),
        padding,
        chance.choice([(1, 1), _sides(chance, 1, 3)]),
        groups,
        chance.random() < 0.7,
        chance.choice(["zeros", "zeros", "reflect", "replicate", "circular"]),
    )
    return _layer([maps], layer)


def _transposed(chance: random.Random) -> Made:
    groups = chance.choice([1, 1, 2, 3])
    maps = _maps(chance, groups * chance.randint(1, 3))
    layer = nn.ConvTranspose2d(
        maps.shape[1],
        groups * chance.randint(1, 3),
        _sides(chance, 1, 5),
        _sides(chance, 1, 4),
        _sides(chance, 0, 3),
        _sides(chance, 0, 3),
        groups,
        chance.random() < 0.7,
        _sides(chance, 1, 3),
    )
    return _layer([maps], layer)


def _max_pool(chance: random.Random) -> Made:
    kernel = _sides(chance, 1, 5)
    stride = chance.choice([None, _sides(chance, 1, 5)])
    dilation = chance.choice([(1, 1), _sides(chance, 1, 3)])
    return _layer(
        [_maps(chance)],
        nn.MaxPool2d(kernel, stride, _sides(chance, 0, 2), dilation, ceil_mode=chance.random() < 0.5),
    )


def _avg_pool(chance: random.Random) -> Made:
    layer = nn.AvgPool2d(
        _sides(chance, 1, 5),
        chance.choice([None, _sides(chance, 1, 5)]),
        _sides(chance, 0, 2),
        chance.random() < 0.5,
        chance.random() < 0.5,
        chance.choice([None, None, chance.randint(1, 9)]),
    )
    return _layer([_maps(chance)], layer)


def _adaptive(chance: random.Random) -> Made:
    output = (chance.choice([None, 1, 2, 3, 7, 16]), chance.choice([None, 1, 2, 5, 8]))
    return _layer([_maps(chance)], chance.choice([nn.AdaptiveMaxPool2d, nn.AdaptiveAvgPool2d])(output))


def _normalisation(chance: random.Random) -> Made:
    groups, affine = chance.randint(1, 3), chance.random() < 0.7
    maps = _maps(chance, groups * chance.randint(1, 3)) + 3
    channels, eps = maps.shape[1], chance.choice([1e-5, 1e-3, 0.5])
    kind = chance.choice(["batch", "neurons", "layer", "group", "instance"])
    if kind == "neurons":
        return _layer([maps.flatten(1)], nn.BatchNorm1d(maps[0].numel(), eps, affine=affine))
    if kind == "layer":
        shape = list(maps.shape[-chance.randint(1, 3) :])
        return _layer([maps], nn.LayerNorm(shape, eps, affine, bias=chance.random() < 0.7))
    if kind == "group":
        return _layer([maps], nn.GroupNorm(groups, channels, eps, affine))
    layer = nn.BatchNorm2d(channels, eps, affine=affine)
    return _layer([maps], layer if kind == "batch" else nn.InstanceNorm2d(channels, eps, affine=affine))


def _activation(chance: random.Random) -> Made:
    maps = chance.choice([1.0, 4.0]) * chance.choice([_maps(chance), _maps(chance).flatten(1)])
    layers = [
        nn.ReLU(),
        nn.ReLU6(),
        nn.LeakyReLU(chance.uniform(0, 0.5)),
        nn.ELU(chance.uniform(0.2, 2)),
        nn.SELU(),
        nn.GELU(),
        nn.GELU("tanh"),
        nn.SiLU(),
        nn.Sigmoid(),
        nn.Tanh(),
        nn.Hardswish(),
        nn.Hardsigmoid(),
        nn.Softplus(chance.uniform(0.3, 3), chance.choice([20, 2])),
        nn.Mish(),
        nn.PReLU(chance.choice([1, maps.shape[1]])),
    ]
    return _layer([maps], chance.choice(layers))


def _softmax(chance: random.Random) -> Made:
    maps = chance.choice([_maps(chance), 9 * _maps(chance).flatten(1)])
    dim = chance.choice([-1, chance.randrange(maps.ndim - 1)])
    op = chance.choice(["softmax", "log_softmax"])
    return _call([maps], op, {"dim": dim}, lambda x: getattr(torch, op)(x, dim if dim < 0 else dim + 1))


def _linear(chance: random.Random) -> Made:
    maps = chance.choice([_maps(chance), _maps(chance).flatten(1)])
    return _layer([maps], nn.Linear(maps.shape[-1], chance.randint(1, 20), bias=chance.random() < 0.7))


def _pad(chance: random.Random) -> Made:
    mode, value = chance.choice(["constant", "reflect", "replicate", "circular"]), chance.choice([0, 0, -1.5])
    top, bottom, left, right = (chance.randint(-1, 4) for _ in range(4))
    given = {"value": value} if mode == "constant" else {}
    options = {"padding": [top, bottom, left, right], "mode": mode, **given}
    return _call([_maps(chance)], "pad", options, lambda x: F.pad(x, (left, right, top, bottom), mode, **given))


def _signs(chance: random.Random) -> Made:
    op, maps = chance.choice(["add", "sub", "mul", "div"]), _maps(chance)
    run = getattr(torch, op)
    if chance.random() < 0.5:
        scalar, reverse = chance.uniform(0.5, 3), chance.random() < 0.5
        maps = maps.sign() * (maps.abs() + 0.1)  # away from zero, by which is divided
        options = {"scalar": scalar, "reversed": reverse}
        return _call([maps], op, options, lambda x: run(torch.full_like(x, scalar), x) if reverse else run(x, scalar))
    inputs = [maps, torch.rand_like(maps) + 0.5]
    stretched = chance.randrange(2)
    for dimension in chance.sample([1, 2, 3], chance.randint(0, 3)):
        inputs[stretched] = inputs[stretched].narrow(dimension, 0, 1)
    return _call([one.contiguous() for one in inputs], op, {}, run)


def _cat(chance: random.Random) -> Made:
    maps, dim = _maps(chance), chance.randrange(-3, 3)
    place = dim if dim < 0 else dim + 1
    shapes = [list(maps.shape) for _ in range(chance.randint(1, 2))]
    for shape in shapes:
        shape[place] = chance.randint(1, 4)
    inputs = [maps, *(torch.randn(shape) for shape in shapes)]
    return _call(inputs, "cat", {"dim": dim}, lambda *maps: torch.cat(maps, place))


def _reduction(chance: random.Random) -> Made:
    op = chance.choice(["mean", "sum", "amax"])
    run = getattr(torch, op)
    dims, keepdim = chance.choice([[1, 2], [2, 1], [-1, -2], [0], [2], [0, 1, 2], [-1]]), chance.random() < 0.5
    places = [dim if dim < 0 else dim + 1 for dim in dims]
    return _call([_maps(chance)], op, {"dims": dims, "keepdim": keepdim}, lambda x: run(x, places, keepdim))


def _moves(chance: random.Random) -> Made:
    maps = _maps(chance)
    if chance.random() < 0.5:
        dims = chance.sample([0, 1, 2], 3)
        return _call([maps], "permute", {"dims": dims}, lambda x: x.permute(0, *(dim + 1 for dim in dims)))
    start = chance.randint(0, 2)
    return _call([maps], "flatten", {"start": start, "end": -1}, lambda x: x.flatten(start + 1))


MAKERS: Sequence[Callable[[random.Random], Made]] = (
    *(3 * [_convolution]),
    *(2 * [_transposed]),
    *(2 * [_max_pool]),
    *(2 * [_avg_pool]),
    *(2 * [_activation]),
    _adaptive,
    _normalisation,
    _softmax,
    _linear,
    _pad,
    _signs,
    _cat,
    _reduction,
    _moves,
)
