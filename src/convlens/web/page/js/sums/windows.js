// Which rows and columns of its input one value of a convolution or a pooling is made from.

import { fromFront } from "convlens/sums/tensors.js";

/** @import {Operation} from "convlens/sums/tensors.js" */

/**
 * One side, rows or columns, of an operation that looks through windows.
 * @typedef {object} Side
 * @property {"slide" | "spread" | "share" | "all"} way how windows lie: beside each other by the stride; as a
 *   transposed convolution spreads its input; shared out evenly, as adaptive poolings do; or all of it at once
 * @property {number} size rows of the input
 * @property {number} output rows of the output
 * @property {number} kernel
 * @property {number} stride
 * @property {number} padding before the first row
 * @property {number} dilation
 * @property {number} end where windows are cut off: the row after the last row of padding
 */

/**
 * A window along one side.
 * @typedef {object} Span
 * @property {number[]} places rows of the input in ascending order; those below 0 or beyond the last lie in the padding
 * @property {number[]} taps for each of them the kernel's row that it meets
 */

const POOLS = ["max_pool2d", "avg_pool2d"];
const ADAPTIVE = ["adaptive_max_pool2d", "adaptive_avg_pool2d"];
const REDUCTIONS = ["mean", "sum", "amax"];

/**
 * The two sides of a convolution, a pooling, or a mean, sum or maximum over whole maps.
 * @param {Operation} operation
 * @param {number[]} input its input's shape
 * @param {number[]} [weight] its weight's shape
 * @returns {Side[] | null} rows and columns; null for an operation without windows over maps
 */
export function sidesOf(operation, input, weight) {
  const { op } = operation;
  if (input.length !== 3) return null;
  const isConvolution = (op === "conv2d" || op === "conv_transpose2d") && weight !== undefined;
  const overMaps = REDUCTIONS.includes(op) && reducesMaps(operation, input);
  if (!isConvolution && !overMaps && !POOLS.includes(op) && !ADAPTIVE.includes(op)) return null;
  return [0, 1].map((side) => {
    const size = input[1 + side];
    const output = overMaps ? 1 : operation.output[1 + side];
    return { way: wayOf(op), size, output, ...numbersOf(operation, side, size, weight) };
  });
}

/**
 * The window of one value.
 * @param {Side} side
 * @param {number} place its row (or column) in the output
 * @returns {Span}
 */
export function spanOf(side, place) {
  const { way, size, output, kernel, stride, padding, dilation, end } = side;
  if (way === "all") return counted(0, size);
  if (way === "share") return counted(...adaptiveWindow(place, size, output));
  const places = [];
  const taps = [];
  for (let step = 0; step < kernel; step++) {
    // A transposed convolution's rows come in the other order, and only every stride-th kernel row meets one.
    const slides = way === "slide";
    const tap = slides ? step : kernel - 1 - step;
    const row = slides ? place * stride - padding + dilation * tap : (place + padding - dilation * tap) / stride;
    if (!Number.isInteger(row) || row >= end) continue;
    places.push(row);
    taps.push(tap);
  }
  return { places, taps };
}

/**
 * The first row, and the row after the last one, that adaptive pooling reads for one row of its output.
 * @param {number} place
 * @param {number} size rows of the input
 * @param {number} output rows of the output
 * @returns {[number, number]}
 */
export function adaptiveWindow(place, size, output) {
  return [Math.floor((place * size) / output), Math.ceil(((place + 1) * size) / output)];
}

/** @param {number} start @param {number} end @returns {Span} */
function counted(start, end) {
  const places = Array.from({ length: end - start }, (_, step) => start + step);
  return { places, taps: places.map((_, step) => step) };
}

/** @param {string} op @returns {Side["way"]} */
function wayOf(op) {
  if (REDUCTIONS.includes(op)) return "all";
  if (ADAPTIVE.includes(op)) return "share";
  return op === "conv_transpose2d" ? "spread" : "slide";
}

/** @param {Operation} operation @param {number} side @param {number} size @param {number[]} [weight] */
function numbersOf({ op, options = {} }, side, size, weight) {
  const padding = options.padding ?? [0, 0, 0, 0];
  const isConvolution = op === "conv2d";
  const before = isConvolution ? padding[2 * side] : padding[side];
  return {
    kernel: weight ? weight[2 + side] : (options.kernel?.[side] ?? size),
    stride: options.stride?.[side] ?? 1,
    padding: before,
    dilation: options.dilation?.[side] ?? 1,
    // Only a pooling's window can hang over the padding, in ceil mode.
    end: POOLS.includes(op) ? size + before : Infinity,
  };
}

/** @param {Operation} operation @param {number[]} input */
function reducesMaps({ options = {} }, input) {
  const dims = (options.dims ?? []).map((/** @type {number} */ dimension) => fromFront(dimension, input)).sort();
  return dims.length === 2 && dims[0] === 1 && dims[1] === 2;
}
