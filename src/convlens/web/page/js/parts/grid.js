// A matrix of numbers: to look at, to edit, or to choose a cell of; with a frame that slides over it.
//
//   const grid = createGrid({ label: "Picture", meaning: "picture", onEdit: (row, column, value) => ..., signal });
//   host.append(grid.element);
//   grid.update({ values: [[1, 0], [0, 1]], frame: { row: 0, column: 0, rows: 2, columns: 2 } });
//
// Cells are counted from 0; where `ring` cells of padding stand around the picture they begin at -ring. The arrow keys,
// Home and End move between cells; one cell at a time is in the order of the Tab key. `values` may change its size from
// one update to the next. A cell's side is CSS's --cell, as large as its .stage and --largest leave room for.

import { el, uniqueId } from "convlens/parts/dom.js";
import { createField } from "convlens/parts/grid_field.js";
import { makeTabStop, rove } from "convlens/parts/roving.js";
import { number, parseNumber, t } from "convlens/i18n/index.js";

/**
 * @typedef {object} GridOptions
 * @property {string} label              what a screen reader calls it
 * @property {"picture" | "filter" | "result" | "product"} meaning    its colour
 * @property {AbortSignal} signal
 * @property {boolean} [numbered]        row and column numbers along the sides
 * @property {(row: number, column: number, value: number) => void} [onEdit]    makes the cells fields
 * @property {(row: number, column: number) => void} [onChoose]    makes the cells buttons
 * @property {(place: {row: number, column: number} | null) => void} [onPoint]    a cell has the pointer or the focus
 *
 * @typedef {object} GridContent
 * @property {(number | null)[][]} values    null: an empty cell
 * @property {number} [ring]              how many of the outer rows and columns are padding
 * @property {{row: number, column: number, rows: number, columns: number} | null} [frame]
 * @property {(row: number, column: number) => string} [mark]    class names: under, unreached, chosen, ...
 * @property {(row: number, column: number) => string} [note]    small text in the corner of a cell
 * @property {(row: number, column: number) => number} [shade]    the cell is a pixel: its grey, 0 to 255
 */

/**
 * @param {GridOptions} options
 * @returns {{element: HTMLElement, update: (content: GridContent) => void}}
 */
export function createGrid(options) {
  const table = el("div", { class: "cells", role: isActive(options) ? "grid" : "table", "aria-label": options.label });
  const frame = el("div", { class: "frame", hidden: true });
  const ruler = el("div", { class: "ruler", "aria-hidden": "true", hidden: !options.numbered });
  const reason = el("p", { id: uniqueId("reason"), class: "reason problem", role: "alert" });
  const element = el(
    "div",
    { class: `grid ${options.meaning}${options.numbered ? " numbered" : ""}` },
    table,
    frame,
    ruler,
    options.onEdit ? reason : null,
  );
  /** @type {HTMLElement[][]} */
  let cells = [];
  /** @type {GridContent} */
  let shown = { values: [] };
  let layout = "";

  /** @param {GridContent} content */
  const update = (content) => {
    shown = content;
    const { values, ring = 0 } = content;
    const wanted = `${values.length} ${values[0]?.length} ${ring}`;
    if (wanted !== layout) {
      layout = wanted;
      cells = build(options, content, reason);
      table.replaceChildren(...cells.map((row) => el("div", { role: "row" }, ...row)));
      ruler.replaceChildren(
        ...numbersOf(values.length, ring, "row"),
        ...numbersOf(values[0]?.length ?? 0, ring, "column"),
      );
      element.style.setProperty("--columns", String(values[0]?.length ?? 0));
      makeTabStop(cells, ring, ring);
    }
    const largest = Math.max(...values.flat().map(size));
    cells.forEach((row, r) => row.forEach((cell, c) => fill(cell, content, r - ring, c - ring, largest)));
    moveFrame(frame, content);
  };

  const place = (/** @type {Event} */ event) => find(cells, shown.ring ?? 0, event.target);
  listen(table, options, place);
  rove(table, () => cells, options.signal);
  return { element, update };
}

/** @param {GridOptions} options */
function isActive({ onEdit, onChoose }) {
  return onEdit !== undefined || onChoose !== undefined;
}

/**
 * @param {GridOptions} options
 * @param {GridContent} content
 * @param {HTMLElement} reason    says what is wrong with what is typed
 */
