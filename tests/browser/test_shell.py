"""The page around its sections: languages, themes, addresses, contents; and that everybody can read it."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from tests.browser.grids import frame, numbers
from tests.browser.pages import Theme, Watched

pytestmark = pytest.mark.browser

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
SCRIPTS = Path(__file__).parents[2] / "src" / "convlens" / "web" / "page" / "js"
LECTURE = ("convolution", "filters", "pooling", "sliding", "formula")
Entry = str | dict[str, str]
Strings = dict[str, Entry]
# What the lecture looks like when much is shown that is not at first.
STATES = (
    "",
    "#filters?source=drawing&filter=own&own=1,1,1,1,1;1,1,1,1,1;1,1,1,1,1;1,1,1,1,1;1,1,1,1,1&divisor=25"
    "&sliding.kind=maximum&sliding.padding=1&pooling.kernel=3&pooling.stride=2&convolution.at=2,2",
    "#sliding?size=2&kernel=5&filters.source=item&filters.filter=sharpen&formula.kind=average&formula.stride=8",
    "#sliding?size=12&padding=4&kernel=5&at=6,6&filters.source=file&pooling.sample=item",
    "#pooling?present=yes",
)


@pytest.fixture(scope="module")
def strings(browser: Browser, addresses: dict[str, str]) -> dict[str, Strings]:
    """The strings of both languages, as the page has them."""
    page = browser.new_page()
    page.goto(addresses["served"])
    found = {name: page.evaluate(f"import('convlens/i18n/{name}.js').then((it) => it.{name})") for name in ("en", "sk")}
    page.close()
    return found


def places_in(entry: Entry) -> set[str]:
    """The names in braces; those of a plural in any of its forms."""
    text = entry if isinstance(entry, str) else " ".join(entry.values())
    return set(re.findall(r"\{(\w+)\}", text))


def test_both_languages_have_the_same_strings(strings: dict[str, Strings]) -> None:
    english, slovak = strings["en"], strings["sk"]
    assert len(english) > 100
    assert list(english) == list(slovak)
    for key, entry in english.items():
        assert places_in(entry) - {"count"} == places_in(slovak[key]) - {"count"}, key
        assert isinstance(entry, str) == isinstance(slovak[key], str), key


def test_every_string_is_used(strings: dict[str, Strings]) -> None:
    scripts = [file.read_text(encoding="utf-8") for file in SCRIPTS.rglob("*.js") if file.parent.name != "i18n"]
    text = "\n".join(scripts)
    made = re.findall(r"`([\w.]*)\$\{(?:\w|\.)+\}([\w.]*)`", text)  # keys with a part that is worked out
    for key in strings["en"]:
        is_made = any(key.startswith(before) and key.endswith(after) for before, after in made if before or after)
        assert f'"{key}"' in text or is_made, key


def test_the_language_is_switched_and_everything_else_stays(watched: Watched, strings: dict[str, Strings]) -> None:
    page = watched.open("#convolution?at=1,1&filter=0,0,0;0,2.5,0;0,0,0")
    heading = page.locator("#convolution h2")
    expect(heading).to_have_text("Convolution")
    page.get_by_role("radio", name="Slovenčina").check()
    expect(heading).to_have_text("Konvolúcia")
    expect(page.locator("html")).to_have_attribute("lang", "sk")
    expect(page.get_by_role("radio", name="Slovenčina")).to_be_focused()
    assert frame(page, "#convolution") == (1, 1, 3, 3)
    expect(page.locator("#convolution .grid.filter input").nth(4)).to_have_value("2,5")
    expect(page).to_have_url(re.compile("lang=sk"))
    english = strings["en"]
    shown = page.locator("main").inner_text()
    long = [
        entry
        for key, entry in english.items()
        if isinstance(entry, str) and len(entry) > 40 and key.split(".")[0] in LECTURE
    ]
    assert [entry for entry in long if entry in shown] == []
    page.get_by_role("radio", name="English").check()
    expect(heading).to_have_text("Convolution")


def test_the_language_that_the_browser_asks_for(browser: Browser, addresses: dict[str, str]) -> None:
    page = browser.new_page(locale="sk-SK")
    page.goto(addresses["served"])
    expect(page.locator("#convolution h2")).to_have_text("Konvolúcia")
    page.close()


def test_the_theme_follows_the_system_until_it_is_chosen(watched: Watched) -> None:
    page = watched.open()
    background = "getComputedStyle(document.body).backgroundColor"
    paper = {"light": "rgb(252, 251, 248)", "dark": "rgb(17, 20, 23)"}
    for scheme, other in (("light", "dark"), ("dark", "light")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of these two words
        page.get_by_role("radio", name="Auto").check()
        assert page.evaluate(background) == paper[scheme]
        page.get_by_role("radio", name=other.capitalize()).check()
        assert page.evaluate(background) == paper[other]
        expect(page).to_have_url(re.compile(f"theme={other}"))


def test_a_link_shows_this_very_window(watched: Watched) -> None:
    page = watched.open("#pooling?kernel=3")
    page.locator("#convolution .grid.result .cell").nth(5).click()
    if watched.address.startswith("http"):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.locator("#convolution").get_by_role("button", name="Copy link").click()
        link = page.evaluate("navigator.clipboard.readText()")
        assert link == f"{watched.address}#convolution?at=1,2"
    else:  # the file lies elsewhere on another machine
        page.evaluate("() => { navigator.clipboard.writeText = async (text) => { window.copied = text; }; }")
        page.locator("#convolution").get_by_role("button", name="Copy link").click()
        assert page.evaluate("window.copied") == "#convolution?at=1,2"
        expect(page.locator("#announcer")).to_have_text("Copied: put it after this file’s address")
    expect(page).to_have_url(re.compile("#convolution.at=1,2&pooling.kernel=3$"))
    again = watched.open(re.sub(".*#", "#", page.url))
    assert frame(again, "#convolution") == (1, 2, 3, 3)
    assert frame(again, "#pooling") == (0, 0, 3, 3)
    top = again.locator("#convolution").evaluate("(section) => section.getBoundingClientRect().top")
    assert -5 < top < 120  # in view


HOSTILE = (
    "#%",
    "#convolution?at=%E0%A4%A",
    "#convolution?at=-1,99&picture=1,2;3&filter=<b>,1,1;1,1,1;1,1,1&lang=xx&theme=url(//example.org)",
    "#sliding?size=1e9&kernel=-4&stride=0&padding=NaN&kind=__proto__&picture=" + ";".join([",".join("1" * 13)] * 13),
    "#constructor?__proto__=1&toString.x=2&convolution.__proto__=3",
    "#filters?filter=%3Cimg%20src=x%20onerror=alert(1)%3E&drawing=%00%ff!&own=1,1;1,1&divisor=0&item=10&at=99999999999,1",
    "#pooling?kernel=3?kernel=4#pooling?kernel=2&&&=&a=b=c",
    "#" + "x" * 50_000,
)


def test_hostile_addresses_change_nothing(watched: Watched) -> None:
    page = watched.open(HOSTILE[0])
    for state in HOSTILE:
        watched.go("#convolution?at=1,1&sliding.kernel=5")
        assert frame(page, "#convolution") == (1, 1, 3, 3)
        watched.go(state)
        assert numbers(page, "#convolution .grid.result")[0] == [4, None, None]
        expect(page.locator("#sliding .sentences")).to_contain_text("6 × 6 becomes 2 × 2.")
        assert frame(page, "#sliding") == (0, 0, 3, 3)
        assert page.locator("img, b:has-text('1,1')").count() == 0


def test_contents_lead_to_sections_and_lose_nothing(watched: Watched) -> None:
    page = watched.open("#convolution?at=1,1")
    contents = page.get_by_role("navigation", name="Contents")
    contents.get_by_role("link", name="Pooling").click()
    expect(page.locator("#pooling h2")).to_be_focused()
    expect(page.locator("#pooling h2")).to_be_in_viewport()
    expect(contents.get_by_role("link", name="Pooling")).to_have_attribute("aria-current", "true")
    assert frame(page, "#convolution") == (1, 1, 3, 3)
    expect(page).to_have_url(re.compile("#pooling.convolution.at=1,1$"))


def test_on_a_narrow_screen_the_contents_scroll_to_what_is_read(browser: Browser, addresses: dict[str, str]) -> None:
    watched = Watched(browser, addresses["served"], "light", 380)
    page = watched.open()
    contents = page.get_by_role("navigation", name="Contents")
    for name, section in (("The formula", "formula"), ("Convolution", "convolution")):
        page.locator(f"#{section}").evaluate("(e) => e.scrollIntoView({ behavior: 'instant' })")
        link = contents.get_by_role("link", name=name)
        expect(link).to_have_attribute("aria-current", "true")
        expect(link).to_be_in_viewport(ratio=1)
    watched.close()


def test_a_presentation_is_large_and_without_what_is_not_needed(watched: Watched) -> None:
    page = watched.open("#pooling")
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    before = page.evaluate(size)
    page.keyboard.press("Alt+p")
    expect(page.locator("#pooling h2")).to_be_in_viewport()
    assert page.evaluate(size) >= 1.3 * before
    expect(page.get_by_role("navigation", name="Contents")).to_be_hidden()
    expect(page.locator("#pooling .intro")).to_be_hidden()
    expect(page.locator("#pooling .grid.picture")).to_be_visible()
    expect(page).to_have_url(re.compile("present=yes"))
    page.keyboard.press("Escape")
    assert page.evaluate(size) == before
    page.get_by_role("button", name="Present").click()
    assert page.evaluate(size) >= 1.3 * before
    page.get_by_role("button", name="Present").click()  # it stays, to end it
    assert page.evaluate(size) == before
    expect(page).not_to_have_url(re.compile("present"))


def test_the_first_key_leads_past_the_head(watched: Watched) -> None:
    page = watched.open()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the sections")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("width", [380, 1280, 1920])
def test_nothing_sticks_out(width: int, browser: Browser, addresses: dict[str, str]) -> None:
    watched = Watched(browser, addresses["served"], "light", width)
    page = watched.open()
    for language in ("en", "sk"):
        for state in STATES:
            watched.go(f"{state or '#'}{'&' if '?' in state else '?'}lang={language}")
            expect(page.locator("html")).to_have_attribute("lang", language)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    watched.close()


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 380)])
def test_everybody_can_read_and_use_it(theme: Theme, width: int, browser: Browser, addresses: dict[str, str]) -> None:
    watched = Watched(browser, addresses["served"], theme, width)
    page = watched.open()
    for state in STATES:
        watched.go(state or "#")
        page.wait_for_timeout(100)
        assert violations(page) == []
        contrast = page.evaluate(CONTRAST)
        assert contrast["seen"] > 300
        assert contrast["faults"] == []
    watched.close()


def violations(page: Page) -> list[str]:
    """What axe finds, with the first element of each."""
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:200]} {fault['nodes'][0]['failureSummary']}" for fault in found
    ]
