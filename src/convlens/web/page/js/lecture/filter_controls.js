// Which filter: one of the lecture's, or one's own with its size and divisor.

import { t } from "convlens/i18n/index.js";
import { KERNEL_NAMES, KERNELS, resized } from "convlens/lecture/kernels.js";
import { createChooser, createList } from "convlens/parts/chooser.js";
import { el } from "convlens/parts/dom.js";

/** @import { Kernel, KernelName } from "convlens/lecture/kernels.js" */

/**
 * @typedef {object} FilterValues
 * @property {KernelName | "own"} filter
 * @property {number[][]} own
 * @property {number} divisor
 */

/**
 * @param {object} options
 * @param {{values: FilterValues, change: (changes: Partial<FilterValues>) => void}} options.state
 * @param {() => Kernel} options.kernelOf
 */
export function createFilterControls({ state, kernelOf }) {
  const list = createList({
    label: t("figure.filter"),
    options: [...KERNEL_NAMES, /** @type {const} */ ("own")].map((value) => ({ value, text: t(`kernel.${value}`) })),
    // One's own filter begins as the one that was chosen.
    onChange: (filter) => state.change(filter === "own" ? { filter, ...ownFrom(kernelOf()) } : { filter }),
  });
  const sides = createChooser({
    label: t("filters.size"),
    options: /** @type {const} */ (["3", "5"]).map((value) => ({ value, text: `${value} × ${value}` })),
    onChange: (side) => {
      const { entries, divisor } = kernelOf();
      state.change({ filter: "own", own: resized(entries, Number(side)), divisor });
    },
  });
  const divisor = el("input", { type: "number", min: 1, max: 999, step: 1, class: "short" });
  const problem = el("span", { class: "problem", role: "alert" });
  divisor.addEventListener("input", () => {
    const value = divisor.valueAsNumber;
    const fits = Number.isInteger(value) && value >= 1 && value <= 999;
    divisor.setAttribute("aria-invalid", String(!fits));
    problem.textContent = fits ? "" : t("filters.divisorInvalid");
    if (fits) state.change({ filter: "own", own: kernelOf().entries, divisor: value });
  });
  return {
    element: el(
      "div",
      { class: "controls" },
      list.element,
      sides.element,
      el("label", { class: "list" }, el("span", {}, t("filters.divisor")), divisor),
      problem,
    ),
    update() {
      const kernel = kernelOf();
      const { filter } = state.values;
      list.update(filter === "own" ? (presetOf(kernel) ?? "own") : filter);
      sides.update(kernel.entries.length === 5 ? "5" : "3");
      if (document.activeElement === divisor) return;
      divisor.value = String(kernel.divisor);
      divisor.setAttribute("aria-invalid", "false");
      problem.textContent = "";
    },
  };
}

/** @param {Kernel} kernel */
function ownFrom({ entries, divisor }) {
  return { own: entries, divisor };
}

/**
 * The lecture's filter that a matrix is.
 * @param {Kernel} kernel
 */
function presetOf(kernel) {
  return KERNEL_NAMES.find((name) => JSON.stringify(KERNELS[name]) === JSON.stringify(kernel));
}
