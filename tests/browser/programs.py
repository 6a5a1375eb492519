"""PyTorch's layers and calls as operations of the page's document, written by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

Options = dict[str, Any]
PICTURE = 0
Operation = dict[str, Any]
Document = tuple[list[Operation], dict[str, Tensor]]
"""Operations, and weights by name."""


@dataclass(frozen=True)
class Step:
    """An operation.

    Attributes:
        op: its name in the document.
        options: its options there.
        run: what PyTorch runs; its parameters and buffers are the operation's weights.
        inputs: the numbers of the operations it reads; 0 is the picture.
    """

    op: str
    options: Options
    run: Callable[..., Tensor]
    inputs: tuple[int, ...]

    @property
    def weights(self) -> dict[str, Tensor]:
        """Its weights by what they are to it."""
        weights = self.run.state_dict() if isinstance(self.run, nn.Module) else {}
        return {role: weight for role, weight in weights.items() if weight.is_floating_point()}

    def document(self, number: int, output: Tensor) -> Operation:
        """The operation as in the page's document."""
        return {
            "id": number,
            "op": self.op,
            "inputs": list(self.inputs),
            "output": list(output.shape[1:]),
            "options": self.options,
            "weights": {role: f"{number}.{role}" for role in self.weights},
            "known": self.op != "unheard_of",
        }

    def tensors(self, number: int) -> dict[str, Tensor]:
        """Its weights by their names in the document."""
        return {f"{number}.{role}": weight for role, weight in self.weights.items()}


@dataclass
class Program:
    """Operations in order; the first has the number 1."""

    steps: list[Step]

    def add(self, run: Callable[..., Tensor], op: str = "", options: Options | None = None, *inputs: int) -> int:
        """Append an operation that reads the one before it, unless told otherwise; returns its number."""
        if not op:
            assert isinstance(run, nn.Module)
            op, options = described(run)
        self.steps.append(Step(op, options or {}, run, inputs or (len(self.steps),)))
        return len(self.steps)

    def values(self, picture: Tensor) -> list[Tensor]:
        """What PyTorch computes: the picture (1, C, H, W) and the value of each operation."""
        values = [picture]
        for step in self.steps:
            values.append(step.run(*(values[number] for number in step.inputs)))
        return values

    def document(self, picture: Tensor) -> Document:
        """The operations as in the document, and all weights by name, for pictures like this one."""
        with torch.no_grad():
            values = self.values(picture)
        made = [step.document(number, values[number]) for number, step in enumerate(self.steps, start=1)]
        named = [step.tensors(number) for number, step in enumerate(self.steps, start=1)]
        weights = {name: weight for tensors in named for name, weight in tensors.items()}
        return [picture_document(PICTURE, picture), *made], weights


def picture_document(number: int, picture: Tensor) -> Operation:
    """The operation that stands for a picture."""
    return {"id": number, "op": "picture", "inputs": [], "output": list(picture.shape[1:])}


def described(layer: nn.Module) -> tuple[str, Options]:
    """The operation and options of a layer."""
    for kinds, op, read in _LAYERS:
        if isinstance(layer, kinds):
            return op, read(layer)
    raise TypeError(type(layer).__name__)


def _convolution(layer: Any) -> Options:
    left, right, top, bottom = layer._reversed_padding_repeated_twice
    return {
        "stride": list(layer.stride),
        "padding": [top, bottom, left, right],
        "dilation": list(layer.dilation),
        "groups": layer.groups,
        "padding_mode": layer.padding_mode,
    }


def _transposed(layer: Any) -> Options:
    names = ("stride", "padding", "output_padding", "dilation")
    return {name: list(getattr(layer, name)) for name in names} | {"groups": layer.groups}


def _pooling(layer: Any) -> Options:
    names = ("stride", "padding", "dilation")
    options: Options = {"kernel": _pair(layer.kernel_size), "ceil_mode": layer.ceil_mode}
    options |= {name: _pair(getattr(layer, name)) for name in names if hasattr(layer, name)}
    plain = ("count_include_pad", "divisor_override")
    return options | {name: getattr(layer, name) for name in plain if hasattr(layer, name)}


def _pair(sides: int | tuple[int, int]) -> list[int]:
    return [sides, sides] if isinstance(sides, int) else list(sides)


def _adaptive(layer: Any) -> Options:
    return {"output": list(layer.output_size) if isinstance(layer.output_size, tuple) else [layer.output_size] * 2}


def _nothing(_: Any) -> Options:
    return {}


_LAYERS: list[tuple[type[nn.Module] | tuple[type[nn.Module], ...], str, Callable[[Any], Options]]] = [
    (nn.Conv2d, "conv2d", _convolution),
    (nn.ConvTranspose2d, "conv_transpose2d", _transposed),
    (nn.MaxPool2d, "max_pool2d", _pooling),
    (nn.AvgPool2d, "avg_pool2d", _pooling),
    (nn.AdaptiveMaxPool2d, "adaptive_max_pool2d", _adaptive),
    (nn.AdaptiveAvgPool2d, "adaptive_avg_pool2d", _adaptive),
    ((nn.BatchNorm1d, nn.BatchNorm2d), "batch_norm", lambda layer: {"eps": layer.eps}),
    (nn.LayerNorm, "layer_norm", lambda layer: {"dimensions": len(layer.normalized_shape), "eps": layer.eps}),
    (nn.GroupNorm, "group_norm", lambda layer: {"groups": layer.num_groups, "eps": layer.eps}),
    (nn.InstanceNorm2d, "instance_norm", lambda layer: {"eps": layer.eps}),
    (nn.Linear, "linear", _nothing),
    (nn.Flatten, "flatten", lambda layer: {"start": layer.start_dim - 1, "end": layer.end_dim}),
    (nn.Dropout, "dropout", lambda layer: {"p": layer.p}),
    (nn.Identity, "identity", _nothing),
    (nn.LeakyReLU, "leaky_relu", lambda layer: {"slope": layer.negative_slope}),
    (nn.ELU, "elu", lambda layer: {"alpha": layer.alpha}),
    (nn.GELU, "gelu", lambda layer: {"approximate": layer.approximate}),
    (nn.Softplus, "softplus", lambda layer: {"beta": layer.beta, "threshold": layer.threshold}),
    (nn.PReLU, "prelu", _nothing),
    *(
        (kind, kind.__name__.lower(), _nothing)
        for kind in (nn.ReLU, nn.ReLU6, nn.SELU, nn.SiLU, nn.Sigmoid, nn.Tanh, nn.Hardswish, nn.Hardsigmoid, nn.Mish)
    ),
]
