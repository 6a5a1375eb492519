"""The run's own network in the page: every control, from a server by day and from a file by night."""

# ruff: noqa: F811 - fixtures are asked for by the names that they are imported under

import re

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, expect

from convlens.web.content import Content
from tests.browser.pages import Watched
from tests.browser.run_pages import homes, layer, opened, watched  # noqa: F401 - fixtures
from tests.web.conftest import at_hand, content, run_path  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser

SECTIONS = ("network", "unit", "epochs", "curves", "confusion")


def test_all_operations_stand_from_left_to_right(watched: Watched, content: Content) -> None:
    page = opened(watched)
    assert page.locator(".layers button").count() == len(content.document["operations"])
    expect(page.locator(".layers button[aria-pressed=true]")).to_have_count(1)
    layer(page, "conv2").click()
    about = page.locator(".open-layer .about")
    expect(about.locator("h3")).to_contain_text("conv2 (conv2d): 64 ×")
    sums = about.locator("math")
    expect(sums.nth(0)).to_have_text("nout=⌊nin+2p−ks⌋+1=⌊4+2·1−31⌋+1=4")
    expect(sums.nth(1)).to_have_text(re.compile(r"^kH·kW·Cin·Cout\+Cout=3·3·32·64\+64=18\D?496$"))
    expect(sums.nth(2)).to_have_text("rout=rin+(k−1)·j=4+(3−1)·2=8")
    expect(about).to_contain_text("One value depends on 8 × 8 pixels")
    assert not re.search(r"floor|\*|_", about.inner_text())
    for meaning, number in {"picture": "4", "filter": "3", "padding": "1", "result": "4"}.items():
        expect(sums.nth(0).locator(f"mn.{meaning}")).to_have_text(number)
    expect(page).to_have_url(re.compile("network"))
    layer(page, "flatten").click()
    expect(sums).to_have_text("nout=C·H·W=64·2·2=256")


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


def test_a_neuron_shows_its_largest_products(watched: Watched, content: Content) -> None:
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
    expect(epochs.locator("tr[aria-current='true']")).to_have_attribute("data-place", "3")
    epochs.locator("select").select_option(label="conv2")
    expect(page).to_have_url(re.compile("learned=4"))
    epochs.locator("tbody button").last.click()
    expect(epochs.locator(".reading")).to_contain_text("finished network")


# A test picture that the network before its first step answers rightly by chance.
_GUESSED = """async () => {
  const { loadRun, loadSnapshot, loadPictures } = await import("convlens/run.js");
  const { runNetwork } = await import("convlens/sums/network.js");
  const { input } = await import("convlens/network/view.js");
  const { sharesOf } = await import("convlens/network/probabilities.js");
  const run = await loadRun();
  const weights = await loadSnapshot(run, 0);
  const pictures = await loadPictures(run, run.test.indices);
  const place = pictures.findIndex((pixels, place) => {
    const shares = sharesOf(runNetwork(run.operations, weights, input(run, pixels)).get(run.answer).data);
    return shares.indexOf(Math.max(...shares)) === run.test.labels[place];
  });
  return run.test.indices[place];
}"""


def test_a_lucky_guess_is_not_praised(watched: Watched) -> None:
    page = opened(watched)
    verdicts = page.evaluate(
        """async (cases) => {
          const { verdictOf } = await import("convlens/network/verdict.js");
          return cases.map((shares) => verdictOf(shares, 0));
        }""",
        [[0.111] + 9 * [0.0988], [0.3] + 9 * [0.0778], [0.6] + 9 * [0.0444], [0.3, 0.7], [0.52, 0.48], [0.7, 0.3]],
    )
    assert verdicts == ["guess", "unsure", "right", "wrong", "guess", "right"]
    if watched.address.startswith("file:"):
        return  # of the few pictures in the file the untrained network answers none rightly
    index = page.evaluate(_GUESSED)
    watched.go(f"#network?picture={index}&snapshot=0")
    expect(page.locator(f'.gallery button[data-index="{index}"]').first).to_have_attribute("aria-pressed", "true")
    answer = page.locator("#epochs tr[data-place='0'] td b")
    expect(answer).to_have_class("")
    expect(page.locator(".answer h3")).to_contain_text("%: the true class, but a guess: blind guessing gives 33.3")


def test_moments_of_a_drawing_have_no_true_class(watched: Watched) -> None:
    page = opened(watched, f"#network?source=drawing&own={86 * 'A'}")  # 64 black pixels
    epochs = page.locator("#epochs")
    expect(epochs.locator("tbody tr")).to_have_count(12)
    heads = epochs.locator("thead th").evaluate_all("(heads) => heads.filter((one) => !one.hidden).length")
    assert heads == epochs.locator("tbody tr").first.locator("th, td").count() == 3


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


def test_a_cell_of_the_confusions_opens_its_pictures(watched: Watched, content: Content) -> None:
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
