// The formula of a value that was changed by itself: by a normalisation, an activation, or dropout.

import { number } from "convlens/i18n/index.js";
import { math } from "convlens/parts/dom.js";
import { lines, mfrac, mi, mo, mrow, msup, num } from "convlens/parts/formula.js";

/** @import { Meaning } from "convlens/parts/formula.js" */
/** @import { Work } from "convlens/sums/unit.js" */
/** @typedef {Extract<Work, {kind: "change"}>} Change */

/** @param {Change} work */
export function changeFormula(work) {
  const { op, from, parts, value } = work;
  if (op.endsWith("_norm") && "scale" in parts) return normalisation(work);
  const x = figure(from, "picture");
  if (op === "relu") return line(value, mi("max"), mo("("), num(0), mo(","), x, mo(")"));
  if (op === "dropout" && "kept" in parts) return dropped(work);
  const options = Object.entries(parts).filter(([, part]) => typeof part === "number");
  const after = options.flatMap(([name, part]) => [mo(";"), mi(name), mo("="), figure(part)]);
  return line(value, mi(op), mo("("), x, ...after, mo(")"));
}

/** @param {Change} work */
function dropped({ from, parts: { kept, scale, shift, silent }, value }) {
  if (!kept) return lines([[mi("y", "result"), mo("="), figure(silent, "result")]]);
  const moved = shift ? [mo("+"), figure(shift)] : [];
  return line(value, figure(from, "picture"), mo("·"), figure(scale), ...moved);
}

/** @param {Change} work */
function normalisation({ from, parts: { mean, variance, eps, weight, bias }, value }) {
  const root = (/** @type {Node[]} */ ...under) => math("msqrt", {}, ...under);
  const scaled = (/** @type {Node} */ fraction, /** @type {Node} */ gamma, /** @type {Node} */ beta) =>
    mrow(fraction, mo("·"), gamma, mo("+"), beta);
  const letters = scaled(
    mfrac(mrow(mi("x", "picture"), mo("−"), mi("μ")), root(msup(mi("σ"), num(2)), mo("+"), mi("ε"))),
    mi("γ", "filter"),
    mi("β", "filter"),
  );
  const numbers = scaled(
    mfrac(
      mrow(figure(from, "picture"), mo("−"), bracketed(mean)),
      root(figure(variance), mo("+"), math("mn", {}, number(eps, 8))),
    ),
    bracketed(weight, "filter"),
    bracketed(bias, "filter"),
  );
  return lines([
    [mi("y", "result"), mo("="), letters],
    [null, mo("="), numbers],
    [null, mo("="), figure(value, "result")],
  ]);
}

/**
 * y = ... = value
 * @param {number} value
 * @param {...Node} rule
 */
function line(value, ...rule) {
  return lines([[mi("y", "result"), mo("="), mrow(...rule, mo("="), figure(value, "result"))]]);
}

/**
 * @param {number} value
 * @param {Meaning} [meaning]
 */
function figure(value, meaning = "") {
  return math("mn", { class: meaning }, number(value, 5));
}

/**
 * @param {number} value
 * @param {Meaning} [meaning]
 */
function bracketed(value, meaning = "") {
  return value < 0 ? mrow(mo("("), figure(value, meaning), mo(")")) : figure(value, meaning);
}
