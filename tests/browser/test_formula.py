"""The lecture's fifth section: the formula of the sizes, and the line of PyTorch that it makes."""

import random
import re

import pytest
import torch
from playwright.sync_api import expect
from torch import nn

from tests.browser.pages import Watched
from tests.browser.test_sliding import drag

pytestmark = pytest.mark.browser

SECTION = "#formula"


def test_the_line_of_pytorch_makes_the_size_that_is_shown(watched: Watched) -> None:
    page = watched.open()
    chance = random.Random(1)
    made = 0
    while made < 25:
        kind = chance.choice(["convolution", "maximum", "average"])
        numbers = {"size": chance.randint(1, 64), "kernel": chance.randint(1, 11), "stride": chance.randint(1, 8)}
        numbers |= {"padding": chance.randint(0, 8), "dilation": chance.randint(1, 6)}
        watched.go(f"#formula?kind={kind}&" + "&".join(f"{name}={value}" for name, value in numbers.items()))
        expect(page.locator(f"{SECTION} .slider output").first).to_have_text(str(numbers["size"]))
        sentence = page.locator(f"{SECTION} .sentences li").first.inner_text()
        layer = eval(page.locator(f"{SECTION} code").inner_text(), {"nn": nn})
        picture = torch.zeros(1, 1, numbers["size"], numbers["size"])
        if sentence.startswith("The window does not fit"):
            with pytest.raises(RuntimeError):
                layer(picture)
            continue
        made += 1
        side = layer(picture).shape[-1]
        assert sentence == f"{numbers['size']} × {numbers['size']} becomes {side} × {side}."
        assert (page.locator(f"{SECTION} math").last.text_content() or "").endswith(f"={side}")
        expect(page.locator(f"{SECTION} .strip")).to_have_attribute(
            "aria-label", re.compile(f"; {side} windows, {side} results$")
        )


def test_the_formula_stands_with_its_numbers(watched: Watched) -> None:
    page = watched.open("#formula?size=28&kernel=5&stride=3&padding=2")
    math = page.locator(f"{SECTION} math").last
    assert math.text_content() == "nout=⌊nin+2p−ks⌋+1=⌊28+2·2−53⌋+1=⌊273⌋+1=9+1=10"
    watched.go("#formula?size=28&kernel=5&stride=3&padding=2&dilation=2")
    expect(math).to_contain_text("28+2·2−2·(5−1)−13")


def test_sliders_and_dragged_numbers_move_it(watched: Watched) -> None:
    page = watched.open("#formula?stride=1&padding=0")
    section = page.locator(SECTION)
    first = section.locator(".sentences li").first
    for name, value, side in (
        ("Picture", 30, 28),
        ("Window", 5, 26),
        ("Stride", 2, 13),
        ("Padding", 2, 15),
        ("Dilation", 3, 11),
    ):
        section.get_by_role("slider", name=name, exact=True).fill(str(value))
        expect(first).to_have_text(f"30 × 30 becomes {side} × {side}.")
    drag(page, f"{SECTION} [data-drag=size]", 100)
    expect(first).to_have_text("40 × 40 becomes 16 × 16.")
    drag(page, f"{SECTION} [data-drag=stride]", -500)  # to the least, and not beyond
    expect(first).to_have_text("40 × 40 becomes 32 × 32.")
    expect(page).to_have_url(re.compile("#formula.size=40&kernel=5&stride=1&padding=2&dilation=3$"))


def test_the_line_is_copied(watched: Watched) -> None:
    page = watched.open()
    if watched.address.startswith("http"):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(SECTION).get_by_role("button", name="Copy the line of PyTorch").click()
    expect(page.locator("#announcer")).to_have_text("Copied")
    if watched.address.startswith("http"):
        assert page.evaluate("navigator.clipboard.readText()") == "nn.Conv2d(1, 32, kernel_size=3, stride=2, padding=1)"
