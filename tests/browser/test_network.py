"""The run's own network in the page: every control, from a server by day and from a file by night."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from convlens.web import export
from convlens.web.content import Content
from convlens.web.static import PAGE
from tests.browser.pages import Watched
from tests.web.client import served
from tests.web.conftest import at_hand, content, run_path  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser

SECTIONS = ("network", "unit", "epochs", "curves", "confusion")


@pytest.fixture(scope="module")
def homes(content: Content, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:  # noqa: F811
    """Where the page with the run is: from its server, and as a file."""
    path = tmp_path_factory.mktemp("exported") / "run.html"
    export.write(path, content)
    with served(PAGE, lambda: content) as client:
        yield {"served": client.home, "exported": path.as_uri()}


@pytest.fixture(params=["served by day", "exported by night"])
def watched(request: pytest.FixtureRequest, browser: Browser, homes: dict[str, str]) -> Iterator[Watched]:
    place, _, time = request.param.split()
    watched = Watched(browser, homes[place], "light" if time == "day" else "dark")
    yield watched
    watched.close()


def opened(watched: Watched, state: str = "") -> Page:
    """The page with the network's answer drawn."""
    page = watched.open(state)
    expect(page.locator("#network .bars li").first).to_be_visible()
    return page


def layer(page: Page, name: str) -> Locator:
    return page.locator(".layers button").filter(has_text=re.compile(f"^{re.escape(name)}"))


def test_all_operations_stand_from_left_to_right(watched: Watched, content: Content) -> None:  # noqa: F811
    page = opened(watched)
    assert page.locator(".layers button").count() == len(content.document["operations"])
    expect(page.locator(".layers button[aria-pressed=true]")).to_have_count(1)
    layer(page, "conv2").click()
    about = page.locator(".open-layer .about")
    expect(about.locator("h3")).to_contain_text("conv2 (conv2d): 64 ×")
    expect(about).to_contain_text("floor((n_in + 2p - k) / s) + 1")
    expect(about).to_contain_text(re.compile(r"3\*3\*32\*64 \+ 64 = 18\D?496"))
    expect(page).to_have_url(re.compile("network"))
    layer(page, "flatten").click()
    expect(about).to_contain_text("Laid out in one row: 64 ·")


def test_another_test_picture_is_chosen(watched: Watched, content: Content) -> None:  # noqa: F811
    page = opened(watched)
    thumbnails = page.locator(".strip-of-pictures .gallery button")
    second = thumbnails.nth(1)
    index = second.get_attribute("data-index")
    second.click()
    expect(second).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(f"picture={index}(&|$)"))
    page.locator(".strip-of-pictures select").select_option("1")
    expect(thumbnails.first).to_have_attribute("aria-label", re.compile(content.run.classes[1]))
    page.get_by_role("radio", name="Wrong ones").check()
    wrong = [
        index
        for index, label, said in zip(
            *(content.document["test"][k] for k in ("indices", "labels", "predicted")), strict=True
        )
        if label == 1 and said != 1
    ]
    where = page.locator(".strip-of-pictures .quiet").last
    expect(where).to_have_text(re.compile(f"of {len(wrong)}$") if wrong else "There are none.")


def test_a_value_is_worked_out_and_agrees_with_pytorch(watched: Watched) -> None:
    page = opened(watched)
    layer(page, "conv1").click()
    unit = page.locator("#unit")
    mosaic = page.locator(".open-layer .mosaic")
    expect(unit.locator("h3")).to_contain_text("conv1 (conv2d), channel")
    mosaic.click(position={"x": 4, "y": 4})
    expect(unit.locator("h3")).to_contain_text("channel 0, row 0, column 0")
    difference = unit.locator(".unit-value .note")
    expect(difference).to_have_text(re.compile("PyTorch computed .*: a difference of"))
    found = re.search(r"difference of (.*)\.$", difference.inner_text())
    assert found is not None
    assert float(found[1].replace("−", "-")) < 1e-5
    mosaic.press("ArrowRight")
    expect(unit.locator("h3")).to_contain_text("channel 0, row 0, column 1")
    expect(page).to_have_url(re.compile("at=0,0,1"))
    expect(unit.locator(".channel")).to_have_count(1)
    total = unit.locator(".sum > p").last.inner_text()
    numbers = [
        float(word)
        for word in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", re.sub(r"channel \d+", "", total.replace("−", "-")))
    ]
    assert sum(numbers[:-1]) == pytest.approx(numbers[-1], abs=1e-4)


