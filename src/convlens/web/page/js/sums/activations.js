// Activations: what is done to each value alone, and softmax, which weighs values against each other.

import { around, zeros } from "convlens/sums/tensors.js";

/** @import {Tensor} from "convlens/sums/tensors.js" */
/** @typedef {Record<string, Tensor | undefined>} Weights */

// The constants of "Self-normalizing neural networks" (Klambauer and others, 2017).
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** What SELU makes of a value far below zero. */
export const SELU_FLOOR = -SELU_SCALE * SELU_ALPHA;

/**
 * PyTorch's activations by name: from an operation's options, the function of one value.
 * @type {Record<string, (options: Record<string, any>) => (x: number) => number>}
 */
const FUNCTIONS = {
  relu: () => (x) => (x < 0 ? 0 : x),
  relu6: () => (x) => Math.min(Math.max(x, 0), 6),
  leaky_relu: ({ slope }) => (x) => (x > 0 ? x : slope * x),
  elu: ({ alpha }) => (x) => (x > 0 ? x : alpha * Math.expm1(x)),
  selu: () => (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
  gelu: ({ approximate }) => (approximate === "tanh" ? geluByTanh : (x) => x * shareBelow(x)),
  silu: () => (x) => x * sigmoid(x),
  sigmoid: () => sigmoid,
  tanh: () => Math.tanh,
  hardswish: () => (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  hardsigmoid: () => (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
  softplus: ({ beta, threshold }) => (x) => (x * beta > threshold ? x : Math.log1p(Math.exp(x * beta)) / beta),
  mish: () => (x) => x * Math.tanh(x > 20 ? x : Math.log1p(Math.exp(x))),
};

/** The names of the activations that need no weights. */
export const ACTIVATIONS = Object.keys(FUNCTIONS);

/**
 * An activation as a function of one value.
 * @param {string} op one of `ACTIVATIONS`, or `prelu`
 * @param {Record<string, any>} options `leaky_relu` {slope}, `elu` {alpha}, `gelu` {approximate}, `softplus` {beta,
 *   threshold}; nothing for the others
 * @param {Weights} weights of `prelu`: `weight`, one slope for all channels or one for each
 * @param {number} channel
 * @returns {(x: number) => number}
 */
export function activationOf(op, options, weights, channel) {
  if (op !== "prelu") return FUNCTIONS[op](options);
  const slopes = weights.weight?.data ?? [];
  return FUNCTIONS.leaky_relu({ slope: slopes[slopes.length > 1 ? channel : 0] });
}

/**
 * An activation as an operation.
 * @param {string} op one of `ACTIVATIONS`, or `prelu`
 * @returns {(inputs: Tensor[], options: Record<string, any>, weights: Weights) => Tensor}
 */
export function activation(op) {
  return ([input], options, weights) => {
    const output = zeros(input.shape);
    const { outer, inner } = { outer: input.shape[0], inner: around(input.shape, 0).inner };
    for (let channel = 0; channel < outer; channel++) {
      const change = activationOf(op, options, weights, channel);
      for (let place = channel * inner; place < (channel + 1) * inner; place++) {
        output.data[place] = change(input.data[place]);
      }
    }
    return output;
  };
}

/**
 * Probabilities from logits: `exp(x) / sum of exp`, over the last dimension.
 * @param {Tensor} logits
 * @returns {Tensor}
 */
export function softmax(logits) {
  return softmaxAlong("softmax")([logits], { dim: -1 });
}

/**
 * Softmax, or its logarithm, over one dimension.
 * @param {string} op `softmax` or `log_softmax`
 * @returns {(inputs: Tensor[], options: {dim: number}) => Tensor}
 */
export function softmaxAlong(op) {
  return ([input], { dim }) => {
    const output = zeros(input.shape);
    const { outer, length, inner } = around(input.shape, dim);
    for (let row = 0; row < outer * inner; row++) {
      const start = Math.floor(row / inner) * length * inner + (row % inner);
      const { largest, total } = softmaxParts(input, start, inner, length);
      for (let step = 0; step < length; step++) {
        const place = start + step * inner;
        const shifted = input.data[place] - largest;
        output.data[place] = op === "softmax" ? Math.exp(shifted) / total : shifted - Math.log(total);
      }
    }
    return output;
  };
}

/**
 * What softmax divides by: the largest value is taken off first, which changes nothing but that exp cannot overflow.
 * @param {Tensor} input
 * @param {number} start offset of the first value
 * @param {number} stride offsets between values
 * @param {number} length
 */
export function softmaxParts({ data }, start, stride, length) {
  let largest = -Infinity;
  for (let step = 0; step < length; step++) largest = Math.max(largest, data[start + step * stride]);
  let total = 0;
  for (let step = 0; step < length; step++) total += Math.exp(data[start + step * stride] - largest);
  return { largest, total };
}

/**
 * In two forms, so that exp does not overflow.
 * @param {number} x
 */
function sigmoid(x) {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** @param {number} x */
function geluByTanh(x) {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/**
 * The share of the standard normal distribution below x, exact to double precision's last digits.
 * @param {number} x
 */
export function shareBelow(x) {
  return x < 0 ? shareAbove(-x) : 1 - shareAbove(x);
}

/**
 * The share above x, not negative: half the complementary error function of x / sqrt(2). Near 0 by the series
 * erf(z) = 2/sqrt(pi) exp(-z^2) (z + 2z^3/3 + 4z^5/15 + ...), further out by the continued fraction of erfc, whose
 * small result the series' 1 - erf would lose. Both: NIST Digital Library of Mathematical Functions, 7.6.2 and 7.9.1.
 * @param {number} x
 */
function shareAbove(x) {
  const z = x / Math.SQRT2;
  const bell = Math.exp(-z * z) / Math.sqrt(Math.PI);
  if (z < 2) {
    let term = z;
    let sum = z;
    for (let step = 1; term > sum * 1e-17; step++) {
      term *= (2 * z * z) / (2 * step + 1);
      sum += term;
    }
    return 0.5 - bell * sum;
  }
  let fraction = z;
  for (let step = 60; step > 0; step--) fraction = z + step / 2 / fraction;
  return bell / fraction / 2;
}
