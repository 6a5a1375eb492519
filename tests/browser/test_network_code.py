"""Pasted code: its mistakes by reading it, its sizes by running its definitions."""

# ruff: noqa: F811 - fixtures are asked for by the names that they are imported under

import pytest
from playwright.sync_api import expect

from tests.browser.pages import Watched
from tests.browser.run_pages import homes, opened, refused_as_meant, watched  # noqa: F401 - fixtures
from tests.web.conftest import at_hand, content, run_path  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser


def test_code_is_checked_and_its_sizes_derived(watched: Watched) -> None:
    page = opened(watched)
    code = page.locator("#code")
    if watched.address.startswith("file:"):
        expect(code).to_contain_text("Checking code needs Python")
        return
    expect(code.locator(".verdict")).to_have_text("No code yet.")
    expect(code.locator(".intro")).not_to_contain_text("never run")
    expect(code.locator(".mistakes .note")).to_contain_text("only read")
    expect(code.locator(".sizes .note")).to_contain_text("are run, when you press the button")
    code.get_by_role("button", name="An example with two mistakes").click()
    expect(code.locator(".verdict")).to_have_text("2 findings.", timeout=60_000)
    found = code.locator(".findings code").all_inner_texts()
    assert sorted(found) == ["eval-mode-missing", "train-not-shuffled"]
    assert code.locator(".numbers .error, .numbers .warning").count() == 2
    code.locator(".findings button").first.click()
    expect(code.locator("textarea")).to_be_focused()
    code.get_by_role("button", name="Run the definitions and derive the sizes").click()
    expect(code.locator(".sizes")).to_contain_text("3136 neurons after the last convolution", timeout=60_000)
    expect(code.locator(".sizes math").first).to_have_text("nout=⌊28+2·1−31⌋+1=28")
    code.locator("textarea").fill("def broken(:")
    expect(code.locator(".sizes table")).to_have_count(0)  # they were the sizes of other code
    expect(code.locator(".verdict")).to_contain_text("code.py", timeout=60_000)
    refused_as_meant(watched)


def test_sizes_of_earlier_code_come_too_late(watched: Watched) -> None:
    page = opened(watched)
    if watched.address.startswith("file:"):
        return
    code = page.locator("#code")
    code.locator("textarea").fill("from torch import nn\nnet = nn.Linear(3, 2)\n")
    button = code.get_by_role("button", name="Run the definitions and derive the sizes")
    button.click()  # the answer takes a process of its own, and so a second at least
    code.locator("textarea").fill("x = 1")
    expect(button).to_be_enabled(timeout=60_000)
    assert code.locator(".sizes .results").inner_text() == ""
