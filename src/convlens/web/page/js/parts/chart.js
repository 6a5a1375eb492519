// Lines over a common axis, with a marker that moves along it.
//
//   const chart = createChart({ label: "Loss", onPoint: (x) => ..., signal });
//   host.append(chart.element);
//   chart.update({ x: [0, 1500], y: [0, 2], lines: [{ points: [[0, 2.3], ...], look: "picture" }] });
//   chart.mark(700);      // moves the marker; null hides it
//
// The drawing is stretched to its place, so its texts stand beside it in HTML.

import { el, svg } from "convlens/parts/dom.js";
import { number } from "convlens/i18n/index.js";

/**
 * @typedef {object} Content
 * @property {[number, number]} x
 * @property {[number, number]} y                                what lies outside is cut off
 * @property {{points: number[][], look: string}[]} lines        look: class names
 * @property {{at: number[], look: string, title: string}[]} [marks]
 */

const WIDTH = 1000;
const HEIGHT = 1000;

/**
 * @param {object} options
 * @param {string} options.label                                 what a screen reader says of the drawing
 * @param {(x: number | null) => void} options.onPoint           the pointer is over a place, or left
 * @param {(x: number) => void} options.onChoose                 a place was clicked
 * @param {AbortSignal} options.signal
 * @returns {{element: HTMLElement, update: (content: Content) => void, mark: (x: number | null) => void}}
 */
export function createChart({ label, onPoint, onChoose, signal }) {
  const drawing = svg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": label,
  });
  const marker = el("div", { class: "marker", hidden: true });
  const dots = el("div", { class: "dots" });
  const [ticksX, ticksY] = [
    el("div", { class: "ticks x", "aria-hidden": "true" }),
    el("div", { class: "ticks y", "aria-hidden": "true" }),
  ];
  const plot = el("div", { class: "plot" }, drawing, dots, marker);
  /** @type {Content} */
  let shown = { x: [0, 1], y: [0, 1], lines: [] };
  const placeOf = (/** @type {MouseEvent} */ event) => {
    const { left, width } = plot.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - left) / width, 0), 1);
    return shown.x[0] + share * (shown.x[1] - shown.x[0]);
  };
  plot.addEventListener("pointermove", (event) => onPoint(placeOf(event)), { signal });
  plot.addEventListener("pointerleave", () => onPoint(null), { signal });
  plot.addEventListener("click", (event) => onChoose(placeOf(event)), { signal });
  return {
    element: el("div", { class: "chart" }, ticksY, plot, ticksX),
    update(content) {
      shown = content;
      const { x, y, lines, marks = [] } = content;
      const [across, down] = [tickValues(x, 5), tickValues(y, 4)];
      const rules = down.map((value) =>
        svg("path", { class: "rule", d: `M0 ${HEIGHT - HEIGHT * share(value, y)}h${WIDTH}` }),
      );
      const paths = lines.map(({ points, look }) => svg("path", { class: `line ${look}`, d: pathOf(points, x, y) }));
      drawing.replaceChildren(...rules, ...paths);
      ticksX.replaceChildren(
        ...across.map((value) => el("span", { style: `left: ${100 * share(value, x)}%` }, number(value))),
      );
      ticksY.replaceChildren(
        ...down.map((value) => el("span", { style: `bottom: ${100 * share(value, y)}%` }, number(value))),
      );
      dots.replaceChildren(
        ...marks.map(({ at, look, title }) => el("span", { class: look, title, style: placed(at, x, y) })),
      );
    },
    mark(value) {
      marker.hidden = value === null;
      if (value !== null) marker.style.left = `${100 * share(value, shown.x)}%`;
    },
  };
}

/**
 * Round numbers within a range, about so many.
 * @param {number[]} range
 * @param {number} about
 */
export function tickValues([least, most], about) {
  const rough = (most - least) / about;
  if (!(rough > 0)) return [least];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(least / step - 1e-9);
  const count = Math.floor(most / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, place) => Number(((first + place) * step).toPrecision(12)));
}

/**
 * @param {number} value
 * @param {number[]} range
 */
function share(value, [least, most]) {
  return most > least ? (value - least) / (most - least) : 0.5;
}

/**
 * @param {number[]} at
 * @param {number[]} x
 * @param {number[]} y
 */
function placed([across, up], x, y) {
  return `left: ${100 * share(across, x)}%; bottom: ${100 * share(up, y)}%`;
}

/**
 * @param {number[][]} points
 * @param {number[]} x
 * @param {number[]} y
 */
function pathOf(points, x, y) {
  const places = points.map(
    ([across, up]) => `${(WIDTH * share(across, x)).toFixed(1)} ${(HEIGHT - HEIGHT * share(up, y)).toFixed(1)}`,
  );
  return places.length ? `M${places.join("L")}` : "";
}
