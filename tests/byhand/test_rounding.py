import math

from hypothesis import given
from hypothesis import strategies as st

from convlens.byhand.rounding import as_decimal, decimals_for, rounded_parts


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=300), st.integers(0, 6))
def test_rounded_parts_add_up_and_stay_close(parts: list[float], decimals: int) -> None:
    total = round(math.fsum(parts) * 10**decimals)
    rounded = rounded_parts(parts, total, decimals)
    assert sum(rounded) == total
    assert all(abs(units - part * 10**decimals) <= 1 + 1e-6 for units, part in zip(rounded, parts, strict=True))


def test_a_total_that_is_off_is_met_all_the_same() -> None:
    assert sum(rounded_parts([0.5, 0.5], 7, 0)) == 7
    assert sum(rounded_parts([0.5, 0.5], -3, 0)) == -3


def test_decimals() -> None:
    assert [decimals_for([number]) for number in (0.0, 1234.0, 5.0, 0.25, -0.001, math.inf)] == [2, 2, 3, 4, 6, 2]
    assert [as_decimal(units, 3) for units in (-1234, 5, 0, -5)] == ["-1.234", "0.005", "0.000", "-0.005"]
    assert as_decimal(-7, 0) == "-7"
