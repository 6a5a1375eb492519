"""What the run's network looks at: test pictures, photographs and drawings."""

# ruff: noqa: F811 - fixtures are asked for by the names that they are imported under

import re
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from convlens.web.content import Content
from tests.browser.pages import Watched
from tests.browser.run_pages import RIGHT_IN_THE_FILE, homes, opened, watched  # noqa: F401 - fixtures
from tests.web.conftest import at_hand, content, run_path  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser

STRIP = ".strip-of-pictures"


def choose(page: Page, kind: str) -> None:
    page.locator(f"#network .pictures > fieldset input[value={kind}]").check()


def mistakes(content: Content) -> list[tuple[int, int, int]]:
    """The test pictures that are answered wrongly: index, class, answer."""
    labels = content.document["test"]["labels"]
    answers = content.answers(0, len(labels))["predicted"]
    pairs = enumerate(zip(labels, answers, strict=True))
    return [(index, label, answer) for index, (label, answer) in pairs if label != answer]


def test_another_test_picture_is_chosen(watched: Watched, content: Content) -> None:
    page = opened(watched)
    thumbnails = page.locator(f"{STRIP} .gallery button")
    second = thumbnails.nth(1)
    index = second.get_attribute("data-index")
    second.click()
    expect(second).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(f"picture={index}(&|$)"))
    page.locator(f"{STRIP} select").select_option("1")
    expect(thumbnails.first).to_have_attribute("aria-label", re.compile(content.run.classes[1]))
    expect(page).to_have_url(re.compile("only=1"))


def test_wrong_ones_say_what_they_were_taken_for(watched: Watched, content: Content) -> None:
    wrong = mistakes(content)
    assert wrong, "the run is trained so that it makes some"
    page = opened(watched)
    right = next(index for index in content.document["test"]["indices"] if index not in {one[0] for one in wrong})
    watched.go(f"#network?picture={right}")
    page.get_by_role("radio", name="Wrong ones").check()
    expect(page.locator(f"{STRIP} .where")).to_have_text(re.compile(f"of {len(wrong)}$"))
    for thumbnail, (index, label, answer) in zip(page.locator(f"{STRIP} .gallery button").all(), wrong, strict=False):
        truth, said = (content.run.classes[one] for one in (label, answer))
        expect(thumbnail.locator(".answered")).to_have_text(f"→ {said}")
        expect(thumbnail).to_have_attribute("aria-label", f"Test picture {index}, {truth}, taken for {said}")
    # The picture from before is none of them: now the first of them is looked at.
    expect(page.locator(f"{STRIP} .gallery button").first).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(f"picture={wrong[0][0]}(&|$)"))
    opened(watched, "#network?answers=wrong")
    expect(page.get_by_role("radio", name="Wrong ones")).to_be_checked()


def test_a_file_says_that_it_holds_a_part_of_the_pictures(watched: Watched, content: Content) -> None:
    page = opened(watched)
    note = page.locator(f"{STRIP} > .note")
    if watched.address.startswith("http"):
        expect(note).to_have_count(0)
        return
    test = content.document["test"]
    total = test["total"]
    kept = len(mistakes(content)) + sum(
        min(row[place], RIGHT_IN_THE_FILE) for place, row in enumerate(test["confusion"])
    )
    assert kept < total
    expect(note).to_contain_text(f"holds {kept} of the {total} test pictures")
    page.get_by_role("radio", name="Slovenčina").check()
    expect(note).to_contain_text(f"obsahuje {kept} z {total} testovacích obrázkov")


def test_the_shown_picture_stays_in_view(watched: Watched, content: Content) -> None:
    last = mistakes(content)[-1][0]
    page = opened(watched, f"#network?picture={last}")
    expect(page.locator(f'{STRIP} button[data-index="{last}"]')).to_have_attribute("aria-pressed", "true")
    back = page.locator(f"{STRIP} .pages button").first
    while back.is_enabled():
        back.focus()
        back.press("Enter")
    expect(page.locator(f"{STRIP} .where")).to_have_text(re.compile("^1 to"))
    assert page.evaluate("document.activeElement.closest('.pages') !== null"), "the focus is not lost"


def test_a_drawing_is_answered_and_kept_in_the_address(watched: Watched) -> None:
    page = opened(watched)
    page.locator("#network .pictures > fieldset input[value=drawing]").check()
    board = page.locator(".board canvas")
    box = board.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.7, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile("own="))
    heading = page.locator(".answer h3").inner_text()
    address = page.evaluate("location.hash")
    opened(watched, address)
    expect(page.locator(".answer h3")).to_have_text(heading)
    board.focus()
    for key in ("ArrowUp",) * 8 + ("ArrowRight",) * 8 + (" ",):  # a corner, where nothing is drawn yet
        board.press(key)
    expect(page).not_to_have_url(re.compile(re.escape(address) + "$"))
    page.locator(".board").get_by_role("button", name="Clear").click()
    page.locator(".board").get_by_role("radio", name="Eraser").check()


def photo(path: Path) -> Path:
    """A dark square on a light ground, wider than high."""
    picture = Image.new("RGB", (120, 60), (240, 240, 240))
    ImageDraw.Draw(picture).rectangle((40, 10, 79, 49), fill=(20, 20, 20))
    picture.save(path)
    return path


def test_a_photo_is_shown_with_what_the_network_sees_of_it(watched: Watched, tmp_path: Path) -> None:
    page = opened(watched)
    choose(page, "photo")
    expect(page.locator(".answer-row")).to_be_hidden()  # there is no answer to no photograph
    expect(page.locator(".layers")).to_be_hidden()
    file = page.locator(".photo input[type=file]")
    file.set_input_files(photo(tmp_path / "photo.png"))
    expect(page.locator(".photo figcaption")).to_have_text("Your photo")
    expect(page.locator(".photo [role=status]")).to_contain_text("The network never sees the photo itself")
    expect(page.locator(".answer-row figcaption")).to_have_text("What the network sees: 8\u00a0×\u00a08 pixels")
    expect(page.locator(".answer h3")).to_be_visible()
    expect(page).to_have_url(re.compile("source=photo"))
    if watched.address.startswith("file:"):  # light and dark exchanged, the bars above and below as black as the ground
        seen = page.evaluate("""async () => {
          const { ownPixels } = await import("convlens/network/own.js");
          return Array.from(ownPixels([1, 8, 8]));
        }""")
        assert max(seen[:8]) == 0
        assert seen[3 * 8] < 40 < 200 < seen[3 * 8 + 4]
    page.get_by_role("radio", name="Slovenčina").check()
    expect(page.locator(".photo figcaption")).to_have_text("Vaša fotografia")
    page.get_by_role("radio", name="English").check()
    choose(page, "drawing")
    choose(page, "photo")
    expect(page.locator(".answer-row")).to_be_hidden()


def test_a_file_that_is_no_picture_leaves_no_answer(watched: Watched, tmp_path: Path) -> None:
    page = opened(watched)
    choose(page, "photo")
    file = page.locator(".photo input[type=file]")
    file.set_input_files(photo(tmp_path / "photo.png"))
    expect(page.locator(".answer h3")).to_be_visible()
    (tmp_path / "notes.png").write_bytes(b"no picture")
    file.set_input_files(tmp_path / "notes.png")
    expect(page.locator(".photo .problem")).to_have_text(
        re.compile("^“notes.png” cannot be read as a picture: choose a")
    )
    expect(page.locator(".photo figure")).to_be_hidden()
    expect(page.locator(".answer-row")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("own="))
    choose(page, "test")
    expect(page.locator(".answer h3")).to_be_visible()
