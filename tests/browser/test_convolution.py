"""The lecture's first section, as a person uses it."""

import pytest
from playwright.sync_api import Page, expect

from convlens.byhand.kernels import Kernel, Matrix
from convlens.byhand.lessons import BINARY_PICTURE, CROSS, SQUARE_PICTURE
from convlens.byhand.sliding import slide
from tests.browser.grids import frame, marked, numbers, put
from tests.browser.pages import Watched

pytestmark = pytest.mark.browser

SECTION = "#convolution"


def shown_result(page: Page) -> list[list[float | None]]:
    return numbers(page, f"{SECTION} .grid.result")


def worked_out(picture: Matrix, kernel: Kernel) -> list[list[float]]:
    return [list(row) for row in slide("", picture, kernel=kernel).result]


def test_the_first_window_of_the_lectures_example_is_shown(watched: Watched) -> None:
    page = watched.open()
    assert numbers(page, f"{SECTION} .grid.picture") == [list(row) for row in BINARY_PICTURE]
    assert numbers(page, f"{SECTION} .grid.filter") == [list(row) for row in CROSS.entries]
    assert numbers(page, f"{SECTION} .grid.product") == [[1, 0, 1], [0, 1, 0], [0, 0, 1]]
    assert shown_result(page) == [[4, None, None], [None, None, None], [None, None, None]]
    assert frame(page, SECTION) == (0, 0, 3, 3)
    expect(page.locator(f"{SECTION} .total")).to_have_text("Sum = 4")


def test_steps_and_scrubbing_walk_through_the_whole_result(watched: Watched) -> None:
    page = watched.open()
    expected = worked_out(BINARY_PICTURE, CROSS)
    section = page.locator(SECTION)
    section.get_by_label("One step on").click()
    assert frame(page, SECTION) == (0, 1, 3, 3)
    assert shown_result(page)[0] == [expected[0][0], expected[0][1], None]
    section.get_by_label("One step back").click()
    assert frame(page, SECTION) == (0, 0, 3, 3)
    section.get_by_label("Place of the window", exact=True).fill("5")
    assert frame(page, SECTION) == (1, 2, 3, 3)
    section.get_by_label("To the end").click()
    assert frame(page, SECTION) == (2, 2, 3, 3)
    assert shown_result(page) == expected
    section.get_by_label("To the start").click()
    assert frame(page, SECTION) == (0, 0, 3, 3)


def test_play_goes_on_at_the_chosen_speed_and_can_be_paused(watched: Watched) -> None:
    watched.page.clock.install(time=0)
    page = watched.open()
    page.clock.pause_at(3_600)  # from here on time passes only as the test says
    section = page.locator(SECTION)
    section.get_by_label("Play", exact=True).click()
    page.clock.run_for(1250)
    assert frame(page, SECTION) == (0, 1, 3, 3)
    section.get_by_label("Pause").click()
    page.clock.run_for(5000)
    assert frame(page, SECTION) == (0, 1, 3, 3)
    section.get_by_role("radio", name="4×").check()
    section.get_by_label("Play", exact=True).click()
    page.clock.run_for(320)
    assert frame(page, SECTION) == (0, 2, 3, 3)
    page.clock.run_for(5000)
    assert frame(page, SECTION) == (2, 2, 3, 3)
    expect(section.get_by_label("Play", exact=True)).to_be_visible()  # it has stopped
    section.get_by_label("Play", exact=True).click()  # and begins anew
    assert frame(page, SECTION) == (0, 0, 3, 3)


def test_every_number_of_picture_and_filter_can_be_edited(watched: Watched) -> None:
    page = watched.open("#convolution?at=2,2")
    picture = [[row * 5 + column + 0.5 for column in range(5)] for row in range(5)]
    entries = [[-1.0, 2.0, 0.25], [0.0, -3.0, 1.0], [4.0, 0.5, -0.5]]
    for name, rows in (("picture", picture), ("filter", entries)):
        for row, line in enumerate(rows):
            for column, value in enumerate(line):
                put(page, f"{SECTION} .grid.{name}", row, column, str(value))
    kernel = Kernel("", tuple(tuple(row) for row in entries))
    expected = worked_out(tuple(tuple(row) for row in picture), kernel)
    assert shown_result(page) == [[pytest.approx(value, abs=5e-4) for value in row] for row in expected]


