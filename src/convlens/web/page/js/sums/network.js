// Run a network's operations on a picture.

import { dropUnits } from "convlens/sums/dropout.js";
import { compute, isKnown } from "convlens/sums/operations.js";

/** @import {DropoutOptions} from "convlens/sums/dropout.js" */
/** @import {Operation, Tensor} from "convlens/sums/tensors.js" */

/**
 * The values of every operation that the page can compute; one that is not known, and what depends on it, is left out.
 * @param {Operation[]} operations in the order of their ids, the picture being the first
 * @param {Record<string, Tensor>} tensors the weights by name
 * @param {Tensor} picture normalised
 * @param {object} [already]
 * @param {Map<number, Tensor>} [already.values] values that are not to be computed: PyTorch's, of operations that the page
 *   does not know
 * @param {Map<number, Uint8Array>} [already.masks] dropout as in training, see `dropoutMasks`
 * @returns {Map<number, Tensor>} by the operation's id
 */
export function runNetwork(operations, tensors, picture, { values: given = new Map(), masks = new Map() } = {}) {
  /** @type {Map<number, Tensor>} */
  const values = new Map();
  for (const operation of operations) {
    const value = valueOf(operation, values, tensors, picture, given, masks);
    if (value) values.set(operation.id, value);
  }
  return values;
}

/**
 * @param {Operation} operation
 * @param {Map<number, Tensor>} values so far
 * @param {Record<string, Tensor>} tensors
 * @param {Tensor} picture
 * @param {Map<number, Tensor>} given
 * @param {Map<number, Uint8Array>} masks
 * @returns {Tensor | undefined}
 */
function valueOf(operation, values, tensors, picture, given, masks) {
  if (operation.op === "picture") return picture;
  const already = given.get(operation.id);
  if (already || !isKnown(operation)) return already;
  const inputs = operation.inputs.map((id) => values.get(id)).filter((value) => value !== undefined);
  if (inputs.length < operation.inputs.length) return undefined;
  const mask = masks.get(operation.id);
  if (!mask) return compute(operation, inputs, tensors);
  return dropUnits(inputs[0], /** @type {DropoutOptions} */ (operation.options), mask);
}
