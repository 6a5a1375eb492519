// From the logits of a picture to what the network answers.

import { softmax } from "convlens/sums/activations.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Tensor } from "convlens/sums/tensors.js" */

/**
 * @typedef {object} Answers
 * @property {number[]} logits          of the picture, or the mean of those and of its mirror image's
 * @property {number[]} shares          the probabilities
 * @property {number[]} alone           those from this picture alone
 * @property {boolean} isMirrored       whether the mirror image takes part
 */

/** @param {ArrayLike<number>} logits @returns {number[]} */
export function sharesOf(logits) {
  return Array.from(softmax({ shape: [logits.length], data: Float32Array.from(logits) }).data);
}

/**
 * The answer of `convlens predict`, which takes the mirror image too if the run was trained so.
 * @param {Run} run
 * @param {Map<number, Tensor>} values
 * @param {Map<number, Uint8Array>} masks      with dropout as in training a picture stands for itself
 * @param {() => Map<number, Tensor>} mirror   the values of the mirror image
 * @returns {Answers | null} null where the page cannot compute the logits
 */
export function answersOf({ answer, mirror: takesMirror }, values, masks, mirror) {
  const own = answer === null ? undefined : values.get(answer)?.data;
  if (!own || answer === null) return null;
  const other = takesMirror && masks.size === 0 ? mirror().get(answer)?.data : undefined;
  const logits = Array.from(own, (value, place) => (other ? (value + other[place]) / 2 : value));
  return { logits, shares: sharesOf(logits), alone: sharesOf(own), isMirrored: other !== undefined };
}
