// Dropout as in training: some units are silenced, the others made larger to make up for them. In evaluation, as the
// page computes by default, dropout changes nothing.

import { around, count, zeros } from "convlens/sums/tensors.js";

/** @import {Operation, Tensor} from "convlens/sums/tensors.js" */

/**
 * Which units stay in a training step, for every dropout of a network.
 * @param {Operation[]} operations
 * @param {number} seed a whole number; another one, other units
 * @returns {Map<number, Uint8Array>} by the operation's id, for each of its values 1 (stays) or 0 (out)
 */
export function dropoutMasks(operations, seed) {
  const dropouts = operations.filter(({ op }) => op === "dropout");
  return new Map(dropouts.map((operation) => [operation.id, maskOf(operation, seed)]));
}

/**
 * Silence units, and multiply the others by 1 / (1 - p), so that the next layer's sum stays the same on average.
 * @param {Tensor} input
 * @param {{p: number}} options
 * @param {Uint8Array} mask
 * @returns {Tensor}
 */
export function dropUnits(input, { p }, mask) {
  const output = zeros(input.shape);
  const scale = dropoutScale(p);
  for (let place = 0; place < mask.length; place++) output.data[place] = mask[place] ? input.data[place] * scale : 0;
  return output;
}

/** What remains is multiplied by this. @param {number} p */
export function dropoutScale(p) {
  return 1 / (1 - p);
}

/** @param {Operation} operation @param {number} seed */
function maskOf({ id, output, options = {} }, seed) {
  const run = options.channels ? around(output, 0).inner : 1; // nn.Dropout2d silences whole channels
  return Uint8Array.from({ length: count(output) }, (_, place) => {
    return chance(seed, id, Math.floor(place / run)) >= options.p ? 1 : 0;
  });
}

/**
 * A number from 0 to 1, the same each time for the same three whole numbers; mixed as in the last step of MurmurHash3
 * (Austin Appleby, public domain).
 * @param {number} seed
 * @param {number} id
 * @param {number} place
 */
function chance(seed, id, place) {
  let bits = 0;
  for (const number of [seed, id, place]) {
    bits = (bits ^ number) + 0x9e3779b9;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    bits ^= bits >>> 16;
  }
  return (bits >>> 0) / 2 ** 32;
}
