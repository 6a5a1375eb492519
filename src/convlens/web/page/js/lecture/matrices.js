// Rows of numbers as tensors and back, and one number changed.

/** @import { Tensor } from "convlens/sums/tensors.js" */

/**
 * Rows of numbers as people write them: `0 1 0; 1 -4 1; 0 1 0`.
 * @param {string} text
 * @returns {number[][]}
 */
export function rowsFrom(text) {
  return text.split("; ").map((row) => row.split(" ").map(Number));
}

/**
 * @param {number[][]} rows
 * @param {number} [ahead]     how many dimensions of one stand ahead: 1 makes a map [1, H, W], 2 a filter [1, 1, k, k]
 * @returns {Tensor}
 */
export function tensor(rows, ahead = 1) {
  return { shape: [...Array(ahead).fill(1), rows.length, rows[0].length], data: Float32Array.from(rows.flat()) };
}

/**
 * @param {Tensor} map      [1, H, W]
 * @returns {number[][]}
 */
export function rowsOf({ shape, data }) {
  const width = shape[shape.length - 1];
  return Array.from({ length: data.length / width }, (_, row) => [...data.subarray(row * width, (row + 1) * width)]);
}

/**
 * @param {number[][]} rows
 * @param {number} row
 * @param {number} column
 * @param {number} value
 * @returns {number[][]}
 */
export function withNumber(rows, row, column, value) {
  return rows.map((numbers, r) => (r === row ? numbers.map((number, c) => (c === column ? value : number)) : numbers));
}

/**
 * Whether two matrices hold the same numbers.
 * @param {number[][]} one
 * @param {number[][]} other
 */
export function equal(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
