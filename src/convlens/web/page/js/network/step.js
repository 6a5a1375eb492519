// One step of a value's history, drawn: the windows of a convolution, a pooling's window, a neuron's largest products, or
// the formula of a normalisation or activation.

import { number, t } from "convlens/i18n/index.js";
import { createChannels } from "convlens/network/channels.js";
import { nameOf } from "convlens/network/layers.js";
import { createProducts } from "convlens/network/products.js";
import { el, math } from "convlens/parts/dom.js";
import { lines, mfrac, mi, mo, mrow, msub, num } from "convlens/parts/formula.js";
import { createGrid } from "convlens/parts/grid.js";
import { figure } from "convlens/parts/stage.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Work } from "convlens/sums/unit.js" */

/**
 * @typedef {object} StepOptions
 * @property {Run} run
 * @property {{id: number, index: number[], work: Work}} step
 * @property {(id: number, index: number[]) => void} go    show another value
 * @property {AbortSignal} signal
 */

/** @param {StepOptions} options */
export function stepBlock(options) {
  const { run, step, go } = options;
  const operation = run.operations[step.id];
  const place = step.index.join(", ");
  const head = el(
    "p",
    { class: "step-head" },
    el("b", {}, nameOf(operation)),
    el("button", { type: "button", class: "text", onclick: () => go(step.id, step.index) }, t("step.place", { place })),
    el("span", {}, "= ", el("b", { class: "result" }, number(step.work.value, 5))),
  );
  return el("li", {}, head, contentOf(options));
}

/** @param {StepOptions} options @returns {Node} */
function contentOf({ run, step: { id, work }, go, signal }) {
  const before = run.operations[id].inputs[0] ?? 0;
  if (work.kind === "sum") return createChannels({ work, before, go, signal });
  if (work.kind === "linear") return createProducts({ work, before, go });
  if (work.kind === "pool") return pooled(work, signal);
  if (work.kind === "change") return el("div", { class: "formula", tabindex: 0, role: "group", "aria-label": t("formula.cell") }, changeFormula(work));
  if (work.kind === "combined") return combined(work, run, go);
  return el("p", { class: "note" }, work.op === "picture" ? t("step.picture") : t("step.given"));
}

/**
 * @param {Extract<Work, {kind: "pool"}>} work
 * @param {AbortSignal} signal
 */
function pooled(work, signal) {
  if (work.window.flat().length > 144) return el("p", {}, t("step.pooledMany", { count: work.window.flat().length }));
  const grid = createGrid({ label: t("step.window"), meaning: "picture", signal });
  const isWinner = (/** @type {number} */ row, /** @type {number} */ column) => work.chosen !== null && work.rows[row] === work.chosen[0] && work.columns[column] === work.chosen[1];
  grid.update({ values: work.window, mark: (row, column) => (!work.inside[row][column] ? "padding" : isWinner(row, column) ? "winner" : "") });
  const said = work.chosen ? t("step.maximum", { row: work.chosen[0], column: work.chosen[1] }) : t("step.average", { count: work.count ?? 1 });
  return el("div", { class: "stage" }, figure(t("step.window"), "picture", grid.element), el("p", {}, said));
}

/** @param {Extract<Work, {kind: "change"}>} work */
function changeFormula({ op, from, parts, value }) {
  const x = mi("x", "picture");
  if (op.endsWith("_norm") && "scale" in parts) {
    const { mean, variance, eps, weight, bias } = parts;
    const rule = mrow(mfrac(mrow(x, mo("−"), mi("μ")), math("msqrt", {}, msub(mi("σ"), num(2)), mo("+"), mi("ε"))), mo("·"), mi("γ", "filter"), mo("+"), mi("β", "filter"));
    const numbers = mrow(
      mfrac(mrow(num5(from, "picture"), mo("−"), bracketed(mean)), math("msqrt", {}, num5(variance), mo("+"), math("mn", {}, number(eps, 8)))),
      mo("·"), bracketed(weight, "filter"), mo("+"), bracketed(bias, "filter"),
    ); // prettier-ignore
    return lines([[mi("y", "result"), mo("="), rule], [null, mo("="), numbers], [null, mo("="), num5(value, "result")]]);
  }
  if (op === "relu") return lines([[mi("y", "result"), mo("="), mrow(mi("max"), mo("("), num(0), mo(","), num5(from, "picture"), mo(")"), mo("="), num5(value, "result"))]]);
  if (op === "dropout" && "kept" in parts) {
    return lines([[mi("y", "result"), mo("="), mrow(num5(from, "picture"), mo("·"), parts.kept ? num5(parts.scale) : num(0), mo("="), num5(value, "result"))]]);
  }
  const options = Object.entries(parts).filter(([, part]) => typeof part === "number");
  const inside = options.flatMap(([name, part]) => [mo(";"), mi(name), mo("="), num5(part)]);
  return lines([[mi("y", "result"), mo("="), mrow(mi(op), mo("("), num5(from, "picture"), ...inside, mo(")"), mo("="), num5(value, "result"))]]);
}

/**
 * @param {number} value
 * @param {import("convlens/parts/formula.js").Meaning} [meaning]
 */
function num5(value, meaning = "") {
  return math("mn", { class: meaning }, number(value, 5));
}

/**
 * @param {number} value
 * @param {import("convlens/parts/formula.js").Meaning} [meaning]
 */
function bracketed(value, meaning = "") {
  return value < 0 ? mrow(mo("("), num5(value, meaning), mo(")")) : num5(value, meaning);
}

/**
 * @param {Extract<Work, {kind: "combined"}>} work
 * @param {Run} run
 * @param {(id: number, index: number[]) => void} go
 */
function combined({ op, parts, scalar, value }, run, go) {
  const links = parts.map(({ id, index, value: part }) =>
    el("button", { type: "button", class: "text", onclick: () => go(id, index) }, `${nameOf(run.operations[id])} [${index.join(", ")}] = ${number(part, 5)}`),
  );
  if (!links.length) return el("p", { class: "note" }, t("step.constant", { value }));
  const extra = scalar === null ? "" : t("step.scalar", { op, scalar });
  return el("p", { class: "parts" }, parts.length === 1 ? t("step.from") : t("step.parts", { op }), " ", ...links.flatMap((link) => [link, " "]), extra);
}