function build(options, { values, ring = 0 }, reason) {
  return values.map((row, r) =>
    row.map((_, c) => {
      const isPadding = r < ring || c < ring || r >= values.length - ring || c >= row.length - ring;
      const cell = el("div", {
        role: isActive(options) ? "gridcell" : "cell",
        "data-row": r - ring,
        "data-column": c - ring,
      });
      if (options.onEdit && !isPadding) cell.append(createField(cell, options.onEdit, reason));
      else if (options.onChoose) cell.append(button(options, r - ring, c - ring));
      else cell.append(el("span", isActive(options) ? { tabindex: -1 } : {}));
      cell.append(el("small", { "aria-hidden": "true" }));
      cell.dataset.kind = isPadding ? "padding" : "";
      return cell;
    }),
  );
}

/**
 * The numbers along a side; padding has none.
 * @param {number} count
 * @param {number} ring
 * @param {"row" | "column"} way
 */
function numbersOf(count, ring, way) {
  const places = Array.from({ length: count - 2 * ring }, (_, place) => place);
  return places.map((place) => el("span", { class: way, style: `--place: ${place + ring}` }, place));
}

/**
 * @param {GridOptions} options
 * @param {number} row
 * @param {number} column
 */
function button({ onChoose }, row, column) {
  return el("button", { type: "button", tabindex: -1, onclick: () => onChoose?.(row, column) });
}

/**
 * @param {HTMLElement} cell
 * @param {GridContent} content
 * @param {number} row
 * @param {number} column
 * @param {number} largest      of the absolute values: the darkest tint
 */
function fill(cell, { values, ring = 0, mark, note, shade }, row, column, largest) {
  const value = values[row + ring][column + ring];
  const text = value === null ? "" : number(value, 3);
  cell.dataset.text = text;
  cell.className = `cell ${cell.dataset.kind} ${mark?.(row, column) ?? ""} ${shaded(cell, shade?.(row, column))}`;
  cell.style.setProperty("--tint", (size(value) / (largest || 1)).toFixed(3));
  cell.style.setProperty("--length", String(Math.max(2, text.length)));
  write(/** @type {HTMLElement} */ (cell.firstElementChild), text);
  if (cell.firstElementChild instanceof HTMLButtonElement) {
    const name = `${t("grid.cell", { row, column })}: ${text || t("grid.empty")}`;
    cell.firstElementChild.setAttribute("aria-label", name);
    cell.firstElementChild.setAttribute("aria-pressed", String(cell.classList.contains("chosen")));
  }
  const small = cell.lastElementChild;
  if (small) small.textContent = note?.(row, column) ?? "";
}

/**
 * Give a cell that is a pixel its grey; returns its class names.
 * @param {HTMLElement} cell
 * @param {number | undefined} grey
 */
function shaded(cell, grey) {
  cell.style.background = grey === undefined ? "" : `rgb(${grey} ${grey} ${grey})`;
  if (grey === undefined) return "";
  return grey < 118 ? "pixel dark" : "pixel light";
}

/**
 * @param {HTMLElement} inner    of a cell
 * @param {string} text
 */
function write(inner, text) {
  if (!(inner instanceof HTMLInputElement)) inner.textContent = text;
  // What a person is just typing, such as "1/4", stays as it is.
  else if (document.activeElement !== inner || parseNumber(inner.value) !== parseNumber(text)) inner.value = text;
}

/**
 * How dark a number's cell is; padding with minus infinity is not.
 * @param {number | null} value
 */
function size(value) {
  return value !== null && Number.isFinite(value) ? Math.abs(value) : 0;
}

/**
 * @param {HTMLElement} frame
 * @param {GridContent} content
 */
function moveFrame(frame, { frame: at, ring = 0 }) {
  frame.hidden = !at;
  if (!at) return;
  const { row, column, rows, columns } = at;
  for (const [name, value] of Object.entries({ row: row + ring, column: column + ring, rows, columns })) {
    frame.style.setProperty(`--frame-${name}`, String(value));
  }
}

/**
 * @param {HTMLElement} table
 * @param {GridOptions} options
 * @param {(event: Event) => {row: number, column: number} | null} place
 */
function listen(table, { onPoint, signal }, place) {
  if (!onPoint) return;
  table.addEventListener("pointerover", (event) => onPoint(place(event)), { signal });
  table.addEventListener("pointerleave", () => onPoint(null), { signal });
  table.addEventListener("focusin", (event) => onPoint(place(event)), { signal });
  table.addEventListener("focusout", () => onPoint(null), { signal });
}

/**
 * @param {HTMLElement[][]} cells
 * @param {number} ring
 * @param {EventTarget | null} target
 */
function find(cells, ring, target) {
  const cell = target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest(".cell")) : null;
  if (!cell) return null;
  const row = Number(cell.dataset.row);
  const column = Number(cell.dataset.column);
  return cells[row + ring]?.[column + ring] === cell ? { row, column } : null;
}
