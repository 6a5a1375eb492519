"""The report as a person sees it: opened from the disk, on a telephone and on a desk, by day and by night."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from convlens import report
from tests.report.runs import HOSTILE, make_data, make_run

pytestmark = pytest.mark.browser

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """Addresses of reports on disk, by their number of classes, one of which is called something hostile and long."""
    folder = tmp_path_factory.mktemp("reports")
    addresses = {}
    for number in (2, 10, 30):
        names = [f"class {index:02d}" for index in range(number - 1)]
        data = make_data([HOSTILE, *names], channels=3 if number == 2 else 1, name=HOSTILE)
        path = folder / f"{number}.html"
        path.write_text(report.render(make_run(folder / f"run {number}", data, steps=400), data), encoding="utf-8")
        addresses[number] = path.as_uri()
    return addresses


@pytest.fixture(params=[380, 1280])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": request.param, "height": 900})
    page.set_default_timeout(10_000)
    yield page
    page.close()


@pytest.fixture(params=["light", "dark"])
def page_in_scheme(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    page = browser.new_page(color_scheme=request.param)
    yield page
    page.close()


def width_of_content(page: Page) -> int:
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width


def test_it_opens_without_an_error_or_a_request(page: Page, reports: dict[int, str]) -> None:
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(reports[10])
    assert complaints == []
    assert requests[0] == reports[10]
    assert all(url.startswith("data:image/png;") for url in requests[1:])
    pictures = page.evaluate("[...document.images].map((image) => image.naturalWidth)")
    assert len(pictures) > 32
    assert all(width > 0 for width in pictures)


@pytest.mark.parametrize("number", [2, 10, 30])
def test_nothing_sticks_out(number: int, page: Page, reports: dict[int, str]) -> None:
    assert page.viewport_size is not None
    page.goto(reports[number])
    page.locator("summary").click()
    assert width_of_content(page) <= page.viewport_size["width"]


def test_every_text_stands_out_from_its_background(page_in_scheme: Page, reports: dict[int, str]) -> None:
    page_in_scheme.goto(reports[10])
    result = page_in_scheme.evaluate(CONTRAST)
    assert result["seen"] > 300
    assert result["faults"] == []


def test_every_shade_of_the_heat_map_leaves_its_number_readable(page_in_scheme: Page, reports: dict[int, str]) -> None:
    page_in_scheme.goto(reports[10])
    page_in_scheme.evaluate("""() => {
        [...document.querySelectorAll(".confusion td")].forEach((cell, index) => {
            cell.className = `${index % 2 ? "right" : "wrong"} l${index % 7}`;
        });
    }""")
    assert page_in_scheme.evaluate(CONTRAST)["faults"] == []


def test_the_two_schemes_differ_and_paper_is_always_light(browser: Browser, reports: dict[int, str]) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(reports[10])
    background = "getComputedStyle(document.body).backgroundColor"
    by_night = page.evaluate(background)
    page.emulate_media(color_scheme="light")
    by_day = page.evaluate(background)
    assert by_day != by_night
    page.emulate_media(color_scheme="dark", media="print")
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    page.close()


def test_the_confusion_matrix_can_be_read_and_scrolled(page: Page, reports: dict[int, str]) -> None:
    page.goto(reports[30])
    square = page.locator(".confusion td").first.bounding_box()
    assert square is not None
    assert square["width"] >= 23
    assert square["height"] == pytest.approx(square["width"], abs=1)
    assert page.locator(".matrix").evaluate("element => element.tabIndex") == 0


def test_the_charts_share_their_x_axis(page: Page, reports: dict[int, str]) -> None:
    page.goto(reports[10])
    rules = page.locator("#learning .rule").evaluate_all("lines => lines.map(l => l.getBoundingClientRect().x)")
    assert len(rules) == 3
    assert len(set(rules)) == 1
