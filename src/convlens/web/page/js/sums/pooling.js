// Poolings of one picture's maps: nn.MaxPool2d, nn.AvgPool2d and the adaptive ones. Pairs are [rows, columns].

import { outputSize } from "convlens/sums/sizes.js";
import { zeros } from "convlens/sums/tensors.js";
import { adaptiveWindow } from "convlens/sums/windows.js";

/** @import {Tensor} from "convlens/sums/tensors.js" */

/**
 * @typedef {object} PoolingOptions
 * @property {number[]} kernel
 * @property {number[]} [stride] the kernel where none is given
 * @property {number[]} [padding]
 * @property {number[]} [dilation] of a maximum pooling
 * @property {boolean} [ceil_mode] whether a last window may hang over the edge
 * @property {boolean} [count_include_pad] whether an average counts the padding's zeros
 * @property {number | null} [divisor_override] what an average divides by instead
 */

/** A window's rows: those in the map, and how many there are with the padding. */
/** @typedef {{first: number, end: number, step: number, counted: number}} Rows */

/**
 * nn.MaxPool2d: the largest value of each window. Padding is minus infinity: it never wins.
 * @param {Tensor[]} inputs maps [C, H, W]
 * @param {PoolingOptions} options
 * @returns {Tensor}
 */
export function maxPool2d([input], options) {
  return pooled(input, windows(input, options), largest);
}

/**
 * nn.AvgPool2d: the mean of each window, whose padding is zeros that count unless `count_include_pad` is false.
 * @param {Tensor[]} inputs maps [C, H, W]
 * @param {PoolingOptions} options
 * @returns {Tensor}
 */
export function avgPool2d([input], options) {
  const { count_include_pad: withPadding = true, divisor_override: divisor } = options;
  return pooled(input, windows(input, options), (map, width, rows, columns) => {
    const inside = (rows.end - rows.first) * (columns.end - columns.first);
    const counted = withPadding ? rows.counted * columns.counted : inside;
    return inside > 0 ? total(map, width, rows, columns) / (divisor ?? counted) : 0;
  });
}

/**
 * nn.AdaptiveMaxPool2d: maxima of windows shared out evenly.
 * @param {Tensor[]} inputs maps [C, H, W]
 * @param {{output: (number | null)[]}} options rows and columns asked for; null for those of the input
 * @returns {Tensor}
 */
export function adaptiveMaxPool2d([input], { output }) {
  return pooled(input, sharedWindows(input, output), largest);
}

/**
 * nn.AdaptiveAvgPool2d: means of windows shared out evenly.
 * @param {Tensor[]} inputs maps [C, H, W]
 * @param {{output: (number | null)[]}} options rows and columns asked for; null for those of the input
 * @returns {Tensor}
 */
export function adaptiveAvgPool2d([input], { output }) {
  return pooled(input, sharedWindows(input, output), (map, width, rows, columns) => {
    return total(map, width, rows, columns) / (rows.counted * columns.counted);
  });
}

/**
 * @param {Tensor} input
 * @param {Rows[][]} windows of the rows and of the columns
 * @param {(map: Float32Array, width: number, rows: Rows, columns: Rows) => number} take the value of a window
 */
function pooled({ shape: [channels, height, width], data }, [rows, columns], take) {
  const output = zeros([channels, rows.length, columns.length]);
  let place = 0;
  for (let channel = 0; channel < channels; channel++) {
    const map = data.subarray(channel * height * width, (channel + 1) * height * width);
    for (const row of rows) {
      for (const column of columns) output.data[place++] = take(map, width, row, column);
    }
  }
  return output;
}

/** @param {Float32Array} map @param {number} width @param {Rows} rows @param {Rows} columns */
function largest(map, width, rows, columns) {
  let found = -Infinity;
  for (let row = rows.first; row < rows.end; row += rows.step) {
    for (let column = columns.first; column < columns.end; column += columns.step) {
      const value = map[row * width + column];
      if (value > found || Number.isNaN(value)) found = value;
    }
  }
  return found;
}

/** @param {Float32Array} map @param {number} width @param {Rows} rows @param {Rows} columns */
function total(map, width, rows, columns) {
  let sum = 0;
  for (let row = rows.first; row < rows.end; row++) {
    for (let column = columns.first; column < columns.end; column++) sum += map[row * width + column];
  }
  return sum;
}

/** @param {Tensor} input @param {PoolingOptions} options @returns {Rows[][]} */
function windows({ shape }, options) {
  const { kernel, stride = kernel, padding = [0, 0], dilation = [1, 1], ceil_mode: ceil = false } = options;
  return [0, 1].map((side) => {
    const [size, k, s, p, d] = [shape[1 + side], kernel[side], stride[side], padding[side], dilation[side]];
    return Array.from({ length: outputSize(size, k, s, p, d, ceil) }, (_, place) => {
      const start = place * s - p;
      const end = Math.min(start + d * (k - 1) + 1, size + p); // it may hang over the edge, but not over the padding
      const first = start < 0 ? start + d * Math.ceil(-start / d) : start;
      return { first, end: Math.max(first, Math.min(end, size)), step: d, counted: end - start };
    });
  });
}

/** @param {Tensor} input @param {(number | null)[]} output @returns {Rows[][]} */
function sharedWindows({ shape }, output) {
  return [0, 1].map((side) => {
    const size = shape[1 + side];
    const length = output[side] ?? size;
    return Array.from({ length }, (_, place) => {
      const [first, end] = adaptiveWindow(place, size, length);
      return { first, end, step: 1, counted: end - first };
    });
  });
}
