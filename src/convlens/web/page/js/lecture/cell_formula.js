// How one number of a result came about, in mathematics: the rule with its indices, the numbers, the value.

import { t } from "convlens/i18n/index.js";
import { el } from "convlens/parts/dom.js";
import { factor, joined, lines, mi, mo, mrow, msub, mtext, num, sumOver } from "convlens/parts/formula.js";

/** @import { Cell } from "convlens/lecture/windows.js" */

/**
 * The room for a formula, which may be wider than the page and then scrolls.
 * @param {string} [label]
 */
export function formulaPanel(label = t("formula.cell")) {
  return el("div", { class: "panel formula", tabindex: 0, role: "group", "aria-label": label });
}

/**
 * `y = sum of x times w`, row by row of the window.
 * @param {Cell} cell
 * @param {number[][]} weights
 * @returns {MathMLElement}
 */
export function convolutionFormula(cell, weights) {
  const last = num(weights.length - 1);
  const rule = mrow(
    sumOver("a", last),
    sumOver("b", last.cloneNode(true)),
    indexed("x", "picture", shifted(cell.rows, "a"), shifted(cell.columns, "b")),
    mo("·"),
    indexed("w", "filter", mi("a"), mi("b")),
  );
  const products = weights.map((row, r) =>
    joined("+", row.map((weight, c) => mrow(taken(cell, r, c, factor), mo("·"), factor(weight, "filter")))),
  );
  return lines([
    [name(cell), mo("="), rule],
    ...products.map((row, r) => [null, mo(r ? "+" : "="), row]),
    [null, mo("="), num(cell.value, "result")],
  ]);
}

/**
 * `y = max of x`, row by row of the window.
 * @param {Cell} cell
 */
export function maximumFormula(cell) {
  const rows = cell.window.map((row, r) =>
    joined(",", row.map((_, c) => taken(cell, r, c, num))),
  );
  const last = rows.length - 1;
  return lines([
    ...rows.map((row, r) => [
      r ? null : name(cell),
      r ? null : mo("="),
      mrow(...(r ? [] : [mi("max"), mo("{")]), row, mo(r === last ? "}" : ",")),
    ]),
    [null, mo("="), num(cell.value, "result")],
  ]);
}

/**
 * `y = sum of x / count`, row by row of the window.
 * @param {Cell} cell
 */
export function averageFormula(cell) {
  const rows = cell.window.map((row, r) =>
    joined("+", row.map((_, c) => taken(cell, r, c, factor))),
  );
  const count = cell.window.flat().length;
  const total = cell.window.flat().reduce((sum, value) => sum + value, 0);
  const last = rows.length - 1;
  return lines([
    ...rows.map((row, r) => [
      r ? null : name(cell),
      mo(r ? "+" : "="),
      mrow(...(r ? [] : [mo("(")]), row, ...(r === last ? [mo(")"), mo("/"), num(count)] : [])),
    ]),
    [null, mo("="), mrow(num(total), mo("/"), num(count))],
    [null, mo("="), num(cell.value, "result")],
  ]);
}

/** @param {Cell} cell */
function name({ row, column }) {
  return indexed("y", "result", num(row), num(column));
}

/**
 * A number of the picture or of its padding.
 * @param {Cell} cell
 * @param {number} r          row of the window
 * @param {number} c
 * @param {typeof num} how    `factor` puts negative numbers in brackets
 */
function taken({ rows, columns, window, isPadding }, r, c, how) {
  return how(window[r][c], isPadding(rows[r], columns[c]) ? "padding" : "picture");
}

/**
 * @param {string} letter
 * @param {"picture" | "filter" | "result"} meaning
 * @param {Node} row
 * @param {Node} column
 */
function indexed(letter, meaning, row, column) {
  return msub(mi(letter, meaning), mrow(row, mtext(t("formula.comma")), column));
}

/**
 * The row under the window's row `letter`: `2 + a`, with dilation `2 + 3a`, in padding `−1 + a`.
 * @param {number[]} places
 * @param {string} letter
 */
function shifted(places, letter) {
  const step = places.length > 1 ? places[1] - places[0] : 1;
  const moved = step === 1 ? mi(letter) : mrow(num(step), mi(letter));
  return places[0] === 0 ? moved : mrow(num(places[0]), mo("+"), moved);
}
