// Sums as they are typed, `floor((n_in + 2p - k) / s) + 1`, as mathematics.
//
//   equation("n_out", "floor((n_in + 2p - k) / s) + 1", "floor((28 + 2*1 - 3) / 1) + 1", 28)   // letters, numbers
//   typeset("n_out = floor((28 + 2*1 - 3) / 1) + 1 = 28")      // a line of them; null where it is no such sum
//
// A number has the colour of the letter that stands at the same place of the sum in letters.

import { ceiling, floor, formula, lines, mfrac, mi, mo, mrow, msub, mtext, num } from "convlens/parts/formula.js";

/** @import { Meaning } from "convlens/parts/formula.js" */

/**
 * A sum as a tree: a leaf is a number or a letter, a node its operation on one or two parts.
 * @typedef {{word: string, parts: Tree[]}} Tree
 */

const TOKENS = /\d+|[a-z]+(?:_[a-z\d]+)?|[()+\-*/]/gi;
const SIGNS = { "+": "+", "-": "−", "*": "·" };

/** @type {Record<string, Meaning>} */
const MEANINGS = {
  ...{ n_in: "picture", C_in: "picture", C: "picture", H: "picture", W: "picture" },
  ...{ k: "filter", k_H: "filter", k_W: "filter" },
  ...{ p: "padding", p_before: "padding", p_after: "padding", p_out: "padding" },
  ...{ n_out: "result", C_out: "result", r_out: "result" },
};

/**
 * A sum in letters and, below, with its numbers and what they come to.
 * @param {string} name       a letter such as `n_out`; empty for a sum without one
 * @param {string} letters
 * @param {string} numbers    the same sum
 * @param {number} result
 * @returns {MathMLElement}
 */
export function equation(name, letters, numbers, result) {
  const [inLetters, inNumbers] = [read(letters), read(numbers)];
  if (!inLetters || !inNumbers) throw new Error(`not a sum: ${letters} = ${numbers}`);
  const [above, below] = [drawn(inLetters, inLetters), drawn(inNumbers, inLetters)];
  const worked = mrow(below, mo("="), num(result, "result"));
  if (!name) return lines([[above], [mrow(mo("="), worked)]]);
  return lines([
    [letter(name), mo("="), above],
    [null, mo("="), worked],
  ]);
}

/**
 * @param {string} text    sums with `=` between them
 * @returns {MathMLElement | null}
 */
export function typeset(text) {
  const sides = text.split(" = ").map((side) => read(side.replaceAll(" x ", " * ")));
  const found = sides.filter((side) => side !== null);
  if (found.length < sides.length) return null;
  return formula(...found.flatMap((side, place) => [...(place ? [mo("=")] : []), drawn(side, side)]));
}

/** @param {string} text @returns {Tree | null} */
function read(text) {
  const tokens = text.match(TOKENS) ?? [];
  if (tokens.join("") !== text.replaceAll(" ", "")) return null;
  const tree = readSum(tokens);
  return tokens.length ? null : tree; // something is left over
}

/** @param {string[]} tokens    what is read is taken away @returns {Tree | null} */
function readSum(tokens) {
  let tree = readProduct(tokens);
  while (tree && (tokens[0] === "+" || tokens[0] === "-")) {
    tree = joined(String(tokens.shift()), tree, readProduct(tokens));
  }
  return tree;
}

/** @param {string[]} tokens @returns {Tree | null} */
function readProduct(tokens) {
  let tree = readFactor(tokens);
  while (tree && tokens.length && !["+", "-", ")"].includes(tokens[0])) {
    const sign = tokens[0] === "*" || tokens[0] === "/" ? String(tokens.shift()) : ""; // `2p`
    tree = joined(sign, tree, readFactor(tokens));
  }
  return tree;
}

/** @param {string[]} tokens @returns {Tree | null} */
function readFactor(tokens) {
  const word = tokens.shift() ?? "";
  if (/^\w/.test(word) && word !== "floor" && word !== "ceil") return { word, parts: [] };
  if (word !== "(" && tokens.shift() !== "(") return null;
  const inside = readSum(tokens);
  if (!inside || tokens.shift() !== ")") return null;
  return { word, parts: [inside] };
}

/** @param {string} word @param {Tree} one @param {Tree | null} other @returns {Tree | null} */
function joined(word, one, other) {
  return other && { word, parts: [one, other] };
}

/**
 * @param {Tree} tree
 * @param {Tree} model    the same sum in letters, for the colours
 * @returns {Node}
 */
function drawn({ word, parts }, model) {
  const below = parts.map((part, place) => drawn(part, model.parts[place] ?? part));
  if (!parts.length) return /^\d/.test(word) ? num(Number(word), MEANINGS[model.word]) : letter(word);
  if (word === "floor") return floor(below[0]);
  if (word === "ceil") return ceiling(below[0]);
  if (word === "(") return parts[0].word === "/" ? below[0] : mrow(mo("("), below[0], mo(")"));
  if (word === "/") {
    const [above, under] = parts.map((part, place) => {
      return part.word === "(" ? bare(part, model.parts[place]) : below[place];
    });
    return mfrac(above, under);
  }
  const sign = SIGNS[/** @type {keyof typeof SIGNS} */ (word)];
  return sign ? mrow(below[0], mo(sign), below[1]) : mrow(...below);
}

/** What stands in brackets, without them: a fraction's bar says as much. @param {Tree} tree @param {Tree} [model] */
function bare(tree, model) {
  return drawn(tree.parts[0], model?.parts[0] ?? tree.parts[0]);
}

/** `n_in` with its index; a word of several letters upright. @param {string} word */
function letter(word) {
  const [base, index] = word.split("_");
  const meaning = MEANINGS[word];
  if (index) return msub(mi(base, meaning), mi(index, meaning));
  return base.length > 1 ? mtext(base) : mi(base, meaning);
}
