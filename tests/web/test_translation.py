"""What PyTorch ran becomes what the page computes: each call with its options, or the reason why not."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convlens.web.graph import Node
from tests.web.networks import Does, programmed


def last(network: nn.Module) -> Node:
    return programmed(network).nodes[-1]


CONV = {"stride": [1, 1], "padding": [0, 0, 0, 0], "dilation": [1, 1], "groups": 1, "padding_mode": "zeros"}
POOL = {"kernel": [2, 2], "stride": [2, 2], "padding": [0, 0], "ceil_mode": False}
LAYERS: list[tuple[nn.Module, str, dict[str, Any]]] = [
    (nn.Conv2d(4, 2, 3), "conv2d", CONV),
    (nn.Conv2d(4, 2, 3, stride=2, padding=1), "conv2d", CONV | {"stride": [2, 2], "padding": [1, 1, 1, 1]}),
    (nn.Conv2d(4, 2, (2, 3), padding="same"), "conv2d", CONV | {"padding": [0, 1, 1, 1]}),
    (nn.Conv2d(4, 4, 3, dilation=2, groups=4), "conv2d", CONV | {"dilation": [2, 2], "groups": 4}),
    (
        nn.ConvTranspose2d(4, 2, 3, stride=2, padding=(1, 0), output_padding=1),
        "conv_transpose2d",
        {"stride": [2, 2], "padding": [1, 0], "output_padding": [1, 1], "dilation": [1, 1], "groups": 1},
    ),
    (nn.MaxPool2d(2), "max_pool2d", POOL | {"dilation": [1, 1]}),
    (
        nn.MaxPool2d((3, 2), stride=1, padding=(1, 0), dilation=2, ceil_mode=True),
        "max_pool2d",
        {"kernel": [3, 2], "stride": [1, 1], "padding": [1, 0], "dilation": [2, 2], "ceil_mode": True},
    ),
    (nn.AvgPool2d(2), "avg_pool2d", POOL | {"count_include_pad": True, "divisor_override": None}),
    (
        nn.AvgPool2d(2, count_include_pad=False, divisor_override=3),
        "avg_pool2d",
        POOL | {"count_include_pad": False, "divisor_override": 3},
    ),
    (nn.AdaptiveAvgPool2d((None, 2)), "adaptive_avg_pool2d", {"output": [6, 2]}),
    (nn.AdaptiveMaxPool2d(1), "adaptive_max_pool2d", {"output": [1, 1]}),
    (nn.BatchNorm2d(4, eps=0.5), "batch_norm", {"eps": 0.5}),
    (nn.InstanceNorm2d(4), "instance_norm", {"eps": 1e-5}),
    (nn.InstanceNorm2d(4, track_running_stats=True), "batch_norm", {"eps": 1e-5}),
    (nn.GroupNorm(2, 4), "group_norm", {"groups": 2, "eps": 1e-5}),
    (nn.LayerNorm((6, 6)), "layer_norm", {"dimensions": 2, "eps": 1e-5}),
    (nn.ReLU(inplace=True), "relu", {}),
    (nn.ReLU6(), "relu6", {}),
    (nn.LeakyReLU(0.2), "leaky_relu", {"slope": 0.2}),
    (nn.ELU(0.5), "elu", {"alpha": 0.5}),
    (nn.SELU(), "selu", {}),
    (nn.GELU("tanh"), "gelu", {"approximate": "tanh"}),
    (nn.SiLU(), "silu", {}),
    (nn.Sigmoid(), "sigmoid", {}),
    (nn.Tanh(), "tanh", {}),
    (nn.Hardswish(), "hardswish", {}),
    (nn.Hardsigmoid(), "hardsigmoid", {}),
    (nn.Softplus(2.0), "softplus", {"beta": 2.0, "threshold": 20.0}),
    (nn.Mish(), "mish", {}),
    (nn.PReLU(4), "prelu", {}),
    (nn.Softmax(dim=1), "softmax", {"dim": 0}),
    (nn.LogSoftmax(dim=-1), "log_softmax", {"dim": 2}),
    (nn.Dropout(0.3), "dropout", {"p": 0.3}),
    (nn.Dropout2d(0.3), "dropout", {"p": 0.3, "channels": True}),
    (nn.AlphaDropout(0.3), "dropout", {"p": 0.3, "alpha": True}),
    (nn.FeatureAlphaDropout(0.3), "dropout", {"p": 0.3, "channels": True, "alpha": True}),
    (nn.Flatten(), "flatten", {"start": 0, "end": 2}),
    (nn.Flatten(2), "flatten", {"start": 1, "end": 2}),
    (nn.Unflatten(1, (2, 2)), "reshape", {}),
    (nn.Linear(6, 3), "linear", {}),
    (nn.ZeroPad2d((1, 2, 3, 4)), "pad", {"padding": [3, 4, 1, 2], "mode": "constant", "value": 0}),
    (nn.CircularPad2d((-1, 1, 2, -1)), "pad", {"padding": [2, -1, -1, 1], "mode": "circular", "value": 0}),
    (nn.ReplicationPad2d(1), "pad", {"padding": [1, 1, 1, 1], "mode": "replicate", "value": 0}),
]


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize(("layer", "op", "options"), LAYERS, ids=[str(layer) for layer, _, _ in LAYERS])
def test_a_layer_keeps_its_options(layer: nn.Module, op: str, options: dict[str, Any]) -> None:
    node = last(nn.Sequential(layer))
    assert node.unknown is None
    assert (node.op, node.name, node.options) == (op, "0", options)
    named = {name.removeprefix("0."): name for name, value in node_weights(layer)}
    assert {role: name for role, name in node.weights.items() if name is not None} == named


def node_weights(layer: nn.Module) -> list[tuple[str, Tensor]]:
    state = nn.Sequential(layer).state_dict()
    return [(name, value) for name, value in state.items() if value.is_floating_point()]


CALLS: list[tuple[Callable[[Tensor], Tensor], str, dict[str, Any]]] = [
    (lambda x: F.max_pool2d(x, kernel_size=2), "max_pool2d", POOL | {"dilation": [1, 1]}),
    (lambda x: F.max_pool2d(x, 2, return_indices=True)[0], "max_pool2d", POOL | {"dilation": [1, 1]}),
    (lambda x: torch.max_pool2d(x, 2), "max_pool2d", POOL | {"dilation": [1, 1]}),
    (lambda x: x.relu(), "relu", {}),
    (torch.relu_, "relu", {}),
    (lambda x: x.clamp(min=0), "relu", {}),
    (lambda x: F.hardtanh(x, 0, 6), "relu6", {}),
    (F.leaky_relu, "leaky_relu", {"slope": 0.01}),
    (lambda x: torch.softmax(x, 1), "softmax", {"dim": 0}),
    (lambda x: F.dropout(x, training=False), "dropout", {"p": 0.5}),
    (lambda x: torch.flatten(x, 1), "flatten", {"start": 0, "end": 2}),
    (lambda x: x.view(x.size(0), -1), "view", {}),
    (lambda x: x.reshape(1, 8, -1), "reshape", {}),
    (lambda x: x.unsqueeze(1), "reshape", {}),
    (lambda x: x.permute(0, 2, 3, 1), "permute", {"dims": [1, 2, 0]}),
    (lambda x: x.transpose(1, -1), "permute", {"dims": [2, 1, 0]}),
    (lambda x: x + x, "add", {}),
    (lambda x: x + 1, "add", {"scalar": 1, "reversed": False}),
    (lambda x: 1 + x, "add", {"scalar": 1, "reversed": False}),
    (lambda x: 1 - x, "sub", {"scalar": 1, "reversed": True}),
    (lambda x: torch.sub(x, 1), "sub", {"scalar": 1, "reversed": False}),
    (lambda x: x / 255, "div", {"scalar": 255, "reversed": False}),
    (lambda x: 2 / x, "div", {"scalar": 2, "reversed": True}),
    (lambda x: -x, "mul", {"scalar": -1, "reversed": False}),
    (lambda x: torch.cat([x, x], dim=1), "cat", {"dim": 0}),
    (lambda x: x.mean(dim=(2, 3)), "mean", {"dims": [1, 2], "keepdim": False}),
    (lambda x: torch.sum(x, -1, keepdim=True), "sum", {"dims": [2], "keepdim": True}),
    (lambda x: x.max(dim=2)[0], "amax", {"dims": [1], "keepdim": False}),
    (lambda x: F.pad(x, (1, 2)), "pad", {"padding": [0, 0, 1, 2], "mode": "constant", "value": 0}),
    (lambda x: F.pad(x, [1, 1, 1, 1], "constant", 0.5), "pad", {"padding": [1] * 4, "mode": "constant", "value": 0.5}),
]


@pytest.mark.parametrize(
    ("call", "op", "options"), CALLS, ids=[f"{op} {number}" for number, (_, op, _) in enumerate(CALLS)]
)
def test_a_call_keeps_its_options(call: Callable[[Tensor], Tensor], op: str, options: dict[str, Any]) -> None:
    node = last(Does(lambda _, x: call(x)))
    assert node.unknown is None
    assert (node.op, node.options, node.weights) == (op, options, {})


UNKNOWN: list[tuple[Callable[[Any, Tensor], Tensor], str, str]] = [
    (lambda _, x: torch.erf(x), "operation", "erf"),
    (lambda _, x: F.interpolate(x, scale_factor=2), "operation", "interpolate"),
    (lambda _, x: x[:, :, ::2], "operation", "getitem"),
    (lambda _, x: F.max_pool2d(x, 2, return_indices=True)[1], "operation", "max_pool2d"),
    (lambda _, x: F.dropout(x), "option", "training"),
    (lambda _, x: F.batch_norm(x, None, None, training=True), "option", "training"),
    (lambda _, x: torch.add(x, x, alpha=2), "option", "alpha"),
    (lambda _, x: torch.div(x, 2, rounding_mode="floor"), "option", "rounding_mode"),
    (lambda _, x: x * float("inf"), "option", "other"),
    (lambda _, x: x.clamp(-1, 1), "option", "min"),
    (lambda _, x: torch.sum(x, 1, dtype=torch.float64), "option", "dtype"),
    (lambda _, x: x.view(torch.int32), "option", "dtype"),
    (lambda _, x: F.pad(x, (1, 1, 1, 1, 1, 1)), "option", "pad"),
    (lambda _, x: x * torch.ones(6), "tensor", ""),
    (lambda own, x: x * own.layer.weight, "tensor", ""),
    (lambda own, x: F.linear(x, 2 * own.layer.weight), "tensor", ""),
    (lambda _, x: F.conv2d(x, x), "tensor", ""),
    (lambda _, x: x.mean(), "batch", ""),
    (lambda _, x: x.softmax(0), "batch", ""),
    (lambda _, x: torch.cat([x, x]), "batch", ""),
    (lambda _, x: x.transpose(0, 1), "batch", ""),
    (lambda _, x: F.avg_pool2d(x[0], 2), "batch", ""),
]


@pytest.mark.parametrize(
    ("call", "reason", "what"), UNKNOWN, ids=[f"{r} {w} {n}" for n, (_, r, w) in enumerate(UNKNOWN)]
)
def test_what_the_page_cannot_compute_says_why(call: Callable[[Any, Tensor], Tensor], reason: str, what: str) -> None:
    node = last(Does(call, layer=nn.Linear(6, 6)))
    assert node.unknown is not None
    assert (node.unknown.reason, node.unknown.what) == (reason, what)
