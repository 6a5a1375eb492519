import numpy as np
import pytest
import torch
from torch.nn import functional

from convlens.byhand.kernels import EDGES_4, LECTURE, Kernel, as_picture, filtered, parse_kernel, parse_matrix
from convlens.errors import ConfigError


@pytest.mark.parametrize(
    "text",
    [
        "0 1 0; 1 -4 1; 0 1 0",
        "0,1,0;1,-4,1;0,1,0",
        "[[0, 1, 0], [1, -4, 1], [0, 1, 0]]",
        "0 1 0\n1 -4 1\n0 1 0\n",
        " +0 1. 0 ; 1 -4.0 1 ; 0 1 0 ;",
    ],
)
def test_reads_a_kernel_however_it_is_typed(text: str) -> None:
    assert parse_kernel(text).entries == EDGES_4.entries


@pytest.mark.parametrize("text", ["1/9 * 1 1 1; 1 1 1; 1 1 1", "1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9"])
def test_keeps_a_divisor_in_front(text: str) -> None:
    kernel = parse_kernel(text)
    assert (kernel.entries, kernel.divisor) == (((1, 1, 1),) * 3, 9)
    assert kernel.total == pytest.approx(1)


def test_decimals_stay_decimals() -> None:
    assert parse_kernel("0.25 -.5 1.125").entries == ((0.25, -0.5, 1.125),)
    assert parse_matrix("1.5", "--picture") == ((1.5,),)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "is empty"),
        (" ; ;", "is empty"),
        ("1 2; 3", "row 2 has 1"),
        ("1 x", "'x'"),
        ("nan", "'nan'"),
        ("1e999999999", "'1e999999999'"),
        ("1/0", "divides by zero"),
        ("1/ 2", "'1/'"),
        ("__import__('os')", "holds"),
        ("1 * * 2", "'*'"),
        (" ".join("1" * 16), "1 x 16"),
    ],
)
def test_names_what_is_no_kernel(text: str, part: str) -> None:
    with pytest.raises(ConfigError, match="kernel") as caught:
        parse_kernel(text)
    assert part in str(caught.value)


def test_a_picture_needs_a_kernel_with_a_middle() -> None:
    with pytest.raises(ConfigError, match="2 x 2"):
        filtered(np.zeros((4, 4), np.uint8), parse_kernel("1 2; 3 4"))


def test_the_lecture_has_seven() -> None:
    assert [round(kernel.total, 9) for kernel in LECTURE] == [1, 0, 0, 0, 1, 1, 1]
    assert len({kernel.name for kernel in LECTURE}) == 7


@pytest.mark.parametrize("kernel", [*LECTURE, parse_kernel("1 2 3"), parse_kernel("; ".join(["1 -2 3 4 5"] * 5))])
@pytest.mark.parametrize("shape", [(9, 7), (1, 1), (6, 5, 3)])
def test_filters_as_pytorch_does(kernel: Kernel, shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    planes = torch.tensor(pixels).double().reshape(*shape[:2], -1).permute(2, 0, 1)[None]
    weights = torch.tensor(kernel.weights)[None, None].expand(planes.shape[1], 1, -1, -1)
    down, right = (side // 2 for side in kernel.weights.shape)
    padded = functional.pad(planes, (right, right, down, down), mode="replicate")
    expected = functional.conv2d(padded, weights, groups=planes.shape[1])[0].permute(1, 2, 0).reshape(shape)
    np.testing.assert_allclose(filtered(pixels, kernel), expected.numpy(), atol=1e-9)


def test_shows_edges_without_their_sign_and_clips_the_rest() -> None:
    values = np.array([[-300.0, -7.6, 0.0, 254.6, 300.0]])
    assert as_picture(values, EDGES_4).tolist() == [[255, 8, 0, 255, 255]]
    assert as_picture(values, LECTURE[0]).tolist() == [[0, 0, 0, 255, 255]]
