// The lecture's seven filters and five more, and what a filter makes of a picture. The rules and the seven matrices are
// those of `convlens filters`: the picture's border is repeated outwards, and the result is rounded and clipped to 0..255.

import { rowsFrom, tensor } from "convlens/lecture/matrices.js";
import { conv2d } from "convlens/sums/convolution.js";

/** @import { Grey } from "convlens/parts/samples.js" */

/**
 * A filter's matrix in whole numbers where it can be, and what they are divided by.
 * @typedef {object} Kernel
 * @property {number[][]} entries     3 x 3 or 5 x 5
 * @property {number} divisor
 */

/** In the lecture's order, and the others after them. */
export const KERNELS = {
  identity: { entries: rowsFrom("0 0 0; 0 1 0; 0 0 0"), divisor: 1 },
  diagonal: { entries: rowsFrom("1 0 -1; 0 0 0; -1 0 1"), divisor: 1 },
  edges4: { entries: rowsFrom("0 1 0; 1 -4 1; 0 1 0"), divisor: 1 },
  edges8: { entries: rowsFrom("-1 -1 -1; -1 8 -1; -1 -1 -1"), divisor: 1 },
  sharpen: { entries: rowsFrom("0 -1 0; -1 5 -1; 0 -1 0"), divisor: 1 },
  box: { entries: rowsFrom("1 1 1; 1 1 1; 1 1 1"), divisor: 9 },
  gaussian: { entries: rowsFrom("1 2 1; 2 4 2; 1 2 1"), divisor: 16 },
  emboss: { entries: rowsFrom("-2 -1 0; -1 1 1; 0 1 2"), divisor: 1 },
  sobelTop: { entries: rowsFrom("1 2 1; 0 0 0; -1 -2 -1"), divisor: 1 },
  sobelBottom: { entries: rowsFrom("-1 -2 -1; 0 0 0; 1 2 1"), divisor: 1 },
  sobelLeft: { entries: rowsFrom("1 0 -1; 2 0 -2; 1 0 -1"), divisor: 1 },
  sobelRight: { entries: rowsFrom("-1 0 1; -2 0 2; -1 0 1"), divisor: 1 },
};

/** @typedef {keyof typeof KERNELS} KernelName */
export const KERNEL_NAMES = /** @type {KernelName[]} */ (Object.keys(KERNELS));

/**
 * Slide a filter over a picture.
 * @param {Grey} grey
 * @param {Kernel} kernel
 * @returns {Float32Array} the sums of products, divided; neither rounded nor clipped
 */
export function filtered({ width, height, pixels }, { entries, divisor }) {
  const picture = { shape: [1, height, width], data: Float32Array.from(pixels) };
  const padding = Array(4).fill((entries.length - 1) / 2);
  const sums = conv2d([picture], { padding, padding_mode: "replicate" }, { weight: tensor(entries, 2) });
  return sums.data.map((sum) => sum / divisor);
}

/**
 * What an answer is shown as: 0 to 255. Where the matrix adds up to 0 (or less) an answer has a sign, and its size is
 * shown, so that both kinds of edge are bright.
 * @param {number} value
 * @param {Kernel} kernel
 */
export function shown(value, kernel) {
  const size = losesSign(kernel) ? Math.abs(value) : value;
  return Math.min(255, Math.max(0, Math.round(size)));
}

/** @param {Kernel} kernel */
export function losesSign(kernel) {
  return total(kernel) < 1e-9; // 0.1 and -0.1 may not cancel to the last bit
}

/**
 * What the weights add up to: 1 keeps the brightness, 0 leaves nothing of an even ground.
 * @param {Kernel} kernel
 */
export function total({ entries, divisor }) {
  return entries.flat().reduce((sum, entry) => sum + entry, 0) / divisor;
}

/**
 * A matrix with more or fewer rows around the same middle.
 * @param {number[][]} entries
 * @param {number} side
 * @returns {number[][]}
 */
export function resized(entries, side) {
  const shift = (entries.length - side) / 2;
  const places = Array.from({ length: side }, (_, place) => place + shift);
  return places.map((row) => places.map((column) => entries[row]?.[column] ?? 0));
}
