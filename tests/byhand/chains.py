"""Random networks, and what PyTorch itself says of them: sizes, parameters, unreached rows, receptive fields."""

import random
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - as everyone calls it

from convlens.byhand.derivation import Derivation, derive
from convlens.byhand.facts import Operation
from convlens.byhand.problems import Problem, find_problem
from convlens.byhand.trace import trace

Part = nn.Module | Callable[[Tensor], Tensor]
_ACTIVATIONS = (nn.ReLU, nn.GELU, nn.Tanh, nn.Hardswish)


class Chain(nn.Module):
    """A random network of layers and functional calls."""

    def __init__(self, choice: random.Random, *, branches: bool = True, tail: bool = True) -> None:
        super().__init__()
        self.choice = choice
        self.picture = (choice.randint(1, 4), choice.randint(6, 40), choice.randint(6, 40))
        self.parts: list[Part] = []
        channels = self.picture[0]
        for _ in range(choice.randint(1, 6)):
            channels = self._grow(channels, branches)
        if tail and choice.random() < 0.8:
            self.parts.append(self._flattening())
            self.parts.append(nn.LazyLinear(choice.randint(1, 9), bias=choice.random() < 0.7))
        self.layers = nn.ModuleList(part for part in self.parts if isinstance(part, nn.Module))

    def forward(self, x: Tensor) -> Tensor:
        for part in self.parts:
            x = part(x)
        return x

    def _grow(self, c: int, branches: bool) -> int:
        pick = self.choice
        kind = pick.choice(["conv", "conv", "conv", "pool", "pool", "transposed", "adaptive", "norm", "act", "branch"])
        if kind == "branch" and not branches:
            kind = "conv"
        if kind == "conv":
            conv, c = self._conv(c)
            self.parts.append(conv)
        elif kind == "pool":
            self.parts.append(self._pool())
        elif kind == "transposed":
            out = pick.randint(1, 6)
            stride = pick.randint(1, 3)
            self.parts.append(
                nn.ConvTranspose2d(c, out, pick.randint(1, 4), stride, pick.randint(0, 1), pick.randint(0, stride - 1))
            )
            c = out
        elif kind == "adaptive":
            size = (pick.choice([None, 1, 3, 5]), pick.randint(1, 6))
            if pick.random() < 0.5:
                self.parts.append(pick.choice([nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d])(size))
            else:
                self.parts.append(lambda x: F.adaptive_avg_pool2d(x, size))
        elif kind == "norm":
            self.parts.append(nn.BatchNorm2d(c, affine=pick.random() < 0.7))
        elif kind == "act":
            self.parts.append(pick.choice([pick.choice(_ACTIVATIONS)(), torch.relu, F.relu, lambda x: x.sigmoid()]))
        else:
            c = self._branch(c)
        return c

    def _conv(self, c: int) -> tuple[Part, int]:
        pick = self.choice
        groups = pick.choice([1, 1, 1, c])
        out = groups * pick.randint(1, 4)
        kernel = (pick.randint(1, 5), pick.randint(1, 5))
        dilation: Any = pick.choice([1, 1, (2, 1), 2, 3])
        padding: Any = pick.choice([0, 1, 2, (0, 1), (2, 0), "same", "valid"])
        stride: Any = 1 if padding == "same" else pick.choice([1, 1, 2, 3, (2, 1), 5])
        bias = pick.random() < 0.7
        if pick.random() < 0.3:
            own = nn.Module()
            own.weight = weight = nn.Parameter(torch.randn(out, c // groups, *kernel))
            own.forward = lambda x: F.conv2d(x, weight, None, stride, padding, dilation, groups)
            return own, out
        mode: Any = pick.choice(["zeros", "zeros", "zeros", "replicate", "circular"])
        return nn.Conv2d(c, out, kernel, stride, padding, dilation, groups, bias, mode), out

    def _pool(self) -> Part:
        pick = self.choice
        kernel: Any = pick.choice([2, 3, (2, 3), (3, 1), 4])
        stride: Any = pick.choice([None, 1, 2, 3, (1, 2), 4])
        smallest = min(kernel) if isinstance(kernel, tuple) else kernel
        padding = pick.randint(0, smallest // 2)
        ceil_mode = pick.random() < 0.4
        if pick.random() < 0.5:
            dilation = pick.choice([1, 1, 2])
            if pick.random() < 0.5:
                return nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=ceil_mode)
            return lambda x: F.max_pool2d(x, kernel, stride, padding, dilation, ceil_mode)
        if pick.random() < 0.5:
            return nn.AvgPool2d(kernel, stride, padding, ceil_mode)
        return lambda x: F.avg_pool2d(x, kernel, stride, padding, ceil_mode=ceil_mode)

    def _branch(self, c: int) -> int:
        pick = self.choice
        out, kernel = pick.randint(1, 4), pick.choice([1, 3, 5])
        side = nn.Conv2d(c, c if (adds := pick.random() < 0.5) else out, kernel, padding=kernel // 2)
        block = nn.Module()
        block.side = side
        block.forward = (lambda x: x + side(x)) if adds else (lambda x: torch.cat([side(x), x], 1))
        self.parts.append(block)
        return c if adds else c + out

    def _flattening(self) -> Part:
        ways: list[Part] = [
            nn.Flatten(),
            lambda x: torch.flatten(x, 1),
            lambda x: x.flatten(start_dim=1),
            lambda x: x.view(x.size(0), -1),
            lambda x: x.reshape(len(x), -1),
        ]
        return self.choice.choice(ways)


def worked(chain: Chain) -> tuple[Derivation, Problem | None]:
    """The chain by hand."""
    derivation = derive(trace(chain, chain.picture, target="chain", file=__file__))
    return derivation, find_problem(derivation)


def mistakes(chain: Chain) -> list[str]:
    """What the derivation of a chain says otherwise than PyTorch."""
    derivation, problem = worked(chain)
    try:
        with torch.no_grad():
            answer = chain.eval()(torch.randn(2, *chain.picture))
    except (RuntimeError, ValueError):
        return [] if problem is not None else ["PyTorch fails, the derivation does not"]
    if any(0 in value.shape for operation in derivation.trace.operations for value in operation.outputs):
        return [] if problem is not None else ["maps have come to nothing, and the derivation does not say so"]
    if problem is not None and problem.found == 0:
        return []  # PyTorch lets a transposed convolution come to nothing; we call that a mistake
    if problem is not None:
        return [f"PyTorch does not fail, the derivation says: {problem.message}"]
    found = []
    if derivation.steps and derivation.steps[-1].output != tuple(answer.shape[1:]):
        found.append(f"size {derivation.steps[-1].output}, PyTorch {tuple(answer.shape[1:])}")
    counted = sum(p.numel() for p in chain.parameters())
    if not counted == derivation.trace.learned == sum(step.parameters for step in derivation.steps):
        found.append(f"parameters {derivation.trace.learned}, PyTorch {counted}")
    for operation, step in zip(derivation.trace.operations, derivation.steps, strict=True):
        # Each worked sum must come to the size that PyTorch gave, and name the rows that it left out.
        sizes = [one.result for one in step.sums if one.name.endswith("_out") and one.name != "n_out"]
        sizes = sizes or [one.result for one in step.sums if one.name == "n_out"] * 2
        if step.op != "linear" and sizes and tuple(sizes) != operation.outputs[0].shape[2:]:
            found.append(f"{step.op}: {step.derivation}, PyTorch {operation.outputs[0].shape}")
        if step.windows and _unreached(operation) != step.dropped:
            found.append(f"{step.op}: dropped {step.dropped} of {step.input}")
    return found


def _unreached(operation: Operation) -> tuple[int, ...]:
    """Rows and columns beyond the last window, as a gradient through as many windows as PyTorch gave shows them."""
    given = operation.arguments
    sides = zip(operation.inputs[0].shape[2:], operation.outputs[0].shape[2:], strict=True)
    per_side = zip(sides, given["kernel"], given["stride"], given["padding"], given["dilation"], strict=True)
    return tuple(_unreached_on_side(n_in, n_out, k, s, before, d) for (n_in, n_out), k, s, (before, _), d in per_side)


def _unreached_on_side(n_in: int, n_out: int, kernel: int, stride: int, before: int, dilation: int) -> int:
    # A dilated kernel is replaced by a full one of the same span: gaps within a window are not beyond it.
    span = dilation * (kernel - 1) + 1
    padded = torch.ones(1, 1, before + n_in + n_out * stride + span, requires_grad=True)
    windows = F.conv1d(padded, torch.ones(1, 1, span), stride=stride)
    windows[..., :n_out].sum().backward()
    assert padded.grad is not None
    last = int(padded.grad.flatten().nonzero().max()) - before
    return min(n_in, max(0, n_in - 1 - last))


def field_mistakes(choice: random.Random) -> list[str]:
    """Where the receptive field of a random straight chain differs from the rows that a gradient reaches."""
    sides = [_random_windows(choice) for _ in range(2)]
    layers: list[nn.Module] = []
    for h, w in zip(*sides, strict=True):
        kernel, stride, padding, dilation = zip(h, w, strict=True)
        if choice.random() < 0.5 and all(2 * p <= k for p, k in zip(padding, kernel, strict=True)):
            layers.append(nn.MaxPool2d(kernel, stride, padding, dilation))
        else:
            layers.append(nn.Conv2d(1, 1, kernel, stride, padding, dilation))
        if choice.random() < 0.5:
            layers.append(nn.ReLU())
    # Large enough that a unit in the middle sees no padding.
    picture = (1, *(4 * _brute_force(side)[1] + 50 for side in sides))
    derivation = derive(trace(nn.Sequential(*layers), picture, target="chain", file=__file__))
    fields = derivation.steps[-1].fields
    if fields is None:
        return ["no receptive field"]
    found = []
    for field, side, n in zip(fields, sides, picture[1:], strict=True):
        unit, rows = _reached_rows(side, n)
        if field.rows(unit) != rows or field.size != rows[1] - rows[0]:
            found.append(f"{side}: unit {unit} sees {field.rows(unit)}, by brute force {rows}")
    return found


_Window = tuple[int, int, int, int]  # kernel, stride, padding, dilation


def _random_windows(choice: random.Random) -> list[_Window]:
    return [
        (choice.randint(1, 5), choice.choice([1, 1, 2, 3]), choice.randint(0, 2), choice.choice([1, 1, 2]))
        for _ in range(5)
    ]


def _brute_force(side: list[_Window]) -> tuple[int, int]:
    """First row and row after the last one that one unit without padding sees, by growing the set of rows."""
    rows = {0}
    for kernel, stride, _, dilation in reversed(side):
        rows = {row * stride + tap * dilation for row in rows for tap in range(kernel)}
    return min(rows), max(rows) + 1


def _reached_rows(side: list[_Window], n: int) -> tuple[int, tuple[int, int]]:
    """A unit in the middle, and the rows that its gradient reaches, through convolutions with ones."""
    x = torch.ones(1, 1, n, dtype=torch.float64, requires_grad=True)
    y = x
    for kernel, stride, padding, dilation in side:
        ones = torch.ones(1, 1, kernel, dtype=torch.float64)
        y = F.conv1d(y, ones, stride=stride, padding=padding, dilation=dilation)
    unit = y.shape[-1] // 2
    (gradient,) = torch.autograd.grad(y[0, 0, unit], x)
    reached = gradient.flatten().nonzero().flatten()
    return unit, (int(reached.min()), int(reached.max()) + 1)
