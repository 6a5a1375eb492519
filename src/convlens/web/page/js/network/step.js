// One step of a value's history, drawn: the windows of a convolution, a pooling's window, a neuron's largest products,
// or the formula of a normalisation or activation.

import { number, t } from "convlens/i18n/index.js";
import { changeFormula } from "convlens/network/change_formula.js";
import { createChannels } from "convlens/network/channels.js";
import { goTo, nameOf } from "convlens/network/places.js";
import { createProducts } from "convlens/network/products.js";
import { el } from "convlens/parts/dom.js";
import { createGrid } from "convlens/parts/grid.js";
import { figure } from "convlens/parts/stage.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Shown } from "convlens/network/view.js" */
/** @import { Work } from "convlens/sums/unit.js" */

/**
 * @typedef {object} StepOptions
 * @property {Run} run
 * @property {Shown} shown
 * @property {{id: number, index: number[], work: Work}} step
 * @property {AbortSignal} signal
 */

const MOST_CELLS = 144; // of a pooling's window

/** @param {StepOptions} options */
export function stepBlock(options) {
  const { run, step } = options;
  const place = step.index.join(", ");
  const onclick = () => goTo(run, step.id, step.index);
  const head = el(
    "p",
    { class: "step-head" },
    el("b", {}, nameOf(run.operations[step.id])),
    el("button", { type: "button", class: "text", onclick }, t("step.place", { place })),
    el("span", {}, "= ", el("b", { class: "result" }, number(step.work.value, 5))),
  );
  return el("li", {}, head, contentOf(options));
}

/** @param {StepOptions} options @returns {Node} */
function contentOf({ run, shown, step: { id, index, work }, signal }) {
  if (work.kind === "sum") return createChannels({ run, shown, id, index, work, signal });
  if (work.kind === "linear") return createProducts({ run, id, index, work });
  if (work.kind === "pool") return pooled(work, signal);
  if (work.kind === "combined") return combined(work, run);
  if (work.kind === "given")
    return el("p", { class: "note" }, t(work.op === "picture" ? "step.picture" : "step.given"));
  return el(
    "div",
    { class: "formula", tabindex: 0, role: "group", "aria-label": t("formula.cell") },
    changeFormula(work),
  );
}

/**
 * @param {Extract<Work, {kind: "pool"}>} work
 * @param {AbortSignal} signal
 */
function pooled({ window, inside, rows, columns, chosen, count }, signal) {
  const cells = window.flat().length;
  if (cells > MOST_CELLS) return el("p", {}, t("step.pooledMany", { count: cells }));
  const grid = createGrid({ label: t("step.window"), meaning: "picture", signal });
  grid.update({
    values: window,
    mark: (row, column) => {
      if (!inside[row][column]) return "padding";
      return rows[row] === chosen?.[0] && columns[column] === chosen[1] ? "winner" : "";
    },
  });
  const said = chosen
    ? t("step.maximum", { row: chosen[0], column: chosen[1] })
    : t("step.average", { count: count ?? 1 });
  return el("div", { class: "stage" }, figure(t("step.window"), "picture", grid.element), el("p", {}, said));
}

/**
 * @param {Extract<Work, {kind: "combined"}>} work
 * @param {Run} run
 */
function combined({ op, parts, scalar, value }, run) {
  if (!parts.length) return el("p", { class: "note" }, t("step.constant", { value }));
  const links = parts.flatMap(({ id, index, value: part }) => {
    const text = `${nameOf(run.operations[id])} [${index.join(", ")}] = ${number(part, 5)}`;
    return [el("button", { type: "button", class: "text", onclick: () => goTo(run, id, index) }, text), " "];
  });
  const before = parts.length === 1 && scalar === null ? t("step.from") : t("step.parts", { op });
  return el("p", { class: "parts" }, before, " ", ...links, scalar === null ? "" : t("step.scalar", { scalar }));
}
