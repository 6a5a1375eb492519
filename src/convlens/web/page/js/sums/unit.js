// How one value came about: the windows, products and sums behind it, from the values and weights of a network.

import { ACTIVATIONS, activationOf, softmaxParts } from "convlens/sums/activations.js";
import { dropoutParts } from "convlens/sums/dropout.js";
import { SIGNS, stretched } from "convlens/sums/joining.js";
import { batchNormOf, ownStatisticsOf } from "convlens/sums/normalisation.js";
import { RESHAPING, isKnown, weightsOf } from "convlens/sums/operations.js";
import { MOVES, cameFrom } from "convlens/sums/origins.js";
import { around, at, fromFront, indexOf, offsetOf } from "convlens/sums/tensors.js";
import { poolingWork, windowSum } from "convlens/sums/unit_windows.js";
import { sidesOf } from "convlens/sums/windows.js";

/** @import {DropoutOptions} from "convlens/sums/dropout.js" */
/** @import {Operation, Tensor} from "convlens/sums/tensors.js" */
/** @import {PoolingWork, WindowSum} from "convlens/sums/unit_windows.js" */

/**
 * A neuron of a linear layer: `value = bias + sum of products`.
 * @typedef {object} LinearSum
 * @property {"linear"} kind
 * @property {number | null} bias
 * @property {number[]} inputs
 * @property {number[]} weights
 * @property {number[]} products
 * @property {number[] | null} maps the shape [C, H, W] of the maps that the inputs were before they were flattened
 * @property {number} value
 */

/**
 * One value changed on its own, or with the others' help: batch normalisation, activation, softmax, dropout.
 * @typedef {object} Change
 * @property {"change"} kind
 * @property {number} from the value before
 * @property {Record<string, number>} parts the numbers that do it: of a normalisation {mean, variance, eps, weight,
 *   bias, scale, shift}, of softmax {largest, total}, of dropout in training {kept: 0 or 1, scale, shift,
 *   silent}, else the options
 * @property {number} value
 */

/**
 * A value that is made from single values of other operations, or is one of them (`flatten`, `cat`, ...).
 * @typedef {object} Combined
 * @property {"combined"} kind
 * @property {{id: number, index: number[], value: number}[]} parts none for a constant of a padding
 * @property {number | null} scalar the number of `x + number`
 * @property {boolean} reversed whether the number comes first
 * @property {number} value
 */

/** A value that is not worked out: the picture's, or one of an operation that the page does not know. */
/** @typedef {{kind: "given", value: number}} Given */

/** @typedef {{op: string} & (WindowSum | PoolingWork | LinearSum | Change | Combined | Given)} Work */
/** @typedef {Record<string, Tensor | undefined>} Weights */

/**
 * Work out one value.
 * @param {Operation[]} operations
 * @param {Map<number, Tensor>} values by the operation's id, see `runNetwork`
 * @param {Record<string, Tensor>} tensors the weights by name
 * @param {number} id of the operation
 * @param {number[]} index of the value: [channel, row, column], or [neuron]
 * @param {Map<number, Uint8Array>} [masks] of dropout as in training, if the values were computed with them
 * @returns {Work | null} null where not even the value is at hand
 */
export function workOut(operations, values, tensors, id, index, masks = new Map()) {
  const operation = operations.find((one) => one.id === id);
  const value = values.get(id);
  if (!operation || !value) return null;
  const inputs = operation.inputs.map((input) => values.get(input)).filter((input) => input !== undefined);
  const isComplete = inputs.length > 0 && inputs.length === operation.inputs.length;
  const work = isComplete && isKnown(operation) ? worked(operations, operation, inputs, tensors, index, masks) : null;
  return { op: operation.op, ...(work ?? { kind: "given", value: at(value, index) }) };
}

/**
 * A value with what led to it: back through activation, normalisation and maximum poolings to the sum it started from.
 * @param {Operation[]} operations
 * @param {Map<number, Tensor>} values
 * @param {Record<string, Tensor>} tensors
 * @param {number} id
 * @param {number[]} index
 * @param {Map<number, Uint8Array>} [masks]
 * @returns {{id: number, index: number[], work: Work}[]} the value itself first
 */
export function history(operations, values, tensors, id, index, masks) {
  const work = workOut(operations, values, tensors, id, index, masks);
  if (!work) return [];
  const source = operations.find((one) => one.id === id)?.inputs[0] ?? 0;
  /** @type {{id: number, index: number[]} | null} */
  let before = null;
  if (work.kind === "change") before = { id: source, index };
  if (work.kind === "pool" && work.chosen) before = { id: source, index: [work.channel, ...work.chosen] };
  if (work.kind === "combined" && work.parts.length === 1 && work.scalar === null) before = work.parts[0];
  const earlier = before ? history(operations, values, tensors, before.id, before.index, masks) : [];
  return [{ id, index, work }, ...earlier];
}

/**
 * @param {Operation[]} operations
 * @param {Operation} operation
 * @param {Tensor[]} inputs
 * @param {Record<string, Tensor>} tensors
 * @param {number[]} index
 * @param {Map<number, Uint8Array>} masks
 * @returns {WindowSum | PoolingWork | LinearSum | Change | Combined | null} null where it cannot be shown in parts
 */
