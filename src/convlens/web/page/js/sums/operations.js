// Every operation that the page computes itself, by the field's name. Dimensions are counted without the batch: 0 is
// the channel. What an operation's options are is said at its function.

import { ACTIVATIONS, activation, softmaxAlong } from "convlens/sums/activations.js";
import { conv2d, convTranspose2d } from "convlens/sums/convolution.js";
import { SIGNS, arithmetic, cat, permute, reduction } from "convlens/sums/joining.js";
import { linear } from "convlens/sums/linear.js";
import { batchNorm, ownStatistics } from "convlens/sums/normalisation.js";
import { pad } from "convlens/sums/padding.js";
import { adaptiveAvgPool2d, adaptiveMaxPool2d, avgPool2d, maxPool2d } from "convlens/sums/pooling.js";

/** @import {Operation, Tensor} from "convlens/sums/tensors.js" */
/** @typedef {(inputs: Tensor[], options: any, weights: Record<string, Tensor | undefined>) => Tensor} Compute */

/** Operations that give the same values a new shape, or do nothing at all: the operation's `output` says which. */
export const RESHAPING = ["flatten", "view", "reshape", "identity", "dropout"];

/** @type {Record<string, Compute>} */
const COMPUTE = {
  conv2d,
  conv_transpose2d: convTranspose2d,
  max_pool2d: maxPool2d,
  avg_pool2d: avgPool2d,
  adaptive_max_pool2d: adaptiveMaxPool2d,
  adaptive_avg_pool2d: adaptiveAvgPool2d,
  batch_norm: batchNorm,
  linear,
  pad,
  cat,
  permute,
  prelu: activation("prelu"),
  ...all(ACTIVATIONS, activation),
  ...all(["softmax", "log_softmax"], softmaxAlong),
  ...all(["layer_norm", "group_norm", "instance_norm"], ownStatistics),
  ...all(Object.keys(SIGNS), arithmetic),
  ...all(["mean", "sum", "amax"], reduction),
};

/**
 * Compute one operation as PyTorch does in evaluation.
 * @param {Operation} operation
 * @param {Tensor[]} inputs in the order of its `inputs`
 * @param {Record<string, Tensor>} tensors the network's weights by name
 * @returns {Tensor}
 */
export function compute(operation, inputs, tensors) {
  if (RESHAPING.includes(operation.op)) return { shape: operation.output, data: inputs[0].data };
  return COMPUTE[operation.op](inputs, operation.options ?? {}, weightsOf(operation, tensors));
}

/**
 * Whether the page can compute an operation.
 * @param {Operation} operation
 */
export function isKnown({ op, known = true }) {
  return known && (RESHAPING.includes(op) || Object.hasOwn(COMPUTE, op));
}

/**
 * An operation's own weights by what they are to it; those it does not have are missing.
 * @template {{shape: number[]}} T
 * @param {Operation} operation
 * @param {Record<string, T>} tensors
 * @returns {Record<string, T | undefined>}
 */
export function weightsOf({ weights = {} }, tensors) {
  return Object.fromEntries(
    Object.entries(weights).map(([role, name]) => [role, name === null ? undefined : tensors[name]]),
  );
}

/** @param {string[]} names @param {(op: string) => Compute} make @returns {Record<string, Compute>} */
function all(names, make) {
  return Object.fromEntries(names.map((name) => [name, make(name)]));
}