def test_all_channels_are_shown_and_lead_further_back(watched: Watched) -> None:
    page = opened(watched, "#unit?network.layer=4")
    unit = page.locator("#unit")
    layer(page, "conv2").click()
    expect(unit.locator(".channel")).to_have_count(3)
    unit.get_by_role("button", name="Show all 32 channels").click()
    expect(unit.locator(".channel")).to_have_count(32)
    unit.locator(".channel button").first.click()
    expect(unit.locator("h3")).to_contain_text("pool1")
    expect(unit.locator(".steps > li")).to_have_count(3)  # maximum, ReLU, convolution
    expect(unit.locator(".field figcaption")).to_contain_text("depends on")


def test_a_neuron_shows_its_largest_products(watched: Watched, content: Content) -> None:  # noqa: F811
    page = opened(watched)
    page.locator(f'[data-layer="{content.document["answer"]}"]').click()
    unit = page.locator("#unit")
    expect(unit.locator("h3")).to_contain_text("neuron")
    expect(unit.locator("tbody tr")).to_have_count(10)
    unit.locator("tbody button").first.click()
    expect(unit.locator("h3")).not_to_contain_text("output")


def test_dropout_as_in_training_silences_units(watched: Watched) -> None:
    page = opened(watched)
    page.get_by_role("radio", name="As in training").check()
    note = page.locator(".dropout .note")
    expect(note).to_contain_text("units are out")
    before = page.locator(".bars li b").all_inner_texts(), note.inner_text()
    page.get_by_role("button", name="Draw other units").click()
    expect(page).to_have_url(re.compile("draw=2"))
    expect(page.locator("#network .bars li").first).to_be_visible()
    page.wait_for_function(
        "before => JSON.stringify([...document.querySelectorAll('.bars li b')].map((b) => b.innerText)) !== before",
        arg="[" + ",".join(f'"{text}"' for text in before[0]) + "]",
    )
    page.get_by_role("radio", name="As in evaluation").check()
    expect(note).to_contain_text("leaves every value as it is")


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


def test_a_photo_is_prepared(watched: Watched, tmp_path: Path) -> None:
    page = opened(watched)
    page.locator("#network .pictures > fieldset input[value=photo]").check()
    Image.linear_gradient("L").save(tmp_path / "photo.png")
    page.locator(".photo input[type=file]").set_input_files(tmp_path / "photo.png")
    expect(page.locator(".photo [role=status]")).to_contain_text("what the network sees")
    expect(page).to_have_url(re.compile("source=photo"))
    (tmp_path / "broken.png").write_bytes(b"no picture")
    page.locator(".photo input[type=file]").set_input_files(tmp_path / "broken.png")
    expect(page.locator(".photo [role=status]")).to_have_text(re.compile("not a PNG|cannot|could not", re.IGNORECASE))
    watched.faults[:] = [
        fault for fault in watched.faults if "400" not in fault
    ]  # the server's refusal, which is meant


def test_the_moments_of_training_are_gone_through(watched: Watched) -> None:
    page = opened(watched)
    epochs = page.locator("#epochs")
    expect(epochs.locator("tbody tr")).to_have_count(12)
    expect(epochs.locator(".reading")).to_contain_text("finished network")
    epochs.get_by_role("button", name="To the start").click()
    expect(epochs.locator(".reading")).to_contain_text("random filters")
    expect(page).to_have_url(re.compile("snapshot=0"))
    expect(page.locator("#unit .unit-value .note")).to_contain_text("earlier moment")
    epochs.locator("tbody button").nth(3).click()
    expect(epochs.locator("tr[aria-current]")).to_have_attribute("data-place", "3")
    epochs.locator("select").select_option(label="conv2")
    epochs.locator("tbody button").last.click()
    expect(epochs.locator(".reading")).to_contain_text("finished network")


