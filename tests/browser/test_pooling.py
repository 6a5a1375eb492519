"""The lecture's third section: maximum and average pooling, on numbers and on a picture."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Page, expect
from torch import nn

from convlens.byhand.lessons import POOLING_PICTURE
from tests.browser.grids import frame, marked, numbers, pixels, put
from tests.browser.pages import Watched

pytestmark = pytest.mark.browser

SECTION = "#pooling"
SAMPLES = Path(__file__).parents[2] / "src" / "convlens" / "web" / "page" / "samples"


def results(page: Page) -> list[list[list[float | None]]]:
    """The maxima, then the averages."""
    return [numbers(page, f"{SECTION} figure:nth-of-type({number}) .grid.result") for number in (2, 3)]


def test_every_window_and_stride_gives_what_pytorch_gives(watched: Watched) -> None:
    page = watched.open()
    picture = torch.tensor([POOLING_PICTURE], dtype=torch.float32)
    for kernel in range(1, 5):
        for stride in range(1, 5):
            watched.go(f"#pooling?kernel={kernel}&stride={stride}&at=3,3")
            expect(page.locator(f"{SECTION} .slider output").first).to_have_text(str(kernel))
            expected = [layer(kernel, stride)(picture)[0].tolist() for layer in (nn.MaxPool2d, nn.AvgPool2d)]
            assert results(page) == [[[pytest.approx(v, abs=5e-4) for v in row] for row in rows] for rows in expected]


def test_the_sliders_set_window_and_stride(watched: Watched) -> None:
    page = watched.open()
    section = page.locator(SECTION)
    section.get_by_role("slider", name="Window", exact=True).fill("3")
    assert frame(page, SECTION) == (0, 0, 3, 3)
    section.get_by_role("slider", name="Stride", exact=True).focus()
    page.keyboard.press("ArrowLeft")
    section.get_by_label("To the end").click()
    assert frame(page, SECTION) == (1, 1, 3, 3)
    assert results(page)[0] == [[7, 8], [7, 8]]


def test_what_no_window_reads_is_hatched_and_named(watched: Watched) -> None:
    page = watched.open("#pooling?kernel=3&stride=2")
    assert marked(page, f"{SECTION} .grid.picture", "unreached") == {
        (i, j) for i in range(4) for j in range(4) if 3 in (i, j)
    }
    expect(page.locator(SECTION)).to_contain_text("No window reads row 3 and column 3: they are dropped.")
    watched.go("#pooling?kernel=1&stride=2")
    expect(page.locator(SECTION)).to_contain_text("No window reads rows 1, 3 and columns 1, 3: they are dropped.")
    watched.go("#pooling")
    expect(page.locator(SECTION)).to_contain_text("Every number is under some window.")
    assert marked(page, f"{SECTION} .grid.picture", "unreached") == set()


def test_the_winner_is_marked_and_both_sums_are_written(watched: Watched) -> None:
    page = watched.open("#pooling?at=1,0")
    assert marked(page, f"{SECTION} .grid.picture", "winner") == {(2, 0)}
    put(page, f"{SECTION} .grid.picture", 3, 1, "9.5")
    assert marked(page, f"{SECTION} .grid.picture", "winner") == {(3, 1)}
    maximum, average = (math.text_content() or "" for math in page.locator(f"{SECTION} math").all()[-2:])
    assert re.search(r"max\{3,2,1,9\.5\}=9\.5$", maximum)
    assert re.search(r"\(3\+2\+1\+9\.5\)/4=15\.5/4=3\.875$", average)


def test_hovering_and_choosing_in_either_result(watched: Watched) -> None:
    page = watched.open()
    average = page.locator(f"{SECTION} figure:nth-of-type(3) .grid.result .cell")
    average.nth(3).hover()
    assert frame(page, SECTION) == (2, 2, 2, 2)
    page.locator(f"{SECTION} h2").hover()
    assert frame(page, SECTION) == (0, 0, 2, 2)
    average.nth(1).click()
    page.locator(f"{SECTION} h2").click()
    assert frame(page, SECTION) == (0, 2, 2, 2)
    expect(page).to_have_url(re.compile("#pooling.at=0,1$"))


def test_a_picture_is_pooled_beside_the_numbers(watched: Watched) -> None:
    page = watched.open("#pooling?kernel=3&stride=3")
    figures = page.locator(f"{SECTION} .pictures figure")
    expect(figures.first).to_contain_text("120 × 160")
    expect(figures.nth(1)).to_contain_text("40 × 53")
    cat = torch.from_numpy(np.array(Image.open(SAMPLES / "cat.png"), dtype=np.float32))[None]
    for number, layer in ((1, nn.MaxPool2d), (2, nn.AvgPool2d)):
        shown = pixels(page, f"{SECTION} .pictures figure:nth-of-type({number + 1}) canvas").astype(float)
        expected = layer(3, 3)(cat)[0].numpy()
        assert np.abs(shown - expected).max() <= 0.5
    page.locator(SECTION).get_by_role("radio", name="Fashion item").check()
    expect(figures.nth(1)).to_contain_text("9 × 9")