function worked(operations, operation, inputs, tensors, index, masks) {
  const weights = weightsOf(operation, tensors);
  const sides = sidesOf(operation, inputs[0].shape, weights.weight?.shape);
  if (sides) {
    const [input] = inputs;
    return operation.op.startsWith("conv")
      ? windowSum(operation, sides, input, weights, index)
      : poolingWork(operation, sides, input, index);
  }
  if (operation.op === "linear") return linearSum(operations, operation, inputs[0], weights, index);
  if (operation.op in SIGNS) return signed(operation, inputs, index);
  if (MOVES.includes(operation.op)) return moved(operation, inputs, index);
  return changed(operation, inputs[0], weights, index, masks.get(operation.id));
}

/**
 * @param {Operation[]} operations
 * @param {Operation} operation
 * @param {Tensor} input
 * @param {Weights} weights
 * @param {number[]} index
 * @returns {LinearSum}
 */
function linearSum(operations, operation, input, weights, index) {
  const weight = /** @type {Tensor} */ (weights.weight);
  const length = weight.shape[1];
  const neuron = index[index.length - 1];
  const start = offsetOf(input.shape.slice(0, -1), index.slice(0, -1)) * length;
  const inputs = Array.from(input.data.subarray(start, start + length));
  const entries = Array.from(weight.data.subarray(neuron * length, (neuron + 1) * length));
  const products = inputs.map((value, place) => value * entries[place]);
  const bias = weights.bias ? weights.bias.data[neuron] : null;
  const value = Math.fround(products.reduce((sum, product) => sum + product, bias ?? 0));
  return { kind: "linear", bias, inputs, weights: entries, products, maps: mapsBefore(operations, operation), value };
}

/** @param {Operation[]} operations @param {Operation} operation @returns {number[] | null} */
function mapsBefore(operations, { inputs }) {
  const before = operations.find((one) => one.id === inputs[0]);
  if (!before || before.output.length === 3) return before?.output ?? null;
  return RESHAPING.includes(before.op) ? mapsBefore(operations, before) : null;
}

/** @param {Operation} operation @param {Tensor[]} inputs @param {number[]} index @returns {Combined} */
function signed({ op, inputs: ids, options = {}, output }, inputs, index) {
  const parts = inputs.map((input, which) => {
    const place = indexOf(input.shape, stretched(input.shape, output)(offsetOf(output, index)));
    return { id: ids[which], index: place, value: at(input, place) };
  });
  const { scalar = null, reversed = false } = options;
  const numbers = scalar === null ? parts.map(({ value }) => value) : [parts[0].value, scalar];
  if (reversed) numbers.reverse();
  return { kind: "combined", parts, scalar, reversed, value: Math.fround(SIGNS[op](numbers[0], numbers[1])) };
}

/** @param {Operation} operation @param {Tensor[]} inputs @param {number[]} index @returns {Combined} */
function moved(operation, inputs, index) {
  const from = cameFrom(operation, inputs.map(({ shape }) => shape), index);
  const plain = { kind: /** @type {const} */ ("combined"), scalar: null, reversed: false };
  if (!from) return { ...plain, parts: [], value: operation.options?.value ?? 0 };
  const value = at(inputs[from.input], from.index);
  return { ...plain, parts: [{ id: operation.inputs[from.input], index: from.index, value }], value };
}

/**
 * @param {Operation} operation
 * @param {Tensor} input
 * @param {Weights} weights
 * @param {number[]} index
 * @param {Uint8Array} [mask]
 * @returns {Change | null}
 */
function changed(operation, input, weights, index, mask) {
  const { op, options = {} } = operation;
  const offset = offsetOf(input.shape, index);
  const from = input.data[offset];
  /** @param {Record<string, any>} parts @param {number} value @returns {Change} */
  const change = (parts, value) => ({ kind: "change", from, parts, value: Math.fround(value) });
  if (ACTIVATIONS.includes(op) || op === "prelu") {
    return change(options, activationOf(op, options, weights, index[0])(from));
  }
  if (op === "dropout" && mask) {
    const parts = { kept: mask[offset], ...dropoutParts(/** @type {DropoutOptions} */ (options)) };
    return change(parts, parts.kept ? from * parts.scale + parts.shift : parts.silent);
  }
  if (RESHAPING.includes(op)) return change({}, from);
  if (op === "softmax" || op === "log_softmax") {
    const dimension = fromFront(options.dim, index);
    const { length, inner } = around(input.shape, dimension);
    const parts = softmaxParts(input, offset - index[dimension] * inner, inner, length);
    const shifted = from - parts.largest;
    return change(parts, op === "softmax" ? Math.exp(shifted) / parts.total : shifted - Math.log(parts.total));
  }
  if (!op.endsWith("_norm")) return null;
  const norm = op === "batch_norm"
    ? batchNormOf(index[0], /** @type {{eps: number}} */ (options), weights)
    : ownStatisticsOf(op, input, offset, /** @type {{eps: number}} */ (options), weights);
  return change({ ...norm }, from * norm.scale + norm.shift);
}
