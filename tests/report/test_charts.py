import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlens.report.charts import Scale, area, corners, line, nice_ticks, thin, tick_label, x_ticks, y_axis

BOUNDS = st.floats(-1e6, 1e6).flatmap(lambda low: st.tuples(st.just(low), st.floats(low, low + 1e6)))


@given(BOUNDS, st.integers(2, 8))
def test_ticks_enclose_the_range_at_equal_round_distances(bounds: tuple[float, float], about: int) -> None:
    low, high = bounds
    ticks = nice_ticks(low, high, about)
    distance = ticks[1] - ticks[0]
    slack = 1e-6 * max(abs(low), abs(high), distance)
    assert ticks[0] <= low + slack
    assert ticks[-1] >= high - slack
    assert 2 <= len(ticks) <= about / 0.75 + 3
    assert all(b - a == pytest.approx(distance, abs=slack) for a, b in pairwise(ticks))
    mantissa = distance / 10 ** math.floor(math.log10(distance) + 1e-9)
    assert any(mantissa == pytest.approx(factor, rel=1e-3) for factor in (1, 2, 5, 10))


@pytest.mark.parametrize(
    ("value", "distance", "label"),
    [
        (0.3, 0.1, "0.3"),
        (0.0, 0.1, "0"),
        (2000, 1000, "2,000"),
        (0.25, 0.05, "0.25"),
        (5e-6, 5e-6, "5e-6"),
        (1e-17, 1, "0"),
    ],
)
def test_tick_labels_have_the_decimals_they_need(value: float, distance: float, label: str) -> None:
    assert tick_label(value, distance) == label


def test_a_y_axis_goes_up_the_page() -> None:
    scale, ticks = y_axis(0.84, 0.93, 200, about=4, percent=True)
    assert [tick.label for tick in ticks] == ["84 %", "86 %", "88 %", "90 %", "92 %", "94 %"]
    assert (ticks[0].at, ticks[-1].at) == (200, 0)
    assert scale(0.89) == pytest.approx(100)


def test_x_ticks_stay_within_the_axis() -> None:
    ticks = x_ticks(0, 11.2, about=6)
    assert [tick.label for tick in ticks] == ["0", "2", "4", "6", "8", "10"]
    assert ticks[-1].at == pytest.approx(100 * 10 / 11.2, abs=0.01)


@given(st.lists(st.floats(-10, 10), max_size=500), st.integers(1, 60))
def test_thinning_keeps_the_mean_and_the_number_within_bounds(values: list[float], most: int) -> None:
    stretches = thin(range(len(values)), values, most)
    assert len(stretches) <= most
    assert all(part.low <= part.high for part in stretches)
    assert all(a.step < b.step for a, b in pairwise(stretches))
    if values and len(values) % len(stretches) == 0:
        mean = sum(part.mean for part in stretches) / len(stretches)
        assert mean == pytest.approx(sum(values) / len(values), abs=1e-9)


def test_corners_keep_a_staircase_whole() -> None:
    stairs = [(step, 0.1 / 3 ** (step // 1000)) for step in range(5000)]
    kept = corners(stairs, 400)
    assert [x for x, _ in kept] == [0, 999, 1000, 1999, 2000, 2999, 3000, 3999, 4000, 4999]
    assert [y for _, y in kept] == [stairs[int(x)][1] for x, _ in kept]


def test_corners_of_a_slope_are_its_ends_and_no_more_than_asked_for() -> None:
    slope = [(step, step / 40_000) for step in range(40_000)]
    kept = corners(slope, 400)
    assert len(kept) <= 400
    assert (kept[0], kept[-1]) == (slope[0], slope[-1])


@pytest.mark.parametrize("points", [[], [(1.0, 2.0)], [(1.0, 2.0), (2.0, 2.0)]])
def test_corners_of_few_points_are_those_points(points: list[tuple[float, float]]) -> None:
    assert corners(points, 400) == points


def test_paths() -> None:
    assert line([]) == ""
    assert line([(5, 7)]) == "M5.0 7.0h0"
    assert line([(0, 1), (2, 3)]) == "M0.0 1.0L2.0 3.0"
    assert area([(0, 1), (2, 3)], [(0, 4), (2, 4)]) == "M0.0 1.0L2.0 3.0L2.0 4.0L0.0 4.0Z"
    assert area([(0, 1)], [(0, 4)]) == ""


def test_a_scale_is_a_straight_line() -> None:
    scale = Scale(10, 20, 100, 0)
    assert [scale(value) for value in (10, 15, 20, 25)] == [100, 50, 0, -50]
