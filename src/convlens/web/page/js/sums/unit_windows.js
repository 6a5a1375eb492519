// One value of a convolution or a pooling, worked out from its window.

import { sourceRow } from "convlens/sums/padding.js";
import { at } from "convlens/sums/tensors.js";
import { spanOf } from "convlens/sums/windows.js";

/** @import {Operation, Tensor} from "convlens/sums/tensors.js" */
/** @import {Side, Span} from "convlens/sums/windows.js" */

/**
 * The window in one channel of a convolution's input, [rows][columns].
 * @typedef {object} Channel
 * @property {number} channel
 * @property {number[]} at row and column of the window's first value in the input without padding
 * @property {number[][]} window
 * @property {number[][]} weights
 * @property {number[][]} products
 * @property {boolean[][]} inside false in the padding
 * @property {number} sum of the products
 */

/**
 * A value of a convolution: `value = bias + sum of the channels' sums`.
 * @typedef {object} WindowSum
 * @property {"sum"} kind
 * @property {number | null} bias
 * @property {number[]} rows of the input under the window; below 0 or beyond the last in the padding
 * @property {number[]} columns likewise
 * @property {Channel[]} channels those of the filter's group
 * @property {number} value
 */

/**
 * A value of a pooling, or of a mean, sum or maximum over whole maps.
 * @typedef {object} PoolingWork
 * @property {"pool"} kind
 * @property {number} channel
 * @property {number[]} at row and column of the window's first value in the input without padding
 * @property {number[]} rows of the input under the window; below 0 or beyond the last in the padding
 * @property {number[]} columns likewise
 * @property {number[][]} window padding is minus infinity for a maximum, else 0
 * @property {boolean[][]} inside false in the padding
 * @property {number[] | null} chosen row and column of the maximum in the input; null for other poolings
 * @property {number | null} count what the sum is divided by; null for a maximum
 * @property {number} value
 */

/**
 * @param {Operation} operation a `conv2d` or `conv_transpose2d`
 * @param {Side[]} sides
 * @param {Tensor} input
 * @param {Record<string, Tensor | undefined>} weights
 * @param {number[]} index [filter, row, column]
 * @returns {WindowSum}
 */
export function windowSum(operation, sides, input, { weight, bias: biases }, [filter, ...place]) {
  if (!weight) throw new Error("a convolution needs its weight");
  const [rows, columns] = sides.map((side, which) => spanOf(side, place[which]));
  const { padding_mode: mode = "zeros" } = operation.options ?? {};
  const inside = insideOf(input, rows, columns);
  const channels = channelsOf(operation, input, weight, filter).map(({ channel, entry }) => {
    const window = windowOf(input, channel, rows, columns, mode, 0);
    const entries = rows.taps.map((row) => columns.taps.map((column) => at(weight, [...entry, row, column])));
    const products = window.map((line, row) => line.map((value, column) => value * entries[row][column]));
    const sum = products.flat().reduce((total, product) => total + product, 0);
    return { channel, at: cornerOf(rows, columns), window, weights: entries, products, inside, sum };
  });
  const bias = biases ? biases.data[filter] : null;
  // Product after product, as in the convolution itself: so rounding is the same too.
  const all = channels.flatMap(({ products }) => products.flat());
  const value = Math.fround(all.reduce((total, product) => total + product, bias ?? 0));
  return { kind: "sum", bias, rows: rows.places, columns: columns.places, channels, value };
}

/**
 * @param {Operation} operation a pooling, or a mean, sum or maximum over whole maps
 * @param {Side[]} sides
 * @param {Tensor} input
 * @param {number[]} index [channel, row, column], or [channel]
 * @returns {PoolingWork}
 */
export function poolingWork(operation, sides, input, [channel, ...place]) {
  const { op, options = {} } = operation;
  const [rows, columns] = sides.map((side, which) => spanOf(side, place[which] ?? 0));
  const isMaximum = op.includes("max");
  const inside = insideOf(input, rows, columns);
  const window = windowOf(input, channel, rows, columns, "zeros", isMaximum ? -Infinity : 0);
  const plain = { kind: /** @type {const} */ ("pool"), channel, at: cornerOf(rows, columns) };
  const shared = { ...plain, rows: rows.places, columns: columns.places, window, inside };
  if (isMaximum) {
    const value = window.flat().reduce((largest, one) => Math.max(largest, one), -Infinity);
    return { ...shared, chosen: placeOf(value, shared), count: null, value };
  }
  const counted = options.count_include_pad === false ? inside.flat().filter(Boolean).length : inside.flat().length;
  const count = op === "sum" ? 1 : (options.divisor_override ?? counted);
  const total = window.flat().reduce((sum, value) => sum + value, 0);
  // A window of nothing but padding is zero, whatever it is divided by.
  const value = Math.fround(inside.flat().includes(true) ? total / count : 0);
  return { ...shared, chosen: null, count, value };
}

/**
 * The channels that a filter reads, and where its kernel for each lies among the weights.
 * @param {Operation} operation
 * @param {Tensor} input
 * @param {Tensor} weight
 * @param {number} filter
 * @returns {{channel: number, entry: number[]}[]}
 */
function channelsOf({ op, options = {}, output }, input, weight, filter) {
  const { groups = 1 } = options;
  const depth = input.shape[0] / groups;
  const group = Math.floor((filter * groups) / output[0]);
  return Array.from({ length: depth }, (_, step) => {
    const channel = group * depth + step;
    // A transposed convolution's weights are sorted by the channel that is read, not by the filter.
    return { channel, entry: op === "conv2d" ? [filter, step] : [channel, filter % weight.shape[1]] };
  });
}

/** @param {Tensor} input @param {Span} rows @param {Span} columns @returns {boolean[][]} */
function insideOf({ shape: [, height, width] }, rows, columns) {
  return rows.places.map((row) => {
    return columns.places.map((column) => row >= 0 && row < height && column >= 0 && column < width);
  });
}

/**
 * @param {Tensor} input
 * @param {number} channel
 * @param {Span} rows
 * @param {Span} columns
 * @param {string} mode of the padding
 * @param {number} constant what stands in a padding of zeros
 * @returns {number[][]}
 */
function windowOf(input, channel, rows, columns, mode, constant) {
  const [, height, width] = input.shape;
  const sources = columns.places.map((column) => sourceRow(column, width, mode));
  return rows.places.map((place) => {
    const row = sourceRow(place, height, mode);
    return sources.map((column) => (row < 0 || column < 0 ? constant : at(input, [channel, row, column])));
  });
}

/** @param {Span} rows @param {Span} columns @returns {number[]} */
function cornerOf(rows, columns) {
  return [rows.places[0] ?? 0, columns.places[0] ?? 0];
}

/**
 * Where in the input the first value of a window lies that equals this one.
 * @param {number} value
 * @param {{rows: number[], columns: number[], window: number[][], inside: boolean[][]}} work
 * @returns {number[] | null}
 */
function placeOf(value, { rows, columns, window, inside }) {
  for (let row = 0; row < rows.length; row++) {
    for (let column = 0; column < columns.length; column++) {
      if (inside[row][column] && Object.is(window[row][column], value)) return [rows[row], columns[column]];
    }
  }
  return null;
}
