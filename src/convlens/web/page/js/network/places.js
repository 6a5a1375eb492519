// Which operation is open, which of its values is worked out, and what both are called.

import { t } from "convlens/i18n/index.js";
import { network } from "convlens/network/shared.js";
import { count, indexOf, offsetOf } from "convlens/sums/tensors.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Tensor } from "convlens/sums/tensors.js" */

/** The operation that is open: the one of the address, or the first convolution. @param {Run} run */
export function openLayer({ operations }) {
  const { layer } = network.values;
  if (operations[layer]) return layer;
  return operations.find(({ op }) => op === "conv2d")?.id ?? Math.min(1, operations.length - 1);
}

/**
 * A shape as maps: [channels, height, width]; neurons are maps of one value each.
 * @param {number[]} shape
 */
export function mapsOf(shape) {
  if (shape.length === 3) return shape;
  return shape.length === 2 ? [1, ...shape] : [count(shape), 1, 1];
}

/**
 * A place that the tensor has, its largest value where none is named.
 * @param {number[]} at
 * @param {Tensor} tensor
 * @returns {number[]} [channel, row, column]
 */
export function within(at, { shape, data }) {
  const sides = mapsOf(shape);
  if (at.every((place) => place >= 0)) return at.map((place, side) => Math.min(place, sides[side] - 1));
  let best = 0;
  for (let place = 1; place < data.length; place++) if (data[place] > data[best]) best = place;
  return indexOf(sides, best);
}

/**
 * @param {number[]} at       [channel, row, column]
 * @param {number[]} shape
 * @returns {number[]} the same place as the tensor counts it
 */
export function indexAt(at, shape) {
  return indexOf(shape, offsetOf(mapsOf(shape), at));
}

/**
 * Show how a value came about.
 * @param {Run} run
 * @param {number} id         of the operation
 * @param {number[]} index    of the value, as the tensor counts it
 */
export function goTo({ operations }, id, index) {
  const { output } = operations[id];
  network.change({ layer: id, at: indexOf(mapsOf(output), offsetOf(output, index)) });
}

/** @param {{op: string, name: string}} operation */
export function nameOf({ op, name }) {
  if (op === "picture") return t("op.picture");
  return name.startsWith(op) ? name : `${name} (${op})`;
}
