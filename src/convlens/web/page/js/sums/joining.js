// Operations that bring tensors together, sum them up, or only move their values.

import { around, count, fromFront, indexOf, offsetOf, zeros } from "convlens/sums/tensors.js";

/** @import {Tensor} from "convlens/sums/tensors.js" */

/** @type {Record<string, (x: number, y: number) => number>} */
export const SIGNS = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
};

/**
 * `x + y` and the like: of two tensors, a side of 1 being stretched, or of one and a number.
 * @param {string} op one of `SIGNS`
 * @returns {(inputs: Tensor[], options: {scalar?: number, reversed?: boolean}) => Tensor} reversed: `number - x`
 */
export function arithmetic(op) {
  const combine = SIGNS[op];
  return ([one, other], { scalar, reversed = false }) => {
    if (scalar !== undefined) {
      return { shape: one.shape, data: one.data.map((x) => (reversed ? combine(scalar, x) : combine(x, scalar))) };
    }
    const output = zeros(stretchedShape(one.shape, other.shape));
    const places = [one, other].map((tensor) => stretched(tensor.shape, output.shape));
    for (let place = 0; place < output.data.length; place++) {
      output.data[place] = combine(one.data[places[0](place)], other.data[places[1](place)]);
    }
    return output;
  };
}

/**
 * From the offset in a result to the offset in an operand that was stretched to its shape.
 * @param {number[]} shape
 * @param {number[]} output
 * @returns {(offset: number) => number}
 */
export function stretched(shape, output) {
  if (count(shape) === count(output)) return (offset) => offset;
  return (offset) => {
    const index = indexOf(output, offset).slice(output.length - shape.length);
    return offsetOf(shape, index.map((place, dimension) => (shape[dimension] === 1 ? 0 : place)));
  };
}

/** @param {number[]} one @param {number[]} other */
function stretchedShape(one, other) {
  const [long, short] = one.length >= other.length ? [one, other] : [other, one];
  const skipped = long.length - short.length;
  return long.map((side, dimension) => (side === 1 ? (short[dimension - skipped] ?? 1) : side));
}

/**
 * torch.cat: tensors behind each other along one dimension.
 * @param {Tensor[]} inputs
 * @param {{dim: number}} options
 * @returns {Tensor}
 */
export function cat(inputs, { dim }) {
  const place = fromFront(dim, inputs[0].shape);
  const { outer, inner } = around(inputs[0].shape, place);
  const length = inputs.reduce((sum, { shape }) => sum + shape[place], 0);
  const output = zeros(inputs[0].shape.with(place, length));
  let start = 0;
  for (let row = 0; row < outer; row++) {
    for (const { shape, data } of inputs) {
      const run = shape[place] * inner;
      output.data.set(data.subarray(row * run, (row + 1) * run), start);
      start += run;
    }
  }
  return output;
}

/**
 * The mean, sum or maximum over some dimensions.
 * @param {string} op `mean`, `sum` or `amax`
 * @returns {(inputs: Tensor[], options: {dims: number[], keepdim?: boolean}) => Tensor}
 */
export function reduction(op) {
  return ([input], { dims, keepdim = false }) => {
    const gone = new Set(dims.map((dimension) => fromFront(dimension, input.shape)));
    const kept = input.shape.map((side, dimension) => (gone.has(dimension) ? 1 : side));
    const counted = input.data.length / count(kept);
    const sums = new Float64Array(count(kept)).fill(op === "amax" ? -Infinity : 0);
    const placeOf = stretched(kept, input.shape);
    input.data.forEach((value, offset) => {
      const place = placeOf(offset);
      sums[place] = op === "amax" ? Math.max(sums[place], value) : sums[place] + value;
    });
    const shape = keepdim ? kept : input.shape.filter((_, dimension) => !gone.has(dimension));
    return { shape, data: Float32Array.from(sums, (sum) => (op === "mean" ? sum / counted : sum)) };
  };
}

/**
 * x.permute: dimensions in another order.
 * @param {Tensor[]} inputs
 * @param {{dims: number[]}} options for each dimension of the result, which one of the input it is
 * @returns {Tensor}
 */
export function permute([input], { dims }) {
  const output = zeros(dims.map((dimension) => input.shape[fromFront(dimension, input.shape)]));
  for (let offset = 0; offset < output.data.length; offset++) {
    output.data[offset] = input.data[offsetOf(input.shape, beforePermuting(indexOf(output.shape, offset), dims))];
  }
  return output;
}

/**
 * Where a place of a permuted tensor was before.
 * @param {number[]} index
 * @param {number[]} dims
 * @returns {number[]}
 */
export function beforePermuting(index, dims) {
  const before = new Array(index.length);
  dims.forEach((dimension, place) => (before[fromFront(dimension, index)] = index[place]));
  return before;
}