def test_the_curves_are_read_off(watched: Watched) -> None:
    page = opened(watched)
    curves = page.locator("#curves")
    reading = curves.locator(".reading")
    expect(reading).to_contain_text("Step 30: learning rate")
    curves.locator("input[type=range]").fill("10")
    expect(reading).to_contain_text("Step 10:")
    curves.locator(".plot").nth(2).click(position={"x": 3, "y": 20})
    expect(page).to_have_url(re.compile("step=0"))
    curves.locator("summary").click()
    assert curves.locator("tbody tr").count() >= 10
    assert curves.locator("path.line").count() == 4


def test_a_cell_of_the_confusions_opens_its_pictures(watched: Watched, content: Content) -> None:  # noqa: F811
    page = opened(watched)
    confusion = page.locator("#confusion")
    counts = content.document["test"]["confusion"]
    truth = next(row for row in range(len(counts)) if counts[row][row])
    size = len(counts)
    confusion.locator("td button").nth(truth * size + truth).click()
    expect(confusion.locator("h3").last).to_contain_text(f"{counts[truth][truth]} picture")
    thumbnails = confusion.locator(".gallery button")
    expect(thumbnails.first).to_be_visible()
    confusion.locator("td button").nth(truth * size + truth).press("ArrowRight" if truth + 1 < size else "ArrowLeft")
    name = thumbnails.first.get_attribute("aria-label")
    assert name is not None
    index = re.findall(r"\d+", name)[0]
    thumbnails.first.click()
    expect(page).to_have_url(re.compile(rf"#network\?.*picture={index}|#network$"))


def test_code_is_checked_and_its_sizes_derived(watched: Watched) -> None:
    page = opened(watched)
    code = page.locator("#code")
    if watched.address.startswith("file:"):
        expect(code).to_contain_text("Checking code needs Python")
        return
    expect(code.locator(".verdict")).to_have_text("No code yet.")
    code.get_by_role("button", name="An example with two mistakes").click()
    expect(code.locator(".verdict")).to_have_text("2 findings.", timeout=60_000)
    found = code.locator(".findings code").all_inner_texts()
    assert sorted(found) == ["eval-mode-missing", "train-not-shuffled"]
    assert code.locator(".numbers .error, .numbers .warning").count() == 2
    code.locator(".findings button").first.click()
    expect(code.locator("textarea")).to_be_focused()
    code.get_by_role("button", name="Run it and derive the sizes").click()
    expect(code.locator(".sizes")).to_contain_text("3136 neurons after the last convolution", timeout=60_000)
    code.locator("textarea").fill("def broken(:")
    expect(code.locator(".verdict")).to_contain_text("code.py", timeout=60_000)
    watched.faults[:] = [
        fault for fault in watched.faults if "400" not in fault
    ]  # the server's refusal, which is meant


@pytest.mark.parametrize("width", [380, 1280])
def test_everybody_can_read_it(browser: Browser, homes: dict[str, str], width: int) -> None:
    for theme, language in (("light", "en"), ("dark", "sk")):
        watched = Watched(browser, homes["served"], "light" if theme == "light" else "dark", width)
        page = opened(watched, f"#unit?lang={language}&network.layer=4&network.training=yes")
        page.wait_for_selector("#confusion .gallery button")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        for section in (*SECTIONS, "code"):
            found = Axe().run(page, context=f"#{section}")
            assert [
                f"{section}: {violation['id']}: {violation['nodes'][0]['html']}"
                for violation in found.response["violations"]
            ] == []
        watched.close()
