// Section 2: the lecture's seven filters and one's own matrix, on a photo, a drawing, an item, or a file of one's own.

import { number, t } from "convlens/i18n/index.js";
import { choice, integer, integers, matrix, text } from "convlens/kinds.js";
import { createFilterControls } from "convlens/lecture/filter_controls.js";
import { createSources, SOURCES, START } from "convlens/lecture/filter_sources.js";
import { filtered, KERNEL_NAMES, KERNELS, losesSign, shown, total } from "convlens/lecture/kernels.js";
import { createMagnifier } from "convlens/lecture/magnifier.js";
import { withNumber } from "convlens/lecture/matrices.js";
import { announce, el } from "convlens/parts/dom.js";
import { createGrid } from "convlens/parts/grid.js";
import { createPointable } from "convlens/parts/picture.js";
import { figure, sign } from "convlens/parts/stage.js";
import { declare } from "convlens/state.js";

/** @import { Kernel } from "convlens/lecture/kernels.js" */
/** @import { Section } from "convlens/parts/section.js" */
/** @import { Grey } from "convlens/parts/samples.js" */

const state = declare("filters", {
  filter: choice("edges8", [...KERNEL_NAMES, "own"]),
  own: matrix(KERNELS.identity.entries, [3, 5]),
  divisor: integer(1, 1, 999),
  source: choice("cat", SOURCES),
  item: integer(9, 0, 9),
  drawing: text(START, 2000),
  at: integers([-1, -1], -1, 9999), // -1: where there is something to see
});

/** @type {Section} */
export const filters = { id: "filters", state, mount };

/** @returns {Kernel} the chosen filter, or one's own */
function kernelOf() {
  const { filter, own, divisor } = state.values;
  return filter === "own" ? { entries: own, divisor } : KERNELS[filter];
}

/**
 * @param {HTMLElement} body
 * @param {AbortSignal} signal
 */
function mount(body, signal) {
  /** @type {{row: number, column: number} | null} */
  let pointed = null;
  const sources = createSources({ state, target: body, onReady: draw, signal });
  let picture = sources.picture();
  /** What was filtered last; moving the magnifier needs no new sums. */
  /** @type {{picture: Grey | null, kernel: string, values: Float32Array, shown: Grey | null}} */
  let answer = { picture: null, kernel: "", values: new Float32Array(), shown: null };
  let last = "";

  const controls = createFilterControls({ state, kernelOf });
  const point = (/** @type {typeof pointed} */ place) => {
    pointed = place;
    draw();
  };
  const choose = (/** @type {{row: number, column: number}} */ { row, column }) => state.change({ at: [row, column] });
  const original = createPointable({
    label: t("filters.pointOriginal"),
    onPoint: point,
    onChoose: choose,
    onPaint: sources.paint,
    signal,
  });
  const result = createPointable({ label: t("filters.pointResult"), onPoint: point, onChoose: choose, signal });
  const entries = createGrid({
    label: t("figure.filter"),
    meaning: "filter",
    signal,
    onEdit: (row, column, value) => {
      const { entries: rows, divisor } = kernelOf();
      state.change({ filter: "own", own: withNumber(rows, row, column, value), divisor });
    },
  });
  const over = el("p", { class: "over" });
  const note = el("p", { class: "note" });
  const magnifier = createMagnifier({ signal });

  function draw() {
    picture = sources.picture();
    const kernel = kernelOf();
    sources.update();
    controls.update();
    entries.update({ values: kernel.entries });
    over.textContent = kernel.divisor === 1 ? "" : `÷ ${number(kernel.divisor)}`;
    note.textContent = noteOn(kernel);
    if (picture) show(picture, kernel);
  }

  /** @param {Grey} grey @param {Kernel} kernel */
  function show(grey, kernel) {
    const name = JSON.stringify(kernel);
    if (answer.picture !== grey || answer.kernel !== name) {
      const values = filtered(grey, kernel);
      const pixels = Uint8Array.from(values, (value) => shown(value, kernel));
      answer = { picture: grey, kernel: name, values, shown: { ...grey, pixels } };
      last = "";
    }
    const [row, column] = placeIn(grey, pointed ? [pointed.row, pointed.column] : state.values.at);
    const isDrawn = state.values.source === "drawing";
    original.update(grey, { row, column }, (kernel.entries.length - 1) / 2, isDrawn);
    if (answer.shown) result.update(answer.shown, { row, column }, 0);
    const value = answer.values[row * grey.width + column];
    magnifier.update(grey, kernel, row, column, value);
    const place = `${row},${column}`;
    if (last && last !== place && !pointed) announce(t("window.said", { row, column, value }));
    last = place;
  }

  body.append(
    sources.element,
    controls.element,
    el(
      "div",
      { class: "equation" },
      figure(t("figure.picture"), "picture", original.element),
      sign("∗"),
      figure(t("figure.filter"), "filter", entries.element, over),
      sign("="),
      figure(t("figure.result"), "result", result.element),
    ),
    note,
    magnifier.element,
    el("p", { class: "note" }, t("filters.note")),
  );
  state.watch(draw, signal);
  draw();
}

/**
 * A place that the picture has.
 * @param {Grey} grey
 * @param {number[]} at
 */
function placeIn({ width, height }, [row, column]) {
  if (row < 0 || column < 0) return [Math.floor(0.4 * height), Math.floor(0.475 * width)];
  return [Math.min(row, height - 1), Math.min(column, width - 1)];
}

/**
 * What the sum of a filter's weights means.
 * @param {Kernel} kernel
 */
function noteOn(kernel) {
  const sum = total(kernel);
  if (losesSign(kernel)) return Math.abs(sum) < 1e-9 ? t("filters.sumZero") : t("filters.sumNegative", { sum });
  if (Math.abs(sum - 1) < 1e-9) return t("filters.sumOne");
  return sum > 1 ? t("filters.brighter", { sum }) : t("filters.darker", { sum });
}
