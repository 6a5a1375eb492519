"""Single values worked out."""

import random
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from convlens.networks import Lecture, Swift
from tests.browser.networks import Recorded, lived_in, random_places
from tests.browser.programs import Operation, Program
from tests.browser.sums import Sums

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("kind", [Swift, Lecture])
@pytest.mark.parametrize(("channels", "size"), [(1, 28), (3, 33)])
def test_values_worked_out_are_those_of_the_maps(sums: Sums, kind: Any, channels: int, size: int) -> None:
    torch.manual_seed(0)
    network = kind(channels, size, 10)
    lived_in(network)
    picture = torch.randn(1, channels, size, size)
    operations = load(sums, network, picture)
    values = sums.run(picture)[0]
    places = random_places(operations, random.Random(0), 20)
    for (number, index), work in zip(places, sums.call("work", places), strict=True):
        value = float(values[number][tuple(index)])
        assert work["value"] == pytest.approx(value, rel=1e-6, abs=1e-12), (operations[number], index)
        assert (work["kind"] == "given") == (number == 0)
        assert parts(work) == pytest.approx(value, rel=1e-5, abs=1e-6), (operations[number], index)


def load(sums: Sums, network: nn.Module, picture: Tensor) -> list[Operation]:
    """Make a network the page's; returns its operations."""
    recorded = Recorded(network, picture)
    sums.load(recorded.operations, recorded.weights)
    return recorded.operations


def parts(work: dict[str, Any]) -> Any:
    """The value from what is shown of it."""
    if work["kind"] == "sum":
        return (work["bias"] or 0) + sum(channel["sum"] for channel in work["channels"])
    if work["kind"] == "linear":
        return (work["bias"] or 0) + sum(
            one * weight for one, weight in zip(work["inputs"], work["weights"], strict=True)
        )
    if work["kind"] == "pool":
        flat = [value for line in work["window"] for value in line]
        return max(flat) if work["count"] is None else sum(flat) / work["count"]
    if work["kind"] == "change" and "scale" in work["parts"]:
        return work["parts"]["scale"] * work["from"] + work["parts"]["shift"]
    if work["kind"] == "combined":
        return work["parts"][0]["value"]
    return work["value"]


def test_the_window_of_a_convolution(sums: Sums) -> None:
    layer = nn.Conv2d(2, 2, (2, 3), stride=2, padding=(0, 1), dilation=(1, 2), groups=2)
    program = Program([])
    program.add(layer)
    picture = torch.arange(50.0).reshape(1, 2, 5, 5)
    sums.load(*program.document(picture))
    sums.run(picture)
    [work] = sums.call("work", [[1, [1, 1, 0]]])
    [channel] = work["channels"]
    assert (work["rows"], work["columns"]) == ([2, 3], [-1, 1, 3])
    assert channel["at"] == [2, -1]
    assert channel["channel"] == 1
    assert channel["window"] == [[0, 36, 38], [0, 41, 43]]
    assert channel["inside"] == [[False, True, True]] * 2
    assert channel["weights"] == layer.weight[1, 0].tolist()
    assert channel["products"][1][2] == pytest.approx(43 * layer.weight[1, 0, 1, 2].item())
    assert layer.bias is not None
    assert work["bias"] == layer.bias[1].item()


