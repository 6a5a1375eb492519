import io
import re

import numpy as np
import pytest
from PIL import Image

from convlens.byhand.kernels import parse_kernel
from convlens.byhand.sheet import WORKING_SIDE, make_sheet, sheet_html
from convlens.byhand.sheet_drawing import DPI, draw_sheet, png_bytes
from convlens.errors import ConfigError


@pytest.fixture(scope="module")
def grey() -> Image.Image:
    """A bright disc on a dark ramp, 40 x 30."""
    y, x = np.mgrid[:30, :40]
    disc = (x - 20) ** 2 + (y - 15) ** 2 < 80
    return Image.fromarray(np.where(disc, 190, 2 * x + y).astype(np.uint8))


def test_filters_with_all_seven(grey: Image.Image) -> None:
    sheet = make_sheet(grey, "disc.png")
    assert len(sheet.cards) == 7
    identity, diagonal, *_ = sheet.cards
    assert np.array_equal(identity.result, np.asarray(grey))
    assert (identity.note, diagonal.note) == ("adds up to 1: as bright as before", "adds up to 0: only edges remain")
    assert sheet.subtitle == "disc.png, 40 x 30 pixels"


def test_the_worked_pixel_is_one_of_the_result(grey: Image.Image) -> None:
    sheet = make_sheet(grey, "disc.png")
    worked = sheet.worked
    assert worked is not None
    sharpened = next(card.result for card in sheet.cards if card.kernel == worked.kernel)
    assert sharpened[worked.row, worked.column] == worked.total
    left, _, right = worked.sum.partition(" = ")
    terms = re.findall(r"([+-]?) ?(?:(\d+)\*)?(\d+)", left)
    assert sum(int(f"{sign}1") * int(factor or 1) * int(number) for sign, factor, number in terms) == int(right)


def test_colour_is_filtered_channel_by_channel(grey: Image.Image) -> None:
    black = Image.new("L", grey.size)
    sheet = make_sheet(Image.merge("RGB", (grey, black, black)), "red.png", parse_kernel("1 2 3"))
    alone = make_sheet(grey, "grey.png", parse_kernel("1 2 3"))
    for colour, single in zip(sheet.cards, alone.cards, strict=True):
        assert np.array_equal(colour.result[:, :, 0], single.result)
        assert not colour.result[:, :, 1:].any()
    assert sheet.worked is None
    assert sheet.cards[-1].note == "adds up to 6: brighter"


def test_a_photograph_is_reduced_so_that_filters_show() -> None:
    sheet = make_sheet(Image.new("RGB", (4000, 1000), "red"), "large.jpg")
    assert sheet.size == (WORKING_SIDE, WORKING_SIDE // 4)
    assert "reduced to" in sheet.subtitle


@pytest.mark.parametrize("size", [(1, 1), (2, 5), (300, 2)])
def test_pictures_of_any_size_can_be_drawn(size: tuple[int, int]) -> None:
    assert draw_sheet(make_sheet(Image.new("L", size, 90), "small.png")).size == (2480, 3508)


def test_the_drawing_shows_the_results_pixel_by_pixel(grey: Image.Image) -> None:
    own = parse_kernel("; ".join(" ".join(["-1/300"] * 15) for _ in range(15)))
    sheet = make_sheet(grey, "d\u00efsc.png", own)
    page = draw_sheet(sheet)
    drawn = np.asarray(page)
    factor = 540 // 40
    box = np.kron(sheet.cards[0].result, np.ones((factor, factor), np.uint8))
    places = [
        (row, column)
        for row in range(600, 1000)
        for column in range(640, 760)
        if np.array_equal(drawn[row : row + 3, column : column + 520, 0], box[:3])
    ]
    assert len(places) > 0
    again = Image.open(io.BytesIO(png_bytes(page)))
    assert again.info["dpi"] == pytest.approx((DPI, DPI), abs=0.1)


def test_html_loads_nothing_and_escapes_the_name(grey: Image.Image) -> None:
    page = sheet_html(make_sheet(grey, "<b>disc</b>.png"))
    assert "<b>disc" not in page
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert page.count("<img") == 7
    assert "adds up to 1" in page


def test_a_kernel_without_a_middle_is_refused(grey: Image.Image) -> None:
    with pytest.raises(ConfigError, match="odd"):
        make_sheet(grey, "x.png", parse_kernel("1 2; 3 4"))
