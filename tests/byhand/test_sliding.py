import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.nn import functional

from convlens.byhand.kernels import BOX_BLUR, Kernel
from convlens.byhand.sliding import slide, written_out
from convlens.errors import ConfigError

PICTURE = ((1, 1, 2, 4), (5, 6, 7, 8), (3, 2, 1, 0), (1, 2, 3, 4))

small = st.integers(1, 4)


def matrices(rows: int, columns: int) -> st.SearchStrategy[tuple[tuple[int, ...], ...]]:
    return st.tuples(*[st.tuples(*[st.integers(-9, 9)] * columns)] * rows)


@given(st.data(), st.integers(1, 7), st.integers(1, 7), small, small, small, st.integers(0, 3), small)
def test_convolutions_equal_pytorch(
    data: st.DataObject, height: int, width: int, rows: int, columns: int, stride: int, padding: int, dilation: int
) -> None:
    assume(height + 2 * padding > dilation * (rows - 1) and width + 2 * padding > dilation * (columns - 1))
    picture, entries = data.draw(matrices(height, width)), data.draw(matrices(rows, columns))
    example = slide("x", picture, kernel=Kernel("x", entries), stride=stride, padding=padding, dilation=dilation)
    planes, weights = (torch.tensor(numbers)[None, None].double() for numbers in (picture, entries))
    expected = functional.conv2d(planes, weights, None, stride, padding, dilation)
    assert np.array_equal(np.array(example.result), expected[0, 0].numpy())


@given(st.data(), st.integers(2, 8), st.integers(2, 8), small, small, st.integers(0, 2))
def test_poolings_equal_pytorch(
    data: st.DataObject, height: int, width: int, side: int, stride: int, padding: int
) -> None:
    assume(2 * padding <= side and min(height, width) + 2 * padding >= side)
    picture = data.draw(matrices(height, width))
    planes = torch.tensor(picture)[None, None].double()
    pooled: dict[Any, Any] = {"maximum": functional.max_pool2d, "average": functional.avg_pool2d}
    for operation, function in pooled.items():
        example = slide("x", picture, operation=operation, kernel_size=side, stride=stride, padding=padding)
        expected = function(planes, side, stride, padding)[0, 0].numpy()
        np.testing.assert_allclose(np.array(example.result, dtype=float), expected, atol=1e-12)


def test_every_step_has_its_window_products_and_sum() -> None:
    example = slide("x", PICTURE, kernel=BOX_BLUR, padding=1)
    corner = example.steps[0]
    assert (corner.rows, corner.columns) == ((-1, 0, 1), (-1, 0, 1))
    assert corner.window == ((0, 0, 0), (0, 1, 1), (0, 5, 6))
    assert corner.products == corner.window  # all weights are 1
    assert (corner.total, corner.divisor) == (13, 9)
    assert written_out(example, corner).endswith("0*1 + 5*1 + 6*1) / 9 = 13 / 9 = 1.44444")


def test_a_maximum_is_padded_with_minus_infinity() -> None:
    step = slide("x", ((-5, -6), (-7, -8)), operation="maximum", kernel_size=2, padding=1, stride=1).steps[0]
    assert step.window == ((-math.inf, -math.inf), (-math.inf, -5))
    assert step.result == -5


def test_names_what_no_window_reaches() -> None:
    rows, columns = slide("x", ((1,) * 5,) * 6, operation="maximum", kernel_size=2, stride=2).sizes
    assert (rows.result, columns.result) == (3, 2)
    assert slide("x", ((1,) * 5,) * 6, operation="maximum", kernel_size=2, stride=2).unreached == (
        "No window reaches column 4: what is left over is less than a stride, and floor drops it.",
    )
    skipping = slide("x", ((1,) * 7,) * 7, operation="maximum", kernel_size=2, stride=4).unreached
    assert "Between two windows 2 rows are left out: the stride is larger than the window." in skipping


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"stride": 0}, "stride"),
        ({"padding": -1}, "padding"),
        ({"dilation": 0}, "dilation"),
        ({"kernel_size": 5}, "does not fit"),
        ({"kernel_size": 2, "padding": 2}, "half"),
    ],
)
def test_says_which_number_is_wrong(options: dict[str, int], part: str) -> None:
    with pytest.raises(ConfigError, match=part):
        slide("x", PICTURE, operation="maximum", **options)  # type: ignore[arg-type]  # ints only
