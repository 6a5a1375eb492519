"""What is done to each value on its own after a sum: normalisation and activation, in numbers."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from convlens.byhand.recording import Operation
from convlens.byhand.windows import arguments_of


@dataclass(frozen=True)
class Normalisation:
    """Batch normalisation of one channel as what it amounts to: `y = scale * x + shift`.

    `scale = weight / sqrt(variance + eps)` and `shift = bias - mean * scale`.
    """

    mean: float
    variance: float
    eps: float
    weight: float
    bias: float

    @property
    def scale(self) -> float:
        """What the value is multiplied by."""
        return self.weight / math.sqrt(self.variance + self.eps)

    @property
    def shift(self) -> float:
        """What is added then."""
        return self.bias - self.mean * self.scale


@dataclass(frozen=True)
class Change:
    """One operation on a single value.

    Attributes:
        label: the layer or function.
        formula: what it does to x, in one line: `max(0, x)`.
        before, after: the value, worked out.
        computed: what PyTorch computed.
        normalisation: the numbers of a batch normalisation.
    """

    label: str
    formula: str
    before: float
    after: float
    computed: float
    normalisation: Normalisation | None = None


# These only change how a tensor lies in memory.
IDENTITIES = frozenset({"contiguous", "clone", "detach", "float", "to"})
_DROPOUTS = frozenset({"dropout", "dropout2d"})  # while evaluating they leave every value as it is

_Rule = tuple[str, Callable[[float], float]]


def changes_values_alone(operation: Operation) -> bool:
    """Whether an operation changes each value on its own, in a way that is known here."""
    if len(operation.inputs) != 1:
        return False
    if operation.kind in IDENTITIES:
        return operation.output.shape == operation.inputs[0][1].shape
    if operation.kind in _DROPOUTS:
        return not arguments_of(operation)["training"]
    return operation.kind == "batch_norm" or _activation(operation) is not None


def change(operation: Operation, channel: int, before: float, computed: float) -> Change | None:
    """Work out one operation on one value of a channel; None where it leaves every value as it is."""
    if operation.kind == "batch_norm":
        norm = _normalisation(operation, channel)
        return Change(operation.label, "scale * x + shift", before, norm.scale * before + norm.shift, computed, norm)
    rule = _activation(operation)
    if rule is None:
        return None
    formula, function = rule
    return Change(operation.label, formula, before, function(before), computed)


def _activation(operation: Operation) -> _Rule | None:
    if operation.kind in _PLAIN:
        return _PLAIN[operation.kind]
    if operation.kind in _WITH_ARGUMENTS:
        return _WITH_ARGUMENTS[operation.kind](arguments_of(operation))
    return None


def _sigmoid(x: float) -> float:
    # Two forms, so that exp never overflows.
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _normal_distribution(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2))


_PLAIN: dict[str, _Rule] = {
    "relu": ("max(0, x)", lambda x: max(0.0, x)),
    "relu6": ("min(max(0, x), 6)", lambda x: min(max(0.0, x), 6.0)),
    "sigmoid": ("1 / (1 + exp(-x))", _sigmoid),
    "tanh": ("tanh(x)", math.tanh),
    "silu": ("x / (1 + exp(-x))", lambda x: x * _sigmoid(x)),
    "hardsigmoid": ("min(max(0, x + 3), 6) / 6", lambda x: min(max(0.0, x + 3), 6.0) / 6),
    "hardswish": ("x * min(max(0, x + 3), 6) / 6", lambda x: x * min(max(0.0, x + 3), 6.0) / 6),
}


def _leaky_relu(arguments: dict[str, Any]) -> _Rule:
    slope = float(arguments["negative_slope"])
    return f"x if x > 0, else {slope:g} * x", lambda x: x if x > 0 else slope * x


def _elu(arguments: dict[str, Any]) -> _Rule:
    alpha = float(arguments["alpha"])
    return f"x if x > 0, else {alpha:g} * (exp(x) - 1)", lambda x: x if x > 0 else alpha * math.expm1(x)


def _hardtanh(arguments: dict[str, Any]) -> _Rule:
    low, high = float(arguments["min_val"]), float(arguments["max_val"])
    return f"min(max({low:g}, x), {high:g})", lambda x: min(max(low, x), high)


def _gelu(arguments: dict[str, Any]) -> _Rule | None:
    if arguments["approximate"] != "none":
        return None
    return "x * (share of the normal distribution below x)", lambda x: x * _normal_distribution(x)


_WITH_ARGUMENTS: dict[str, Callable[[dict[str, Any]], _Rule | None]] = {
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "hardtanh": _hardtanh,
    "gelu": _gelu,
}


def _normalisation(operation: Operation, channel: int) -> Normalisation:
    arguments = arguments_of(operation)
    if arguments["training"] or arguments["running_mean"] is None:  # no running statistics: this picture's own
        values = arguments["input"].double().transpose(0, 1).flatten(1)[channel]
        mean, variance = float(values.mean()), float(values.var(correction=0))
    else:
        mean, variance = float(arguments["running_mean"][channel]), float(arguments["running_var"][channel])

    def entry(vector: Tensor | None, default: float) -> float:
        return default if vector is None else float(vector[channel])

    return Normalisation(
        mean, variance, float(arguments["eps"]), entry(arguments["weight"], 1.0), entry(arguments["bias"], 0.0)
    )
