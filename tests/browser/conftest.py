"""A browser for the pages, shared by all tests."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, expect, sync_playwright

from tests.browser.launching import launch
from tests.browser.pages import Watched, exported, served
from tests.browser.sums import Sums

expect.set_options(timeout=60_000)  # a busy machine; what is right is seen at once


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except Error as error:
            pytest.skip(f"no browser can be started: {error}")
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def sums(browser: Browser) -> Iterator[Sums]:
    """The page's sums; at the end, nothing may have failed in the page."""
    page = browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    yield Sums(page)
    assert not faults
    page.close()


@pytest.fixture(scope="session")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where the page is, without a run: from its server, and as a file."""
    with served() as address:
        yield {"served": address, "exported": exported(tmp_path_factory.mktemp("exported"))}


@pytest.fixture(params=["served by day", "exported by night"])
def watched(request: pytest.FixtureRequest, browser: Browser, addresses: dict[str, str]) -> Iterator[Watched]:
    """The page at 1280 pixels, in both themes and from both places; at the end, nothing may have gone wrong."""
    place, _, time = request.param.split()
    watched = Watched(browser, addresses[place], "light" if time == "day" else "dark")
    yield watched
    watched.close()
