"""The page with a run, from a server by day and from a file by night, shared by the tests of its sections."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from convlens.web import export, selection
from convlens.web.content import Content
from convlens.web.static import PAGE
from tests.browser.pages import Watched
from tests.web.client import served

RIGHT_IN_THE_FILE = 1  # of each class: the run has few pictures, and the file is to leave some of them out


@pytest.fixture(scope="module")
def homes(content: Content, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where the page with the run is: from its server, and as a file."""
    path = tmp_path_factory.mktemp("exported") / "run.html"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selection, "RIGHT_PER_CLASS", RIGHT_IN_THE_FILE)
        export.write(path, content)
    with served(PAGE, lambda: content) as client:
        yield {"served": client.keys.address, "exported": path.as_uri()}


@pytest.fixture(params=["served by day", "exported by night"])
def watched(request: pytest.FixtureRequest, browser: Browser, homes: dict[str, str]) -> Iterator[Watched]:
    """The page at 1280 pixels; at the end, nothing may have gone wrong."""
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
    """The card of an operation."""
    return page.locator(".layers button").filter(has_text=re.compile(f"^{re.escape(name)}"))


def refused_as_meant(watched: Watched) -> None:
    """Forget that the browser told of answers with the status 400: the server's refusal was asked for."""
    watched.faults[:] = [fault for fault in watched.faults if "400" not in fault]