def test_a_comma_and_a_fraction_are_numbers_and_letters_are_not(watched: Watched) -> None:
    page = watched.open()
    field = put(page, f"{SECTION} .grid.filter", 0, 0, "2,5")
    assert numbers(page, f"{SECTION} .grid.product")[0][0] == 2.5
    put(page, f"{SECTION} .grid.filter", 0, 0, "1/4")
    assert numbers(page, f"{SECTION} .grid.product")[0][0] == 0.25
    field.fill("abc")
    expect(field).to_have_attribute("aria-invalid", "true")
    reason = page.locator(f"{SECTION} .grid.filter [role=alert]")
    expect(reason).to_have_text("Type a number of at most six digits, such as −2, 0.5 or 1/4.")
    expect(field).to_have_attribute("aria-errormessage", reason.get_attribute("id") or "")
    assert numbers(page, f"{SECTION} .grid.product")[0][0] == 0.25
    field.blur()
    expect(field).to_have_value("0.25")
    expect(reason).to_be_empty()


def test_what_belongs_to_a_number_is_marked(watched: Watched) -> None:
    page = watched.open()
    picture, result = f"{SECTION} .grid.picture", f"{SECTION} .grid.result"
    page.locator(f"{picture} .cell[data-row='1'][data-column='0']").hover()
    assert marked(page, result, "reads") == {(0, 0), (1, 0)}
    page.locator(f"{SECTION} .grid.filter .cell[data-row='2'][data-column='1']").hover()
    assert marked(page, result, "reads") == set()
    assert marked(page, picture, "met") == {(row, column) for row in (2, 3, 4) for column in (1, 2, 3)}
    page.locator("h1").hover()
    assert marked(page, picture, "met") == set()
    page.locator(f"{picture} input").first.focus()  # and by the keyboard
    assert marked(page, result, "reads") == {(0, 0)}


def test_hovering_shows_a_window_and_clicking_stays_there(watched: Watched) -> None:
    page = watched.open()
    cells = page.locator(f"{SECTION} .grid.result .cell")
    cells.nth(5).hover()
    assert frame(page, SECTION) == (1, 2, 3, 3)
    assert shown_result(page)[1] == [None, None, 3]
    page.locator("h1").hover()
    assert frame(page, SECTION) == (0, 0, 3, 3)
    cells.nth(7).click()
    page.locator("h1").hover()
    page.locator("h1").click()  # takes the focus away, too
    assert frame(page, SECTION) == (2, 1, 3, 3)
    expect(cells.nth(7).get_by_role("button")).to_have_attribute("aria-pressed", "true")


def test_the_grids_are_walked_through_by_keyboard(watched: Watched) -> None:
    page = watched.open()
    page.locator(f"{SECTION} .grid.picture input").first.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "End", "ArrowRight", "ArrowUp", "Home"):
        page.keyboard.press(key)
    expect(page.get_by_label("row 0, column 0", exact=True).first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.type("7")
    assert numbers(page, f"{SECTION} .grid.picture")[0][1] == 7
    page.keyboard.press("Tab")
    expect(page.locator(f"{SECTION} .grid.filter input").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # on the result: shows the window
    assert frame(page, SECTION) == (1, 0, 3, 3)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert frame(page, SECTION) == (1, 0, 3, 3)


def test_the_formula_and_the_voice_tell_the_sum(watched: Watched) -> None:
    page = watched.open("#convolution?at=1,2&filter=1,0,1;0,-2,0;1,0,1")
    flat = page.locator(f"{SECTION} .formula math").text_content() or ""
    assert "1·1+1·0+0·1" in flat
    assert "+1·0+1·(−2)+1·0" in flat
    assert flat.endswith("=0")
    page.locator(SECTION).get_by_label("One step on").click()
    expect(page.locator("#announcer")).to_have_text("row 2, column 0: 2")


def test_presets_and_reset(watched: Watched) -> None:
    page = watched.open("#convolution?at=2,2")
    section = page.locator(SECTION)
    section.get_by_role("combobox", name="Picture").select_option("bright square")
    section.get_by_role("combobox", name="Filter").select_option("edges, 8 neighbours")
    kernel = Kernel("", ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)))
    assert shown_result(page) == worked_out(SQUARE_PICTURE, kernel)
    put(page, f"{SECTION} .grid.filter", 1, 1, "9")
    assert section.get_by_role("combobox", name="Filter").input_value() == "own"
    section.get_by_role("button", name="Reset").click()
    assert frame(page, SECTION) == (0, 0, 3, 3)
    assert numbers(page, f"{SECTION} .grid.filter") == [list(row) for row in CROSS.entries]


def test_the_window_glides_unless_less_motion_is_wanted(watched: Watched) -> None:
    page = watched.open()
    duration = "getComputedStyle(document.querySelector('#convolution .frame')).transitionDuration"
    assert page.evaluate(duration) == "0s"
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(duration) == "0.18s"
