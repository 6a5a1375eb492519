"""The lecture's second section: pictures under filters, pixel by pixel as `convlens filters` makes them."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from convlens.byhand.kernels import LECTURE, Array, Kernel, as_picture, filtered
from tests.browser.grids import numbers, pixels, put
from tests.browser.pages import Watched

pytestmark = pytest.mark.browser

SECTION = "#filters"
NAMES = ("identity", "diagonal", "edges4", "edges8", "sharpen", "box", "gaussian")  # in the lecture's order
SAMPLES = Path(__file__).parents[2] / "src" / "convlens" / "web" / "page" / "samples"
# A file that is dropped comes with an event that only the page itself can make.
_DROP = """(section, [name, type, bytes]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([Uint8Array.from(bytes)], name, { type }));
  const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
  section.querySelector(".body").dispatchEvent(event);
}"""
Pixels = npt.NDArray[np.uint8]


def cat() -> Pixels:
    return np.asarray(Image.open(SAMPLES / "cat.png"))


def picture_of(page: Page, which: str) -> Pixels:
    """What is drawn: `picture` or `result`."""
    return pixels(page, f"{SECTION} .equation > .{which} canvas")


def wait_for_picture(page: Page) -> None:
    expect(page.locator(f"{SECTION} .equation > .result .lens")).to_have_attribute("style", re.compile("left"))


def is_as_by_hand(page: Page, kernel: Kernel) -> bool:
    """Whether the result is what Python makes of the picture; exact halves may be rounded either way."""
    answers: Array = filtered(picture_of(page, "picture"), kernel)
    difference = np.abs(picture_of(page, "result").astype(int) - as_picture(answers, kernel))
    is_half = np.isclose(np.abs(answers) % 1, 0.5)
    return bool(np.all(difference <= is_half))


def test_the_lectures_filters_do_what_the_command_does(watched: Watched) -> None:
    page = watched.open("#filters")
    wait_for_picture(page)
    assert (picture_of(page, "picture") == cat()).all()
    for name, kernel in zip(NAMES, LECTURE, strict=True):
        page.locator(SECTION).get_by_role("combobox", name="Filter").select_option(name)
        assert numbers(page, f"{SECTION} .grid.filter") == [list(row) for row in kernel.entries]
        assert is_as_by_hand(page, kernel)


def test_five_more_filters_find_edges_from_one_side(watched: Watched) -> None:
    page = watched.open("#filters")
    wait_for_picture(page)
    entries = {}
    for name in ("emboss", "sobelTop", "sobelBottom", "sobelLeft", "sobelRight"):
        page.locator(SECTION).get_by_role("combobox", name="Filter").select_option(name)
        found = numbers(page, f"{SECTION} .grid.filter")
        entries[name] = np.array(found)
        assert is_as_by_hand(page, Kernel("", tuple(tuple(row) for row in found)))  # type: ignore[arg-type]  # no cell is empty
    assert (entries["sobelTop"] == -entries["sobelBottom"]).all()
    assert (entries["sobelTop"] == entries["sobelLeft"].T).all()
    assert (entries["sobelLeft"] == -entries["sobelRight"]).all()
    assert entries["sobelRight"].sum() == 0
    assert entries["emboss"].sum() == 1


def test_the_camera_is_filtered_until_another_picture_is_chosen(watched: Watched) -> None:
    page = watched.open("#filters")
    wait_for_picture(page)
    page.context.grant_permissions(["camera"])
    section = page.locator(SECTION)
    section.get_by_role("radio", name="Camera").check()
    canvas = section.locator(".equation > .picture canvas")
    expect(canvas).to_have_attribute("width", "180")
    first = picture_of(page, "picture")
    page.wait_for_timeout(1500)
    assert (picture_of(page, "picture") != first).any()
    section.get_by_role("radio", name="Photo").check()
    expect(canvas).to_have_attribute("width", "160")
    page.wait_for_timeout(300)
    assert (picture_of(page, "picture") == cat()).all()


def test_without_a_camera_it_is_told(watched: Watched) -> None:
    page = watched.open("#filters")
    wait_for_picture(page)
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('no camera')); }")
    page.locator(SECTION).get_by_role("radio", name="Camera").check()
    expect(page.locator(f"{SECTION} .problem").filter(has_text="There is no camera")).to_be_visible()
    assert (picture_of(page, "picture") == cat()).all()


def test_ones_own_matrix_its_size_and_its_divisor(watched: Watched) -> None:
    page = watched.open("#filters?filter=sharpen")
    wait_for_picture(page)
    section = page.locator(SECTION)
    put(page, f"{SECTION} .grid.filter", 0, 2, "-1.5")
    assert section.get_by_role("combobox", name="Filter").input_value() == "own"
    assert is_as_by_hand(page, Kernel("", ((0, -1, -1.5), (-1, 5, -1), (0, -1, 0))))
    section.get_by_role("radio", name="5 × 5").check()
    put(page, f"{SECTION} .grid.filter", 4, 0, "2")
    section.get_by_label("Divided by").fill("3")
    rows = ((0, 0, 0, 0, 0), (0, 0, -1, -1.5, 0), (0, -1, 5, -1, 0), (0, 0, -1, 0, 0), (2, 0, 0, 0, 0))
    assert is_as_by_hand(page, Kernel("", rows, divisor=3))
    section.get_by_role("radio", name="3 × 3").check()
    assert is_as_by_hand(page, Kernel("", ((0, -1, -1.5), (-1, 5, -1), (0, -1, 0)), divisor=3))
    field = section.get_by_label("Divided by")
    field.fill("0")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(section.get_by_text("Type a whole number from 1 to 999.")).to_be_visible()
    assert is_as_by_hand(page, Kernel("", ((0, -1, -1.5), (-1, 5, -1), (0, -1, 0)), divisor=3))


def test_the_sum_of_the_weights_is_explained(watched: Watched) -> None:
    sentences = {
        "box": "add up to 1",
        "edges4": "add up to 0",
        "own&own=1,1,1;1,1,1;1,1,1": "add up to 9: the picture becomes brighter",
        "own&own=0,0,0;0,1,0;0,0,0&divisor=2": "add up to 0.5: the picture becomes darker",
        "own&own=0,0,0;0,-1,0;0,0,0": "add up to −1",
    }
    page = watched.open()
    for chosen, sentence in sentences.items():
        watched.go(f"#filters?filter={chosen}")
        expect(page.locator(f"{SECTION} .note").filter(has_text=sentence)).to_have_count(1)


def test_the_magnifier_follows_the_pointer_and_the_keys(watched: Watched) -> None:
    page = watched.open("#filters?filter=gaussian&at=10,20")
    wait_for_picture(page)
    greys = cat().astype(int)
    window = f"{SECTION} .magnifier .grid.picture"
    assert numbers(page, window) == greys[9:12, 19:22].tolist()
    weights = np.array(LECTURE[-1].entries, dtype=int)
    products = weights * greys[9:12, 19:22]
    assert numbers(page, f"{SECTION} .magnifier .grid.product") == products.tolist()
    formula = page.locator(f"{SECTION} .magnifier math").text_content() or ""
    assert f"{products.sum()}16=" in formula

    canvas = page.locator(f"{SECTION} .equation > .picture canvas")
    box = canvas.bounding_box()
    assert box is not None
    middle = {"x": box["width"] * 50.5 / 160, "y": box["height"] * 30.5 / 120}
    canvas.hover(position=middle)  # type: ignore[arg-type]  # a position is a dictionary with these keys
    assert numbers(page, window) == greys[29:32, 49:52].tolist()
    page.locator(f"{SECTION} h3").hover()
    assert numbers(page, window) == greys[9:12, 19:22].tolist()
    canvas.click(position=middle)  # type: ignore[arg-type]
    page.locator(f"{SECTION} h3").hover()
    for key in ("ArrowUp", "ArrowLeft", "Shift+ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    assert numbers(page, window) == greys[30:33, 58:61].tolist()


def test_beyond_the_border_its_pixels_go_on(watched: Watched) -> None:
    page = watched.open("#filters?at=0,0")
    wait_for_picture(page)
    expected = np.pad(cat(), 1, mode="edge")[0:3, 0:3]
    assert numbers(page, f"{SECTION} .magnifier .grid.picture") == expected.tolist()


def test_the_way_from_the_sum_to_the_pixel_is_told(watched: Watched) -> None:
    ways = {
        "filter=identity": "The pixel of the result: ",
        "filter=own&own=0,0,0;0,9,0;0,0,0": "Clipped, the pixel of the result: 255",
        "filter=own&own=0,0,0;0,-1,0;0,0,0": "Without its sign, the pixel of the result: ",
        "filter=own&own=0,0,0;0,1,0;0,0,0&divisor=999": "Rounded, the pixel of the result: 0",
    }
    page = watched.open()
    for state, sentence in ways.items():
        watched.go(f"#filters?{state}&at=60,40")
        expect(page.locator(f"{SECTION} .magnifier .note")).to_contain_text(sentence)


def test_items_of_fashion_mnist(watched: Watched) -> None:
    page = watched.open("#filters?filter=edges8")
    section = page.locator(SECTION)
    section.get_by_role("radio", name="Fashion item").check()
    strip = np.asarray(Image.open(SAMPLES / "fashion-mnist.png"))
    for number, name in ((9, "Ankle boot"), (0, "T-shirt"), (5, "Sandal")):
        section.get_by_role("radio", name=name).check()
        assert (picture_of(page, "picture") == strip[:, 28 * number : 28 * number + 28]).all()
        assert is_as_by_hand(page, LECTURE[3])


def test_drawing_with_the_pointer_and_the_keyboard(watched: Watched) -> None:
    page = watched.open("#filters?filter=identity")
    section = page.locator(SECTION)
    section.get_by_role("radio", name="Drawing").check()
    assert (picture_of(page, "picture") == 255).sum() > 100  # the house
    section.get_by_role("button", name="Clear").click()
    assert not picture_of(page, "picture").any()

    canvas = section.locator(".equation > .picture canvas")
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 10.5 / 48, box["y"] + box["height"] * 24.5 / 48)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 30.5 / 48, box["y"] + box["height"] * 24.5 / 48)
    page.mouse.up()
    drawn = picture_of(page, "picture")
    assert (drawn[23:26, 10:31] == 255).all()
    assert not drawn[:21].any()
    assert (picture_of(page, "result") == drawn).all()

    for key in ("ArrowDown", "Shift+ArrowDown", "Space"):  # from where the pointer let go
        page.keyboard.press(key)
    assert picture_of(page, "picture")[35, 30] == 255
    section.get_by_role("radio", name="Eraser").check()
    canvas.focus()
    page.keyboard.press("Space")
    assert picture_of(page, "picture")[35, 30] == 0
    word = base64.urlsafe_b64encode(np.packbits(drawn > 0).tobytes()).decode()
    expect(page).to_have_url(re.compile(f"drawing={word}"))
    again = watched.open(page.evaluate("location.hash"))
    assert (picture_of(again, "picture") == drawn).all()


def png(picture: Pixels) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="png")
    return buffer.getvalue()


def test_a_file_of_ones_own_chosen_or_dropped(watched: Watched) -> None:
    page = watched.open("#filters?source=file&filter=identity")
    section = page.locator(SECTION)
    grey = np.arange(40 * 30, dtype=np.uint8).reshape(40, 30)
    section.locator("input[type=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": png(grey)})
    expect(page.locator("#announcer")).to_have_text("The picture is open")
    assert (picture_of(page, "picture") == grey).all()

    colours = np.zeros((20, 20, 3), dtype=np.uint8)
    colours[:] = (200, 100, 50)
    section.evaluate(_DROP, ["b.png", "image/png", list(png(colours))])
    canvas = section.locator(".equation > .picture canvas")
    expect(canvas).to_have_js_property("width", 20)
    assert (picture_of(page, "picture") == round(0.299 * 200 + 0.587 * 100 + 0.114 * 50)).all()

    large = np.zeros((300, 600), dtype=np.uint8)
    section.evaluate(_DROP, ["c.png", "image/png", list(png(large))])
    expect(canvas).to_have_js_property("width", 180)
    assert picture_of(page, "picture").shape == (90, 180)

    section.evaluate(_DROP, ["notes.txt", "text/plain", [65, 66]])
    expect(section.get_by_role("alert")).to_contain_text("cannot read this file as a picture")
    assert picture_of(page, "picture").shape == (90, 180)
