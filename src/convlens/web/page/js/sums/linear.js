// nn.Linear.

import { weigh } from "convlens/sums/products.js";
import { count, zeros } from "convlens/sums/tensors.js";

/** @import {Tensor} from "convlens/sums/tensors.js" */

/**
 * Each output is `bias + sum of weight * input` over the last dimension; sums in double precision.
 * @param {Tensor[]} inputs [..., n_in]
 * @param {object} _options none
 * @param {Record<string, Tensor | undefined>} weights `weight` [n_out, n_in], and `bias` [n_out]
 * @returns {Tensor} [..., n_out]
 */
export function linear([input], _options, { weight, bias }) {
  if (!weight) throw new Error("a linear layer needs its weight");
  const [outputs, inputs] = weight.shape;
  const before = input.shape.slice(0, -1);
  const result = zeros([...before, outputs]);
  for (let row = 0; row < count(before); row++) {
    const values = Float64Array.from(input.data.subarray(row * inputs, (row + 1) * inputs));
    const filters = { weight: weight.data, bias: bias?.data, first: 0, end: outputs };
    weigh(filters, values, 1, { data: result.data, offset: row * outputs, stride: 1 });
  }
  return result;
}
