// Normalisations, each of which comes down to `scale * x + shift`, and that of the picture itself.

import { around, count, zeros } from "convlens/sums/tensors.js";

/** @import {Tensor} from "convlens/sums/tensors.js" */
/** @typedef {Record<string, Tensor | undefined>} Weights */
/** @typedef {{eps: number, dimensions?: number, groups?: number}} OwnOptions */

/**
 * What a value is normalised with: `scale = weight / sqrt(variance + eps)`, `shift = bias - mean * scale`.
 * @typedef {object} Normalisation
 * @property {number} mean
 * @property {number} variance
 * @property {number} eps
 * @property {number} weight
 * @property {number} bias
 * @property {number} scale
 * @property {number} shift
 */

/**
 * A network's input from a picture's pixels: mean 0 and deviation 1 over the training pictures.
 * @param {ArrayLike<number>} pixels 0 to 255, in the order of the shape
 * @param {number[]} shape [C, H, W]
 * @param {number[]} mean per channel, in units of 0 to 1
 * @param {number[]} std per channel, likewise
 * @returns {Tensor}
 */
export function normalise(pixels, shape, mean, std) {
  const { inner } = around(shape, 0);
  const output = zeros(shape);
  for (let place = 0; place < output.data.length; place++) {
    const channel = Math.floor(place / inner);
    output.data[place] = (pixels[place] / 255 - mean[channel]) / std[channel];
  }
  return output;
}

/**
 * Batch normalisation in evaluation: with the mean and the variance kept from training.
 * @param {Tensor[]} inputs [C, ...]
 * @param {{eps: number}} options
 * @param {Weights} weights `running_mean`, `running_var`, and perhaps `weight` and `bias`, each [C]
 * @returns {Tensor}
 */
export function batchNorm([input], options, weights) {
  return scaled(input, around(input.shape, 0).inner, (channel) => batchNormOf(channel, options, weights));
}

/**
 * The numbers of one channel of a batch normalisation.
 * @param {number} channel
 * @param {{eps: number}} options
 * @param {Weights} weights
 * @returns {Normalisation}
 */
export function batchNormOf(channel, { eps }, { running_mean: mean, running_var: variance, weight, bias }) {
  if (!mean || !variance) throw new Error("a batch normalisation needs its running statistics");
  return normalisation(mean.data[channel], variance.data[channel], eps, weight?.data[channel], bias?.data[channel]);
}

/**
 * Layer, group and instance normalisation: with the mean and the variance of the values themselves.
 * @param {string} op `layer_norm` {dimensions, eps}, the last ones together; `group_norm` {groups, eps}, of channels;
 *   `instance_norm` {eps}, each channel alone
 * @returns {(inputs: Tensor[], options: OwnOptions, weights: Weights) => Tensor}
 */
export function ownStatistics(op) {
  return ([input], options, weights) => {
    const { size, run } = groupsOf(op, input.shape, options);
    const statistics = Array.from({ length: input.data.length / size }, (_, group) => statisticsOf(input, group, size));
    return scaled(input, run, (index) => {
      const { mean, variance } = statistics[Math.floor((index * run) / size)];
      const place = weightPlace(op, index, size);
      return normalisation(mean, variance, options.eps, weights.weight?.data[place], weights.bias?.data[place]);
    });
  };
}

/**
 * The numbers that one value of a layer, group or instance normalisation is normalised with.
 * @param {string} op
 * @param {Tensor} input
 * @param {number} offset of the value
 * @param {OwnOptions} options
 * @param {Weights} weights
 * @returns {Normalisation}
 */
export function ownStatisticsOf(op, input, offset, options, weights) {
  const { size, run } = groupsOf(op, input.shape, options);
  const { mean, variance } = statisticsOf(input, Math.floor(offset / size), size);
  const place = weightPlace(op, Math.floor(offset / run), size);
  return normalisation(mean, variance, options.eps, weights.weight?.data[place], weights.bias?.data[place]);
}

/**
 * How many neighbouring values share their statistics (`size`), and how many their scale and shift too (`run`).
 * @param {string} op
 * @param {number[]} shape
 * @param {{dimensions?: number, groups?: number}} options
 */
function groupsOf(op, shape, { dimensions = 1, groups = 1 }) {
  if (op === "layer_norm") return { size: count(shape.slice(shape.length - dimensions)), run: 1 };
  const run = around(shape, 0).inner;
  return { size: op === "group_norm" ? (shape[0] / groups) * run : run, run };
}

/**
 * Layers have a weight per place, the others one per channel.
 * @param {string} op
 * @param {number} run
 * @param {number} size
 */
function weightPlace(op, run, size) {
  return op === "layer_norm" ? run % size : run;
}

/** @param {Tensor} input @param {number} group @param {number} size */
function statisticsOf({ data }, group, size) {
  const values = data.subarray(group * size, (group + 1) * size);
  const mean = values.reduce((sum, value) => sum + value, 0) / size;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size;
  return { mean, variance };
}

/**
 * Scale and shift each run of values by numbers of its own.
 * @param {Tensor} input
 * @param {number} run how many neighbouring values share them
 * @param {(index: number) => Normalisation} numbers
 */
function scaled(input, run, numbers) {
  const output = zeros(input.shape);
  for (let start = 0; start < input.data.length; start += run) {
    const { scale, shift } = numbers(start / run);
    for (let place = start; place < start + run; place++) output.data[place] = input.data[place] * scale + shift;
  }
  return output;
}

/**
 * @param {number} mean
 * @param {number} variance
 * @param {number} eps
 * @param {number} [weight]
 * @param {number} [bias]
 * @returns {Normalisation}
 */
function normalisation(mean, variance, eps, weight = 1, bias = 0) {
  const scale = weight / Math.sqrt(variance + eps);
  return { mean, variance, eps, weight, bias, scale, shift: bias - mean * scale };
}
