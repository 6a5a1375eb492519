"""The lecture's fourth section: stride, padding and dilation, and what no window reaches."""

import math
import random
import re

import pytest
from playwright.sync_api import Page, expect

from convlens.byhand.arithmetic import conv_size
from convlens.byhand.kernels import Kernel, Matrix
from convlens.byhand.sliding import Example, OperationName, slide
from tests.browser.grids import frame, marked, numbers, put
from tests.browser.pages import Watched

pytestmark = pytest.mark.browser

SECTION = "#sliding"
KINDS: tuple[OperationName, ...] = ("convolution", "maximum", "average")


def made_up(size: int) -> Matrix:
    return tuple(tuple((row * size + column) % 10 for column in range(size)) for row in range(size))


def chequered(side: int) -> Kernel:
    return Kernel("", tuple(tuple((row + column + 1) % 2 for column in range(side)) for row in range(side)))


def settings(count: int) -> list[tuple[OperationName, int, int, int, int, int]]:
    """Random settings that PyTorch allows: operation, size, kernel, stride, padding, dilation."""
    chance = random.Random(5)
    found: list[tuple[OperationName, int, int, int, int, int]] = []
    while len(found) < count:
        kind = chance.choice(KINDS)
        size, kernel, stride = chance.randint(1, 12), chance.randint(1, 5), chance.randint(1, 5)
        padding = chance.randint(0, 4 if kind == "convolution" else kernel // 2)
        dilation = 1 if kind == "average" else chance.randint(1, 4)
        if conv_size(size, kernel, stride, padding, dilation).result > 0:
            found.append((kind, size, kernel, stride, padding, dilation))
    return found


def worked_out(kind: OperationName, size: int, kernel: int, stride: int, padding: int, dilation: int) -> Example:
    weights = chequered(kernel) if kind == "convolution" else None
    sides = {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    return slide("", made_up(size), kernel=weights, operation=kind, **sides)


def unread(example: Example, padding: int) -> set[tuple[int, int]]:
    """Cells, padding among them, that no window of the example covers."""
    rows = {row for step in example.steps for row in step.rows}
    columns = {column for step in example.steps for column in step.columns}
    places = range(-padding, len(example.picture) + padding)
    return {(r, c) for r in places for c in places if r not in rows or c not in columns}


def test_what_belongs_to_a_number_is_marked_as_the_window_goes(watched: Watched) -> None:
    page = watched.open("#sliding?size=6&kernel=3&stride=2&padding=1&dilation=2")
    example = worked_out("convolution", 6, 3, 2, 1, 2)
    at = {step.at: (step.rows, step.columns) for step in example.steps}
    for row, column in ((-1, 1), (1, 3), (0, 0), (5, 5)):
        page.locator(f"{SECTION} .grid.picture .cell[data-row='{row}'][data-column='{column}']").hover()
        reads = {place for place, (rows, columns) in at.items() if row in rows and column in columns}
        assert marked(page, f"{SECTION} .grid.result", "reads") == reads
    for row, column in ((0, 0), (1, 2)):
        page.locator(f"{SECTION} .grid.filter .cell[data-row='{row}'][data-column='{column}']").hover()
        met = {(rows[row], columns[column]) for rows, columns in at.values()}
        assert marked(page, f"{SECTION} .grid.picture", "met") == met


def test_random_settings_give_what_python_gives(watched: Watched) -> None:
    page = watched.open()
    for kind, size, kernel, stride, padding, dilation in settings(25):
        example = worked_out(kind, size, kernel, stride, padding, dilation)
        watched.go(
            f"#sliding?kind={kind}&size={size}&kernel={kernel}&stride={stride}&padding={padding}&dilation={dilation}&at=19,19"
        )
        side = len(example.result)
        expect(page.locator(f"{SECTION} .sentences li").first).to_have_text(f"{size} × {size} becomes {side} × {side}.")
        shown = numbers(page, f"{SECTION} .grid.result")
        assert shown == [[pytest.approx(value, abs=5e-4) for value in row] for row in example.result]
        assert marked(page, f"{SECTION} .grid.picture", "unreached") == unread(example, padding)
        reach = dilation * (kernel - 1) + 1
        assert frame(page, SECTION) == ((side - 1) * stride, (side - 1) * stride, reach, reach)


def test_padding_is_drawn_as_the_lecture_draws_it(watched: Watched) -> None:
    page = watched.open("#sliding?size=3&kernel=3&padding=1&stride=1")
    ring = {(r, c) for r in range(-1, 4) for c in range(-1, 4) if not (0 <= r < 3 and 0 <= c < 3)}
    assert marked(page, f"{SECTION} .grid.picture", "padding") == ring
    assert numbers(page, f"{SECTION} .grid.picture")[0] == [0, 0, 0, 0, 0]
    watched.go("#sliding?kind=maximum&size=3&kernel=3&padding=1&stride=1")
    expect(page.locator(f"{SECTION} .grid.picture .cell").first).to_have_text("−∞")
    assert numbers(page, f"{SECTION} .grid.picture")[0] == [-math.inf] * 5
    assert "max{−∞,−∞,−∞,−∞,0,1,−∞,3,4}=4" in (page.locator(f"{SECTION} math").all()[-2].text_content() or "")


def test_a_remainder_is_hatched_and_named(watched: Watched) -> None:
    page = watched.open()
    sentences = page.locator(f"{SECTION} .sentences")
    expect(sentences).to_contain_text("Row 5 and column 5 are reached by no window")
    watched.go("#sliding?kind=maximum&size=9&kernel=2&stride=4")
    expect(sentences).to_contain_text("Rows 6, 7, 8 and columns 6, 7, 8 are reached by no window")
    expect(sentences).to_contain_text("Rows 2, 3 and columns 2, 3 lie between")
    watched.go("#sliding?size=6&kernel=3&stride=2&padding=1")
    expect(sentences).to_contain_text("The last row and column of the padding are not reached.")
    watched.go("#sliding?size=2&kernel=5")
    expect(sentences).to_contain_text("it is 5 rows high, and with the padding there is room for 2")
    assert frame(page, SECTION) is None
    expect(page.locator(f"{SECTION} .player")).to_be_hidden()


def test_every_slider_and_the_operation(watched: Watched) -> None:
    page = watched.open()
    section = page.locator(SECTION)
    for name, value in (("Picture", 8), ("Window", 2), ("Stride", 3), ("Padding", 1), ("Dilation", 2)):
        section.get_by_role("slider", name=name, exact=True).fill(str(value))
    example = worked_out("convolution", 8, 2, 3, 1, 2)
    section.get_by_label("To the end").click()
    assert numbers(page, f"{SECTION} .grid.result") == [list(row) for row in example.result]
    section.get_by_role("radio", name="Average").check()
    expect(section.get_by_role("slider", name="Dilation", exact=True)).to_be_disabled()
    expect(section.locator(".grid.filter")).to_be_hidden()
    example = worked_out("average", 8, 2, 3, 1, 1)
    assert numbers(page, f"{SECTION} .grid.result") == [list(row) for row in example.result]
    section.get_by_role("radio", name="Maximum").check()
    example = worked_out("maximum", 8, 2, 3, 1, 2)
    assert numbers(page, f"{SECTION} .grid.result") == [list(row) for row in example.result]


def test_numbers_can_be_edited_and_are_kept_in_the_address(watched: Watched) -> None:
    page = watched.open("#sliding?size=2&kernel=2&stride=1")
    put(page, f"{SECTION} .grid.picture", 0, 0, "4")
    put(page, f"{SECTION} .grid.filter", 1, 1, "-2")
    assert numbers(page, f"{SECTION} .grid.result") == [[4 - 2 * 3]]
    expect(page).to_have_url(re.compile(r"picture=4,1;2,3&filter=1,0;0,-2"))
    again = watched.open(page.url.split("/")[-1].removeprefix("lecture.html"))
    assert numbers(again, f"{SECTION} .grid.result") == [[-2]]


def test_the_examples_and_the_player(watched: Watched) -> None:
    page = watched.open()
    section = page.locator(SECTION)
    examples = section.get_by_role("combobox", name="Example")
    for name in ("same", "halved", "dilated", "infinite", "gaps", "remainder"):
        examples.select_option(name)
        section.get_by_label("To the end").click()
        assert None not in [value for row in numbers(page, f"{SECTION} .grid.result") for value in row]
    section.get_by_role("slider", name="Stride", exact=True).fill("1")
    assert examples.input_value() == "own"


def test_the_numbers_of_the_formula_can_be_dragged(watched: Watched) -> None:
    page = watched.open()
    drag(page, f"{SECTION} [data-drag=padding]", 20)
    expect(page.locator(f"{SECTION} .sentences")).to_contain_text("6 × 6 becomes 4 × 4.")


def drag(page: Page, number: str, distance: int) -> None:
    """Drag a number of a formula to the right."""
    page.locator(number).scroll_into_view_if_needed()
    box = page.locator(number).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + distance, box["y"], steps=4)
    page.mouse.up()
