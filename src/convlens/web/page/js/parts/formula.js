// Mathematics as MathML, with the meaning of a number as its colour.
//
//   formula(mi("y"), mo("="), num(2, "picture"), mo("·"), num(-1, "filter"))      // y = 2 · (−1)
//   lines([[mi("y"), mo("="), sum], [null, mo("="), num(3, "result")]])           // lines that align at the sign
//
// The meanings are the palette's: picture, filter, result, padding.

import { math } from "convlens/parts/dom.js";
import { number } from "convlens/i18n/index.js";

/** @typedef {"picture" | "filter" | "result" | "padding" | ""} Meaning */

/**
 * A formula on a line of its own.
 * @param {...Node} parts
 */
export function formula(...parts) {
  return math("math", { display: "block" }, ...parts);
}

/**
 * Formulas below each other: left side, sign, right side. A left side may be empty.
 * @param {(Node | null)[][]} rows
 */
export function lines(rows) {
  const cells = rows.map((row) => math("mtr", {}, ...row.map((cell) => math("mtd", {}, cell ?? math("mrow")))));
  return formula(math("mtable", { displaystyle: "true" }, ...cells));
}

/** @param {...Node} parts */
export function mrow(...parts) {
  return math("mrow", {}, ...parts);
}

/**
 * A letter, or a word, which is set upright.
 * @param {string} name
 * @param {Meaning} [meaning]
 */
export function mi(name, meaning = "") {
  return math("mi", { class: meaning }, name);
}

/** @param {string} sign */
export function mo(sign) {
  return math("mo", {}, sign);
}

/** @param {string} words */
export function mtext(words) {
  return math("mtext", {}, words);
}

/**
 * A number.
 * @param {number} value
 * @param {Meaning} [meaning]
 */
export function num(value, meaning = "") {
  return math("mn", { class: meaning }, number(value));
}

/**
 * A number after an operator: in brackets where it is negative.
 * @param {number} value
 * @param {Meaning} [meaning]
 */
export function factor(value, meaning = "") {
  return value < 0 ? mrow(mo("("), num(value, meaning), mo(")")) : num(value, meaning);
}

/**
 * @param {Node} base
 * @param {Node} index
 */
export function msub(base, index) {
  return math("msub", {}, base, index);
}

/**
 * @param {Node} base
 * @param {Node} exponent
 */
export function msup(base, exponent) {
  return math("msup", {}, base, exponent);
}

/**
 * @param {Node} above
 * @param {Node} below
 */
export function mfrac(above, below) {
  return math("mfrac", {}, above, below);
}

/**
 * The sum over `letter` from 0 to `last`.
 * @param {string} letter
 * @param {Node} last
 */
export function sumOver(letter, last) {
  return math("munderover", {}, mo("∑"), mrow(mi(letter), mo("="), num(0)), last);
}

/**
 * Rounded down.
 * @param {Node} inside
 */
export function floor(inside) {
  return mrow(math("mo", { stretchy: "true" }, "⌊"), inside, math("mo", { stretchy: "true" }, "⌋"));
}

/**
 * Rounded up.
 * @param {Node} inside
 */
export function ceiling(inside) {
  return mrow(math("mo", { stretchy: "true" }, "⌈"), inside, math("mo", { stretchy: "true" }, "⌉"));
}

/**
 * Parts with a sign between each two.
 * @param {string} sign
 * @param {Node[]} parts
 */
export function joined(sign, parts) {
  return mrow(...parts.flatMap((part, place) => (place ? [mo(sign), part] : [part])));
}
