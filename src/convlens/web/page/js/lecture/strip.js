// One row of the picture with its padding, every window that looks at it, and the row that comes out.

import { t } from "convlens/i18n/index.js";
import { covered } from "convlens/lecture/windows.js";
import { svg } from "convlens/parts/dom.js";

/** @import { Geometry } from "convlens/lecture/geometry.js" */

const CELL = 18; // heights in pixels; widths are in cells, as wide as the page has room for
const BAR = 4;
const MOST_LINES = 10;

/**
 * @param {Geometry} geometry
 * @param {number} places    of the result
 * @returns {SVGSVGElement}
 */
export function strip(geometry, places) {
  const { size, kernel, stride, padding, dilation } = geometry;
  const reach = dilation * (kernel - 1) + 1;
  // Bars that lie beside each other on one line must not touch.
  const lines = Math.max(1, Math.min(places, MOST_LINES, Math.ceil((reach + 0.5) / stride)));
  const windows = Array.from({ length: Math.max(0, places) }, (_, place) => covered(geometry, place));
  const read = new Set(windows.flat());
  const total = size + 2 * padding;
  const cells = Array.from({ length: total }, (_, place) => place - padding);
  const inside = cells.filter((row) => row >= 0 && row < size);
  const around = cells.filter((row) => row < 0 || row >= size);
  const bars = windows.flatMap((rows, place) =>
    spans(rows).map(([first, last]) =>
      box(first + padding, CELL + 6 + (place % lines) * (BAR + 2), last - first + 1, BAR),
    ),
  );
  const below = CELL + 6 + lines * (BAR + 2) + 6;
  const results = windows.map((rows) => box(centre(rows) + padding, below, 1, CELL));
  return svg(
    "svg",
    {
      class: "strip",
      viewBox: `0 0 ${total} ${below + CELL}`,
      preserveAspectRatio: "none",
      height: below + CELL,
      role: "img",
      "aria-label": t("strip.label", { size, padding, places: Math.max(0, places) }),
    },
    path(
      "picture",
      inside.filter((row) => read.has(row)).map((row) => box(row + padding, 0, 1, CELL)),
    ),
    path(
      "picture unread",
      inside.filter((row) => !read.has(row)).map((row) => box(row + padding, 0, 1, CELL)),
    ),
    path(
      "padding",
      around.map((row) => box(row + padding, 0, 1, CELL)),
    ),
    path("filter", bars),
    path("result", results),
  );
}

/** @param {string} meaning @param {string[]} boxes */
function path(meaning, boxes) {
  return svg("path", { class: meaning, d: boxes.join("") });
}

/**
 * A rectangle with a little air on both sides.
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 */
function box(x, y, width, height) {
  return `M${x + 0.06} ${y}h${width - 0.12}v${height}h${0.12 - width}z`;
}

/**
 * The middle row of a window, where its result is drawn.
 * @param {number[]} rows
 */
function centre(rows) {
  return (rows[0] + rows[rows.length - 1]) / 2;
}

/**
 * Neighbouring rows as [first, last]; each row by itself where dilation spreads them apart.
 * @param {number[]} rows
 * @returns {[number, number][]}
 */
function spans(rows) {
  if (rows.length > 1 && rows[1] - rows[0] > 1) return rows.map((row) => [row, row]);
  return [[rows[0], rows[rows.length - 1]]];
}