def test_the_window_of_a_convolution_with_reflected_padding(sums: Sums) -> None:
    program = Program([])
    program.add(nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect"))
    picture = torch.arange(9.0).reshape(1, 1, 3, 3)
    sums.load(*program.document(picture))
    sums.run(picture)
    [work] = sums.call("work", [[1, [0, 0, 0]]])
    assert work["channels"][0]["window"] == [[4, 3, 4], [1, 0, 1], [4, 3, 4]]
    assert work["channels"][0]["inside"] == [[False] * 3, [False, True, True], [False, True, True]]


def test_the_window_of_a_transposed_convolution(sums: Sums) -> None:
    layer = nn.ConvTranspose2d(1, 1, 3, stride=2, padding=1)
    program = Program([])
    program.add(layer)
    picture = torch.arange(9.0).reshape(1, 1, 3, 3)
    sums.load(*program.document(picture))
    sums.run(picture)
    [work] = sums.call("work", [[1, [0, 1, 2]]])
    # Row 1 lies between the input's rows 0 and 1, which the kernel's rows 2 and 0 spread to; column 2 is column 1's.
    assert (work["rows"], work["columns"]) == ([0, 1], [1])
    assert work["channels"][0]["window"] == [[1], [4]]
    assert work["channels"][0]["weights"] == [[layer.weight[0, 0, row, 1].item()] for row in (2, 0)]


def test_the_window_of_a_pooling(sums: Sums) -> None:
    program = Program([])
    program.add(nn.MaxPool2d(2, padding=1))
    program.add(nn.AvgPool2d(2, padding=1, ceil_mode=True, count_include_pad=False), "", None, 0)
    picture = -torch.arange(9.0).reshape(1, 1, 3, 3)
    sums.load(*program.document(picture))
    sums.run(picture)
    largest, mean, whole = sums.call("work", [[1, [0, 0, 1]], [2, [0, 0, 0]], [2, [0, 1, 1]]])
    assert largest["window"] == [[-float("inf")] * 2, [-1, -2]]
    assert (largest["chosen"], largest["count"], largest["at"]) == ([0, 1], None, [-1, 1])
    assert (mean["count"], mean["chosen"], mean["window"]) == (1, None, [[0, 0], [0, 0]])
    assert (whole["count"], whole["value"]) == (4, -6)


def test_neurons_know_the_maps_they_were(sums: Sums) -> None:
    network = Lecture()
    lived_in(network)
    operations = load(sums, network, torch.zeros(1, 1, 28, 28))
    sums.run(torch.zeros(1, 1, 28, 28))
    hidden, output = (one["id"] for one in operations if one["op"] == "linear")
    works = sums.call("work", [[hidden, [5]], [output, [5]]])
    assert [work["maps"] for work in works] == [[64, 7, 7], None]


def test_a_value_is_followed_to_its_sum(sums: Sums) -> None:
    network = Swift()
    lived_in(network)
    torch.manual_seed(0)
    picture = torch.randn(1, 1, 28, 28)
    operations = load(sums, network, picture)
    values = sums.run(picture)[0]
    flat = next(one["id"] for one in operations if one["op"] == "flatten")
    [steps] = sums.call("history", [[flat, [100]]])
    ops = ["flatten", "relu", "batch_norm", "max_pool2d", "conv2d"]
    assert [step["work"]["op"] for step in steps] == ops
    assert steps[0]["work"]["parts"] == [{"id": flat - 1, "index": [11, 0, 1], "value": steps[0]["work"]["value"]}]
    pooled, convolved = steps[-2:]
    assert pooled["work"]["chosen"] == convolved["index"][1:]
    for step in steps:
        assert step["work"]["value"] == values[step["id"]][tuple(step["index"])]


def test_sums_of_two_branches_and_a_number(sums: Sums) -> None:
    program = Program([])
    first = program.add(nn.ReLU())
    program.add(lambda one, other: torch.cat([one, other], 1), "cat", {"dim": 0}, 0, first)
    program.add(lambda x: 2 - x, "sub", {"scalar": 2, "reversed": True})
    picture = torch.tensor([[[[-3.0, 4.0]]]])
    sums.load(*program.document(picture))
    sums.run(picture)
    before, after, number = sums.call("work", [[2, [0, 0, 0]], [2, [1, 0, 1]], [3, [0, 0, 0]]])
    assert before["parts"] == [{"id": 0, "index": [0, 0, 0], "value": -3}]
    assert after["parts"] == [{"id": first, "index": [0, 0, 1], "value": 4}]
    assert (number["scalar"], number["reversed"], number["value"]) == (2, True, 5)
    assert number["parts"] == [{"id": 2, "index": [0, 0, 0], "value": -3}]
