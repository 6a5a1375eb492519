from typing import Literal, get_args

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from convlens.byhand.receptive import Field, through_window
from convlens.byhand.recording import record
from convlens.byhand.unit_field import unit_field
from convlens.networks import Lecture

sides = st.integers(1, 4)
Mode = Literal["zeros", "reflect", "replicate", "circular"]


@st.composite
def layers(draw: st.DrawFn) -> nn.Module:
    kernel, stride, dilation = draw(sides), draw(st.integers(1, 3)), draw(st.integers(1, 2))
    if draw(st.booleans()):
        mode: Mode = draw(st.sampled_from(get_args(Mode)))
        return nn.Conv2d(1, 1, kernel, stride, draw(st.integers(0, 4)), dilation, padding_mode=mode)
    if draw(st.booleans()):
        return nn.AdaptiveAvgPool2d(draw(st.integers(1, 9)))
    return nn.AvgPool2d(kernel, stride, padding=draw(st.integers(0, kernel // 2)), ceil_mode=draw(st.booleans()))


def extent(mask: Tensor) -> tuple[int, int]:
    places = mask.nonzero().flatten().tolist()
    return (places[0], places[-1]) if places else (0, -1)


@given(st.lists(layers(), min_size=1, max_size=4), st.data())
def test_seen_pixels_are_those_with_a_gradient(chain: list[nn.Module], data: st.DataObject) -> None:
    network = nn.Sequential(*chain).double()
    for parameter in network.parameters():
        nn.init.uniform_(parameter, 0.5, 1)  # nothing cancels
    picture = torch.rand(1, 1, 23, 17, dtype=torch.float64, requires_grad=True)
    try:
        result = network(picture)
    except RuntimeError:  # pooled to nothing
        return
    at = tuple(data.draw(st.integers(0, length - 1)) for length in result.shape[2:])
    result[0, 0, at[0], at[1]].backward()
    assert picture.grad is not None
    touched = picture.grad[0, 0] != 0
    recording = record(network, picture.detach())
    field = unit_field(recording, recording.operations[-1], at)
    assert field.seen_rows == extent(touched.any(dim=1))
    assert field.seen_columns == extent(touched.any(dim=0))


@given(st.lists(st.tuples(sides, sides, st.integers(0, 2), sides), min_size=1, max_size=3), st.integers(0, 3))
def test_agrees_with_the_sums_for_a_whole_layer(chain: list[tuple[int, int, int, int]], unit: int) -> None:
    network = nn.Sequential(*(nn.Conv2d(1, 1, k, s, p, d) for k, s, p, d in chain))
    field = Field()
    for kernel, stride, padding, dilation in chain:
        field = through_window(field, kernel, stride, padding, dilation)
    recording = record(network, torch.zeros(1, 1, 400, 400))
    first, end = field.rows(unit)
    assert unit_field(recording, recording.operations[-1], (unit, 0)).rows == (first, end - 1)


def test_padding_is_a_part_of_the_rectangle() -> None:
    recording = record(Lecture(), torch.zeros(1, 1, 28, 28))
    pool1 = next(operation for operation in recording.operations if operation.label == "pool1")
    corner = unit_field(recording, pool1, (0, 13))
    assert (corner.rows, corner.columns, corner.size) == ((-1, 2), (25, 28), (4, 4))
    assert (corner.seen_rows, corner.seen_columns) == ((0, 2), (25, 27))


def test_a_shortcut_joins_both_ways() -> None:
    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.wide = nn.Conv2d(1, 1, 5, padding=2)

        def forward(self, x: Tensor) -> Tensor:
            return torch.cat([x, self.wide(x) + x], dim=1)

    recording = record(Residual(), torch.zeros(1, 1, 9, 9))
    assert unit_field(recording, recording.operations[-1], (4, 1)).rows == (2, 6)
    assert unit_field(recording, recording.operations[-1], (4, 1)).columns == (-1, 3)


def test_a_window_that_lies_in_the_padding_sees_nothing() -> None:
    recording = record(nn.Conv2d(1, 1, 1, padding=2), torch.zeros(1, 1, 3, 3))
    field = unit_field(recording, recording.operations[-1], (0, 2))
    assert (field.rows, field.seen_rows) == ((-2, -2), (0, -1))


def test_what_is_not_known_sees_everything() -> None:
    for norm in (nn.GroupNorm(1, 2), nn.BatchNorm2d(2, track_running_stats=False)):
        recording = record(nn.Sequential(nn.Conv2d(2, 2, 3), norm), torch.zeros(1, 2, 8, 6))
        field = unit_field(recording, recording.operations[-1], (0, 0))
        assert (field.seen_rows, field.seen_columns) == ((0, 7), (0, 5))
