"""How long a person waits for the page: a fresh `convlens open RUN`, and a browser that goes there at once.

    python bench/page_view.py RUN [--times 5]

Milliseconds from the start of the navigation until something is painted, until the lecture's first section stands, and
until the run's own network is shown with its answer; then the same for the page loaded again. The browser is running
already; the server has just said its address, and nothing of PyTorch is loaded in it.
"""

import argparse
import re
import signal
import statistics
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.browser.launching import launch

_LOOK = """() => new Promise((resolve) => {
  const seen = {};
  const look = () => {
    if (document.querySelector("#convolution .cell")) seen["lecture"] ??= performance.now();
    if (document.querySelector("#network .bars li")) seen["own network"] ??= performance.now();
    if (!seen["own network"]) return requestAnimationFrame(look);
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    resolve({ "first paint": paint?.startTime ?? NaN, ...seen });
  };
  look();
})"""


def main() -> None:
    """Measure, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        measured = [_opened(browser, options.run) for _ in range(options.times)]
        browser.close()
    for when, rounds in zip(("cold server", "loaded again"), zip(*measured, strict=True), strict=True):
        for name in ("first paint", "lecture", "own network"):
            times = [each[name] for each in rounds]
            spread = f"{min(times):.0f} to {max(times):.0f}"
            print(f"{when:13}{name:12} median {statistics.median(times):6.0f} ms ({spread}, {len(times)} times)")


def _opened(browser: Browser, run: Path) -> tuple[dict[str, float], dict[str, float]]:
    command = [sys.executable, "-m", "convlens", "open", str(run), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        said = server.stdout.readline()
        found = re.search(r"http:\S+", said)
        if found is None:
            raise SystemExit(f"convlens open said: {said}")
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        times = _look(page, found[0]), _look(page, found[0])
        page.close()
        server.send_signal(signal.SIGINT)
        server.wait(10)
    return times


def _look(page: Page, address: str) -> dict[str, float]:
    page.goto(address, wait_until="commit")
    times: dict[str, float] = page.evaluate(_LOOK)
    return times


if __name__ == "__main__":
    main()
