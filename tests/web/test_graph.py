"""The program of a network: what leads from the picture to its answer, and the values that PyTorch gives it."""

import pytest
import torch
from torch import nn

from convlens import networks
from convlens.byhand.recording import record
from convlens.web.graph import Program, program_of, values_of
from tests.web.networks import Does, picture, programmed


def split(program: Program, values: torch.Tensor) -> list[torch.Tensor]:
    parts = values.split([torch.Size(node.output).numel() for node in program.nodes])
    return [part.reshape(node.output) for part, node in zip(parts, program.nodes, strict=True)]


@pytest.mark.parametrize(("network", "size"), [("lecture", 28), ("swift", 28), ("swift", 64)])
def test_the_values_are_the_networks_own_feature_maps(network: str, size: int) -> None:
    built = networks.build(network, (3, size, size), 7, dropout=0.3, seed=0).eval()
    given = picture(1, 3, size, size)
    recording = record(built, given)
    program = program_of(recording, built.state_dict())
    values = split(program, values_of(program, recording))
    with torch.no_grad():
        logits, maps = built(given)
    assert program.answer is not None
    assert torch.equal(values[program.answer], logits[0])
    assert torch.equal(values[0], given[0])
    for feature_map in maps.values():
        assert any(value.shape == feature_map[0].shape and torch.equal(value, feature_map[0]) for value in values)


@pytest.mark.parametrize("network", ["lecture", "swift"])
def test_of_the_shipped_networks_everything_is_known(network: str) -> None:
    built = networks.build(network, (1, 28, 28), 10, dropout=None, seed=0)
    program = programmed(built, 1, 28, 28)
    assert [node.unknown for node in program.nodes] == [None] * len(program.nodes)
    learned = {name for name, _ in built.named_parameters()}
    assert learned <= set(program.weights)
    assert program.weights[0] == "conv1.weight"


def test_inputs_are_places_in_the_program_and_come_before() -> None:
    program = programmed(Does(lambda own, x: own.conv(x.contiguous()) + x, conv=nn.Conv2d(4, 4, 1)))
    assert [node.op for node in program.nodes] == ["picture", "conv2d", "add"]
    assert [node.inputs for node in program.nodes] == [(), (0,), (1, 0)]
    assert program.answer == 2


def test_what_only_moves_values_is_left_out_and_what_rounds_them_is_not() -> None:
    moved = Does(lambda _, x: x.contiguous(memory_format=torch.channels_last).to(torch.float64).float().relu().clone())
    assert [node.op for node in programmed(moved).nodes] == ["picture", "relu"]
    assert programmed(moved).answer == 1
    rounded = programmed(Does(lambda _, x: x.half().float()))
    assert [node.op for node in rounded.nodes] == ["picture", "half"]
    assert rounded.nodes[1].unknown is not None


def test_what_the_answer_does_not_depend_on_is_left_out() -> None:
    def forward(_: Does, x: torch.Tensor) -> torch.Tensor:
        x.sigmoid().sum()
        return x.relu()

    assert [node.op for node in programmed(Does(forward)).nodes] == ["picture", "relu"]


def test_an_answer_that_is_no_tensor_leaves_everything_there() -> None:
    program = programmed(Does(lambda _, x: {"logits": x.relu()}))  # type: ignore[arg-type, return-value]
    assert program.answer is None
    assert [node.op for node in program.nodes] == ["picture", "relu"]


def test_a_layer_used_twice_has_two_names_and_one_weight() -> None:
    program = programmed(Does(lambda own, x: own.conv(own.conv(x)), conv=nn.Conv2d(4, 4, 1)))
    assert [node.name for node in program.nodes[1:]] == ["conv", "conv:2"]
    assert program.weights == ("conv.weight", "conv.bias")


def test_one_weight_under_two_names_goes_by_the_first() -> None:
    conv = nn.Conv2d(4, 4, 1)
    assert programmed(nn.Sequential(conv, conv)).weights == ("0.weight", "0.bias")


def test_a_weight_that_is_worked_out_while_it_runs_is_not_one_of_the_networks() -> None:
    network = nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Conv2d(4, 2, 1)))
    node = programmed(network).nodes[-1]
    assert node.unknown is not None
    assert node.unknown.reason == "tensor"


def test_a_network_that_goes_another_way_with_another_picture_is_told() -> None:
    network = Does(lambda _, x: x.relu().tanh() if x.sum() > 0 else x.sigmoid())
    bright, dark = (record(network, torch.full((1, 4, 6, 6), sign)) for sign in (1.0, -1.0))
    program = program_of(bright, {})
    assert values_of(program, bright).shape == (3 * 144,)
    with pytest.raises(ValueError, match=r"in the program|ran in place of"):
        values_of(program, dark)
