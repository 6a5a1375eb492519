// The kinds of values that a section keeps in the address: how each is read from text and written as text.
//
//   const state = declare("pooling", { kernel: integer(2, 1, 4), at: integers([0, 0], 0, 63) });
//
// Text from an address is anything that anyone typed: what cannot be read, or is out of range, is undefined, and the
// initial value stands in for it.

/**
 * @template T
 * @typedef {object} Kind
 * @property {T} initial                               what it is when the address does not say
 * @property {(text: string) => T | undefined} read    undefined: not a value of this kind
 * @property {(value: T) => string} write
 */

const DECIMAL = /^[+-]?(\d{1,9}(\.\d{0,9})?|\.\d{1,9})$/;

/**
 * A whole number from `least` to `most`, both included.
 * @param {number} initial
 * @param {number} least
 * @param {number} most
 * @returns {Kind<number>}
 */
export function integer(initial, least, most) {
  return { initial, read: (text) => readInteger(text, least, most), write: String };
}

/**
 * A fixed count of whole numbers, each from `least` to `most`: `1,2`.
 * @param {number[]} initial
 * @param {number} least
 * @param {number} most
 * @returns {Kind<number[]>}
 */
export function integers(initial, least, most) {
  return {
    initial,
    read: (text) => {
      const numbers = text.split(",").map((word) => readInteger(word, least, most));
      const whole = numbers.filter((number) => number !== undefined);
      return numbers.length === initial.length && whole.length === numbers.length ? whole : undefined;
    },
    write: (numbers) => numbers.join(","),
  };
}

/**
 * One of some words.
 * @template {string} T
 * @param {T} initial
 * @param {readonly T[]} words
 * @returns {Kind<T>}
 */
export function choice(initial, words) {
  return { initial, read: (text) => words.find((word) => word === text), write: String };
}

/**
 * Short text, cut to `longest` characters.
 * @param {string} initial
 * @param {number} longest
 * @returns {Kind<string>}
 */
export function text(initial, longest) {
  return { initial, read: (given) => given.slice(0, longest), write: String };
}

/**
 * A square of numbers: `1,0,1;0,1,0;1,0,1`.
 * @param {number[][]} initial     an empty one stands for numbers that the section makes up
 * @param {number[]} sides         how many rows it may have
 * @returns {Kind<number[][]>}
 */
export function matrix(initial, sides) {
  return {
    initial,
    read: (given) => {
      const rows = given.split(";").map((row) => row.split(",").map(readDecimal));
      const isSquare = rows.every((row) => row.length === rows.length);
      const isWhole = rows.flat().every((number) => number !== undefined);
      return isSquare && isWhole && sides.includes(rows.length) ? /** @type {number[][]} */ (rows) : undefined;
    },
    write: (rows) => rows.map((row) => row.map(shortest).join(",")).join(";"),
  };
}

/**
 * A number as few digits as hold it, without an exponent, which `matrix` could not read.
 * @param {number} value
 * @returns {string}
 */
function shortest(value) {
  return String(Number(value.toFixed(9)));
}

/**
 * @param {string} word
 * @returns {number | undefined}
 */
function readDecimal(word) {
  return DECIMAL.test(word) ? Number(word) : undefined;
}

/**
 * @param {string} word
 * @param {number} least
 * @param {number} most
 * @returns {number | undefined}
 */
function readInteger(word, least, most) {
  const value = /^-?\d{1,9}$/.test(word) ? Number(word) : NaN;
  return value >= least && value <= most ? value : undefined;
}
