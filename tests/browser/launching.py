"""Start the browser that is there, or else the one that `playwright install chromium` brings."""

import shutil

from playwright.sync_api import Browser, Playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# A root user in a container has no sandbox, and no camera; the rest keeps Chromium from calling home.
_ARGUMENTS = [
    *("--no-sandbox", "--use-fake-device-for-media-stream"),
    *("--disable-background-networking", "--disable-component-update", "--no-first-run"),
]


def launch(playwright: Playwright) -> Browser:
    """A Chromium; raises Playwright's Error where none can be started."""
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    return playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
