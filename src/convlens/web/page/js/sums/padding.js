// What stands around a map.

import { zeros } from "convlens/sums/tensors.js";

/** @import {Tensor} from "convlens/sums/tensors.js" */

/**
 * The row of the map whose value stands at a row of the padded map.
 * @param {number} row counted in the map; below 0 or beyond the last in the padding
 * @param {number} size rows of the map
 * @param {string} mode `zeros` or `constant`, `reflect`, `replicate`, `circular`: PyTorch's names
 * @param {number[]} [sides] of the padding, before and after; below zero where rows of the map are cut away
 * @returns {number} -1 where a constant stands
 */
export function sourceRow(row, size, mode, sides = [0, 0]) {
  if (mode === "circular") return wrapped(row, size, sides);
  if (row >= 0 && row < size) return row;
  if (mode === "reflect") return row < 0 ? -row : 2 * (size - 1) - row;
  if (mode === "replicate") return row < 0 ? 0 : size - 1;
  return -1;
}

/**
 * What is cut away is gone before the rest is repeated.
 * @param {number} row
 * @param {number} size
 * @param {number[]} sides
 */
function wrapped(row, size, sides) {
  const [first, end] = [Math.max(0, -sides[0]), size - Math.max(0, -sides[1])];
  const length = end - first;
  return first + ((((row - first) % length) + length) % length);
}

/**
 * A map with padding around each channel: F.pad over rows and columns.
 * @param {Tensor[]} inputs maps [C, H, W]
 * @param {{padding: number[], mode?: string, value?: number}} options padding: [top, bottom, left, right], below zero
 *   to cut away; mode: see `sourceRow`; value: what stands in constant padding
 * @returns {Tensor}
 */
export function pad([input], { padding: [top, bottom, left, right], mode = "constant", value = 0 }) {
  const [channels, height, width] = input.shape;
  const output = zeros([channels, height + top + bottom, width + left + right]);
  const rows = sources(height, [top, bottom], mode);
  const columns = sources(width, [left, right], mode);
  let place = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (const row of rows) {
      const start = (channel * height + row) * width;
      for (const column of columns) output.data[place++] = row < 0 || column < 0 ? value : input.data[start + column];
    }
  }
  return output;
}

/** @param {number} size @param {number[]} sides @param {string} mode */
function sources(size, sides, mode) {
  const length = size + sides[0] + sides[1];
  return Array.from({ length }, (_, step) => sourceRow(step - sides[0], size, mode, sides));
}
