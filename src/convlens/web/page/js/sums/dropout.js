// Dropout as in training: some units are silenced, the others made larger to make up for them. In evaluation, as the
// page computes by default, dropout changes nothing.

import { SELU_FLOOR } from "convlens/sums/activations.js";
import { around, count, zeros } from "convlens/sums/tensors.js";

/** @import {Operation, Tensor} from "convlens/sums/tensors.js" */
/** @typedef {{p: number, channels?: boolean, alpha?: boolean}} DropoutOptions alpha: as nn.AlphaDropout does */

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
 * Silence units, and change the others to make up for them.
 * @param {Tensor} input
 * @param {DropoutOptions} options
 * @param {Uint8Array} mask
 * @returns {Tensor}
 */
export function dropUnits(input, options, mask) {
  const output = zeros(input.shape);
  const { scale, shift, silent } = dropoutParts(options);
  for (let place = 0; place < mask.length; place++) {
    output.data[place] = mask[place] ? input.data[place] * scale + shift : silent;
  }
  return output;
}

/**
 * What becomes of a unit that stays, `scale * x + shift`, and of one that is out. A usual dropout keeps the next
 * layer's sum the same on average; an alpha dropout keeps mean 0 and variance 1, as selu does, by silencing with selu's floor
 * ("Self-normalizing neural networks", Klambauer and others, 2017).
 * @param {DropoutOptions} options
 * @returns {{scale: number, shift: number, silent: number}}
 */
export function dropoutParts({ p, alpha = false }) {
  if (p >= 1) return { scale: 0, shift: 0, silent: 0 };
  if (!alpha) return { scale: 1 / (1 - p), shift: 0, silent: 0 };
  const scale = 1 / Math.sqrt((1 - p) * (1 + p * SELU_FLOOR ** 2));
  const shift = -scale * p * SELU_FLOOR;
  return { scale, shift, silent: scale * SELU_FLOOR + shift };
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
