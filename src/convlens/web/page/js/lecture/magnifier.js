// The pixels under the filter at one place, their products, the sum, and what it is shown as.

import { number, t } from "convlens/i18n/index.js";
import { losesSign, shown } from "convlens/lecture/kernels.js";
import { timesNote } from "convlens/lecture/windows.js";
import { el } from "convlens/parts/dom.js";
import { lines, mfrac, mi, mo, mrow, msub, num } from "convlens/parts/formula.js";
import { createGrid } from "convlens/parts/grid.js";
import { figure, sign, stage } from "convlens/parts/stage.js";

/** @import { Kernel } from "convlens/lecture/kernels.js" */
/** @import { Grey } from "convlens/parts/samples.js" */

/** @param {{signal: AbortSignal}} options */
export function createMagnifier({ signal }) {
  const window = createGrid({ label: t("magnifier.window"), meaning: "picture", signal });
  const products = createGrid({ label: t("figure.products"), meaning: "product", signal });
  const sum = el("div", { class: "formula" });
  const outcome = el("p", { class: "note" });
  const caption = el("span");
  return {
    element: el(
      "div",
      { class: "panel magnifier" },
      el("h3", {}, t("magnifier.title")),
      stage(
        figure(caption, "picture", window.element),
        sign("→"),
        figure(t("figure.products"), "product", products.element),
        sign("→"),
        el("div", { class: "sum" }, sum, outcome),
      ),
    ),
    /**
     * @param {Grey} grey
     * @param {Kernel} kernel
     * @param {number} row
     * @param {number} column
     * @param {number} value     the filter's answer there
     */
    update(grey, kernel, row, column, value) {
      const { entries, divisor } = kernel;
      const pixels = under(grey, entries.length, row, column);
      const multiplied = pixels.map((line, r) => line.map((pixel, c) => pixel * entries[r][c]));
      const total = multiplied.flat().reduce((all, product) => all + product, 0);
      caption.textContent = t("magnifier.place", { row, column });
      window.update({ values: pixels, shade: (r, c) => pixels[r][c], note: (r, c) => timesNote(entries[r][c]) });
      products.update({ values: multiplied });
      const answer = num(value, "result");
      const parts = divisor === 1 ? answer : mrow(mfrac(num(total), num(divisor)), mo("="), answer);
      sum.replaceChildren(
        lines([[msub(mi("y", "result"), mrow(num(row), mo(t("formula.comma")), num(column))), mo("="), parts]]),
      );
      outcome.textContent = outcomeOf(value, kernel);
    },
  };
}

/**
 * The pixels under the filter; beyond the border those of the border.
 * @param {Grey} grey
 * @param {number} side
 * @param {number} row
 * @param {number} column
 * @returns {number[][]}
 */
function under({ width, height, pixels }, side, row, column) {
  const reach = (side - 1) / 2;
  const steps = Array.from({ length: side }, (_, step) => step - reach);
  const clamp = (/** @type {number} */ place, /** @type {number} */ size) => Math.min(Math.max(place, 0), size - 1);
  return steps.map((down) =>
    steps.map((right) => pixels[clamp(row + down, height) * width + clamp(column + right, width)]),
  );
}

/**
 * How an answer becomes a pixel of the result.
 * @param {number} value
 * @param {Kernel} kernel
 */
function outcomeOf(value, kernel) {
  const pixel = number(shown(value, kernel));
  const size = losesSign(kernel) ? Math.abs(value) : value;
  if (size > 255 || size < 0) return t("magnifier.clipped", { pixel });
  if (losesSign(kernel) && value < 0) return t("magnifier.unsigned", { pixel });
  return Number.isInteger(size) ? t("magnifier.shown", { pixel }) : t("magnifier.rounded", { pixel });
}
