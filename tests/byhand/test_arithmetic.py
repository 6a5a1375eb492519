import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from convlens.byhand import arithmetic
from convlens.byhand.arithmetic import Sum


def test_the_lectures_notation() -> None:
    assert str(arithmetic.conv_size(28, 3, padding=1)) == "n_out = floor((28 + 2*1 - 3) / 1) + 1 = 28"
    assert arithmetic.conv_size(28, 3, padding=1).formula == "floor((n_in + 2p - k) / s) + 1"
    assert str(arithmetic.conv_parameters(1, 32, (3, 3))) == "parameters = 3*3*1*32 + 32 = 320"
    assert str(arithmetic.flat_size((64, 7, 7))) == "neurons = 64 x 7 x 7 = 3136"


@pytest.mark.parametrize(
    ("found", "worked", "result"),
    [
        (arithmetic.conv_size(28, 3, dilation=2), "floor((28 + 2*0 - 2*(3 - 1) - 1) / 1) + 1", 24),
        (arithmetic.conv_size(28, 4, padding=arithmetic.same_padding(4)), "floor((28 + 1 + 2 - 4) / 1) + 1", 28),
        (arithmetic.pool_size(5, 2, ceil_mode=True), "ceil((5 + 2*0 - 2) / 2) + 1", 3),
        (arithmetic.pool_size(3, 1, 3, ceil_mode=True), "ceil((3 + 2*0 - 1) / 3) + 1 - 1", 1),
        (arithmetic.conv_transpose_size(7, 3, 2, 1, 1), "(7 - 1)*2 - 2*1 + (3 - 1) + 1 + 1", 14),
        (arithmetic.conv_parameters(16, 16, (3, 3), groups=16, bias=False), "3*3*(16/16)*16", 144),
        (arithmetic.linear_parameters(3136, 128), "3136*128 + 128", 401536),
        (arithmetic.conv_macs(1, 32, (3, 3), (28, 28)), "3*3*1*32*28*28", 225792),
        (arithmetic.activation_bytes((32, 28, 28)), "32*28*28*4", 100352),
    ],
)
def test_numbers_put_in(found: Sum, worked: str, result: int) -> None:
    assert (found.worked, found.result) == (worked, result)


@given(
    n=st.integers(1, 40),
    kernel=st.integers(1, 7),
    stride=st.integers(1, 5),
    padding=st.integers(0, 3),
    dilation=st.integers(1, 3),
)
def test_convolutions_are_as_large_as_pytorchs(n: int, kernel: int, stride: int, padding: int, dilation: int) -> None:
    found = arithmetic.conv_size(n, kernel, stride, padding, dilation).result
    try:
        real = functional.conv1d(
            torch.zeros(1, 1, n), torch.zeros(1, 1, kernel), stride=stride, padding=padding, dilation=dilation
        )
    except RuntimeError:
        assert found <= 0
    else:
        assert found == real.shape[-1]


@given(
    n=st.integers(1, 40),
    kernel=st.integers(1, 7),
    stride=st.none() | st.integers(1, 6),
    padding=st.integers(0, 3),
    ceil_mode=st.booleans(),
)
def test_pools_are_as_large_as_pytorchs(n: int, kernel: int, stride: int | None, padding: int, ceil_mode: bool) -> None:
    padding = min(padding, kernel // 2)
    found = arithmetic.pool_size(n, kernel, stride, padding, ceil_mode=ceil_mode).result
    try:
        real = torch.nn.AvgPool1d(kernel, stride or kernel, padding, ceil_mode)(torch.zeros(1, 1, n))
    except RuntimeError:
        assert found <= 0
    else:
        assert found == real.shape[-1]


@given(
    n=st.integers(1, 20),
    kernel=st.integers(1, 5),
    stride=st.integers(1, 4),
    padding=st.integers(0, 2),
    dilation=st.integers(1, 3),
)
def test_transposed_convolutions_are_as_large_as_pytorchs(
    n: int, kernel: int, stride: int, padding: int, dilation: int
) -> None:
    extra = stride - 1
    found = arithmetic.conv_transpose_size(n, kernel, stride, padding, extra, dilation).result
    try:
        real = functional.conv_transpose1d(
            torch.zeros(1, 1, n),
            torch.zeros(1, 1, kernel),
            stride=stride,
            padding=padding,
            output_padding=extra,
            dilation=dilation,
        )
    except RuntimeError:
        assert found <= 0
    else:
        assert found == real.shape[-1]


@given(n_in=st.integers(1, 40), n_out=st.integers(1, 12))
def test_adaptive_windows_are_pytorchs(n_in: int, n_out: int) -> None:
    x = torch.rand(1, 1, n_in, generator=torch.Generator().manual_seed(n_in))
    real = functional.adaptive_max_pool1d(x, n_out).flatten()
    windows = [arithmetic.adaptive_window(i, n_in, n_out) for i in range(n_out)]
    assert [float(x[0, 0, start:end].max()) for start, end in windows] == real.tolist()


def test_rows_that_floor_leaves_over() -> None:
    assert arithmetic.dropped(28, 12, kernel=5, stride=2) == 1
    assert arithmetic.dropped(7, 3, kernel=2, stride=2) == 1
    assert arithmetic.dropped(28, 28, kernel=3, padding=1) == 0
    assert arithmetic.gap(kernel=2, stride=3) == 1
    assert arithmetic.gap(kernel=2, stride=3, dilation=2) == 0
