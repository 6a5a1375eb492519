"""The page's matrices of numbers and its pictures, read and written as a person does."""

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page

_READ = """(grid) => [...grid.querySelectorAll("[role=row]")].map((row) => [...row.children].map((cell) => {
  const inner = cell.firstElementChild;
  const text = (inner.value ?? "") || inner.textContent;
  if (text === "") return null;
  return Number(text.replace("−", "-").replace(",", ".").replace("∞", "Infinity"));
}))"""

# From a copy: reading a canvas twice would make the browser complain of its speed.
_READ_PIXELS = """(canvas) => {
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  return [canvas.height, canvas.width, [...data].filter((_, place) => place % 4 === 0)];
}"""


def numbers(page: Page, grid: str) -> list[list[float | None]]:
    """The numbers of the first grid that a selector finds, padding included; None for an empty cell."""
    found: list[list[float | None]] = page.locator(grid).first.evaluate(_READ)
    return found


def put(page: Page, grid: str, row: int, column: int, text: str) -> Locator:
    """Type something into a cell of the first grid that a selector finds; return its field."""
    cell = page.locator(grid).first.locator(f'.cell[data-row="{row}"][data-column="{column}"] input')
    cell.fill(text)
    return cell


def frame(page: Page, section: str) -> tuple[int, ...] | None:
    """Where the window of a section stands, padding counted: row, column, rows, columns; None where it is not shown."""
    window = page.locator(f"{section} .frame:visible").first
    if not window.count():
        return None
    names = ("row", "column", "rows", "columns")
    return tuple(int(window.evaluate(f"(e) => e.style.getPropertyValue('--frame-{name}')")) for name in names)


def marked(page: Page, grid: str, name: str) -> set[tuple[int, int]]:
    """The cells of the first grid that a selector finds which carry a mark, by row and column."""
    cells = page.locator(grid).first.locator(f".cell.{name}")
    places: list[list[int]] = cells.evaluate_all("(cells) => cells.map((c) => [+c.dataset.row, +c.dataset.column])")
    return {(row, column) for row, column in places}


def pixels(page: Page, canvas: str) -> NDArray[np.uint8]:
    """What is drawn on the first canvas that a selector finds, (H, W)."""
    height, width, greys = page.locator(canvas).first.evaluate(_READ_PIXELS)
    return np.array(greys, dtype=np.uint8).reshape(height, width)
