"""How the run's network lies on the page: nothing is cut, digits are of one size, sums are set as mathematics."""

# ruff: noqa: F811 - fixtures are asked for by the names that they are imported under

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pages import Watched
from tests.browser.run_pages import homes, layer, opened, watched  # noqa: F401 - fixtures
from tests.web.conftest import at_hand, content, run_path  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser

# Of each card how much of its width is in view, from 0 to 1.
_SEEN = """() => {
  const strip = document.querySelector(".layers").getBoundingClientRect();
  return [...document.querySelectorAll(".layers > button")].map((card) => {
    const { left, right, width } = card.getBoundingClientRect();
    return Math.max(0, Math.min(right, strip.right) - Math.max(left, strip.left)) / width;
  });
}"""


@pytest.mark.parametrize("width", [380, 600, 1280])
def test_the_strip_shows_whole_layers(browser: Browser, homes: dict[str, str], width: int) -> None:
    watched = Watched(browser, homes["served"], "light", width)
    page = opened(watched)
    where = page.locator(".scrolling .where")
    shown = sum(share > 0.99 for share in page.evaluate(_SEEN))
    count = page.locator(".layers > button").count()
    assert 1 < shown < count
    expect(where).to_have_text(f"1 to {shown} of {count}")
    assert all(share < 0.01 or share > 0.99 for share in page.evaluate(_SEEN))
    page.locator(".scrolling").get_by_role("button", name="Next").click()
    expect(where).to_have_text(f"{shown + 1} to {min(2 * shown, count)} of {count}")
    assert all(share < 0.01 or share > 0.99 for share in page.evaluate(_SEEN))
    opened(watched, f"#network?layer={count - 1}")
    expect(layer(page, "output")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(_SEEN)[-1] > 0.99
    assert page.evaluate("scrollX") == 0
    watched.close()


@pytest.mark.parametrize("width", [380, 1280])
def test_digits_have_one_size(browser: Browser, homes: dict[str, str], width: int) -> None:
    watched = Watched(browser, homes["served"], "dark", width)
    page = opened(watched, "#unit?network.layer=6")  # the second pooling, a maximum of a convolution's values
    expect(page.locator("#unit .channel").first).to_be_visible()
    sizes = page.locator("#unit .cell > span").evaluate_all("(all) => all.map((one) => getComputedStyle(one).fontSize)")
    assert len(sizes) > 30
    assert len(set(sizes)) == 1
    assert page.evaluate("document.documentElement.scrollWidth") == width
    watched.close()


SUMS = {
    "n_out = floor((28 + 2*1 - 3) / 1) + 1 = 28": "nout=⌊28+2·1−31⌋+1=28",
    "ceil((n_in + 2p - d*(k - 1) - 1) / s) + 1": "⌈nin+2p−d·(k−1)−1s⌉+1",
    "parameters = 3*3*(32/4)*64 + 64 = 4672": "parameters=3·3·324·64+64=4672",
    "neurons = 64 x 7 x 7 = 3136": "neurons=64·7·7=3136",
    "half a sum = 3 +": None,
    "[3] = 4": None,
    "(3 = 4": None,
}


def test_sums_are_set_as_mathematics(watched: Watched) -> None:
    page = opened(watched)
    found = page.evaluate(
        """async (sums) => {
          const { typeset } = await import("convlens/parts/typeset.js");
          return sums.map((sum) => typeset(sum)?.textContent ?? null);
        }""",
        list(SUMS),
    )
    assert found == list(SUMS.values())
