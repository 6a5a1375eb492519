"""The page as people get it, from its server and as one file from the disk, in a browser that is watched."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import uvicorn
from playwright.sync_api import Browser, Page

from convlens.web import export
from convlens.web.keys import Keys
from convlens.web.server import application
from convlens.web.serving import listen
from convlens.web.static import Files

# Until the page has heard of it.
_GO = """(state) => new Promise((done) => {
  const before = location.hash;
  addEventListener("hashchange", () => setTimeout(done), { once: true });
  location.hash = state;
  if (location.hash === before) done();
})"""

Theme = Literal["light", "dark"]


@contextmanager
def served() -> Iterator[str]:
    """The address of a server without a run, with the key to it."""
    listening = listen(None)
    port = listening.getsockname()[1]
    keys = Keys(port)
    app = application(Files(), port, None, keys)
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield keys.address
    server.should_exit = True
    thread.join()
    listening.close()


def exported(folder: Path) -> str:
    """The address of an exported file without a run."""
    path = folder / "lecture.html"
    export.write(path, None)
    return path.as_uri()


class Watched:
    """A page that remembers what went wrong: every word on the console, every request beyond its own origin.

    Attributes:
        page: Playwright's page.
        address: the page's own, without a key or a hash.
    """

    def __init__(self, browser: Browser, address: str, theme: Theme, width: int = 1280) -> None:
        self.address = address.partition("?")[0]
        self._door = address
        # Without motion nothing has to be waited for; one test looks at the motion itself.
        self._context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            reduced_motion="reduce",
            locale="en-GB",
            offline=address.startswith("file:"),
        )
        self.page = self._context.new_page()
        self.page.set_default_timeout(60_000)
        self.faults: list[str] = []
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: self._judge(request.url))

    def open(self, state: str = "") -> Page:
        """Open the page in a state, the hash of its address, and wait until its sections stand."""
        self.page.goto("about:blank")
        self.page.goto(f"{self._door}{state}")
        self.page.wait_for_selector("#formula .strip")
        return self.page

    def go(self, state: str) -> Page:
        """Change the hash of the open page's address, as a link in it would."""
        self.page.evaluate(_GO, state)
        return self.page

    def close(self) -> None:
        """Close the page; nothing may have gone wrong in it."""
        self._context.close()
        assert self.faults == []

    def _judge(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:", "about:blank")):
            self.faults.append(f"asked for {url}")
