// Where a value was before an operation that only moves values.

import { beforePermuting } from "convlens/sums/joining.js";
import { sourceRow } from "convlens/sums/padding.js";
import { fromFront, indexOf, offsetOf } from "convlens/sums/tensors.js";

/** @import {Operation} from "convlens/sums/tensors.js" */

/** Operations whose values are all values of their inputs, or constants. */
export const MOVES = ["flatten", "view", "reshape", "permute", "cat", "pad"];

/**
 * Where a value of one of `MOVES` came from.
 * @param {Operation} operation
 * @param {number[][]} shapes of its inputs
 * @param {number[]} index
 * @returns {{input: number, index: number[]} | null} which of its inputs, and the place there; null for a constant
 */
export function cameFrom(operation, shapes, index) {
  const { op, options = {}, output } = operation;
  if (op === "cat") return piece(shapes, fromFront(options.dim, index), index);
  if (op === "pad") return beforePadding(shapes[0], options, index);
  const before = op === "permute" ? beforePermuting(index, options.dims) : indexOf(shapes[0], offsetOf(output, index));
  return { input: 0, index: before };
}

/** @param {number[][]} shapes @param {number} dimension @param {number[]} index */
function piece(shapes, dimension, index) {
  let input = 0;
  let place = index[dimension];
  while (place >= shapes[input][dimension]) place -= shapes[input++][dimension];
  return { input, index: index.with(dimension, place) };
}

/** @param {number[]} shape @param {Record<string, any>} options @param {number[]} index */
function beforePadding([, height, width], { padding, mode = "constant" }, [channel, row, column]) {
  const [top, bottom, left, right] = padding;
  const down = sourceRow(row - top, height, mode, [top, bottom]);
  const across = sourceRow(column - left, width, mode, [left, right]);
  return down < 0 || across < 0 ? null : { input: 0, index: [channel, down, across] };
}
