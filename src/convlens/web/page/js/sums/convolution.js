// Convolution and transposed convolution of one picture's maps. Sums are kept in double precision.

import { pad } from "convlens/sums/padding.js";
import { weigh } from "convlens/sums/products.js";
import { outputSize, transposedSizeSum } from "convlens/sums/sizes.js";
import { zeros } from "convlens/sums/tensors.js";

/** @import {Tensor} from "convlens/sums/tensors.js" */

/**
 * @typedef {object} ConvolutionOptions pairs are [rows, columns]
 * @property {number[]} [stride]
 * @property {number[]} [padding] [top, bottom, left, right]
 * @property {number[]} [dilation]
 * @property {number} [groups]
 * @property {string} [padding_mode] `zeros`, `reflect`, `replicate` or `circular`
 */

/**
 * How one side of a kernel's entry moves over a map: it meets row `shift + i*stride` for the i-th row of the result.
 * @typedef {object} Reach
 * @property {number} start first row of the result for which that row is in the map
 * @property {number} end the row after the last one
 * @property {number} shift
 */

/**
 * nn.Conv2d. Each output value is `bias + sum of weight * value` over the window in all channels of its group.
 * @param {Tensor[]} inputs maps [C_in, H, W]
 * @param {ConvolutionOptions} options
 * @param {Record<string, Tensor | undefined>} weights `weight` [C_out, C_in / groups, k_H, k_W], and `bias` [C_out]
 * @returns {Tensor} [C_out, H_out, W_out]
 */
export function conv2d([input], options, { weight, bias }) {
  if (!weight) throw new Error("a convolution needs its weight");
  const { stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1, padding_mode = "zeros" } = options;
  if (padding_mode !== "zeros") {
    const padded = pad([input], { padding, mode: padding_mode });
    return conv2d([padded], { stride, dilation, groups }, { weight, bias });
  }
  const [, height, width] = input.shape;
  const [filters, depth, kernelRows, kernelColumns] = weight.shape;
  const [top, bottom, left, right] = padding;
  const rows = outputSize(height, kernelRows, stride[0], [top, bottom], dilation[0]);
  const columns = outputSize(width, kernelColumns, stride[1], [left, right], dilation[1]);
  const output = zeros([filters, rows, columns]);
  const values = new Float64Array(columns * depth * kernelRows * kernelColumns);
  const window = { height, width, depth, kernelRows, stride, dilation, top };
  const reach = reaches(kernelColumns, width, columns, stride[1], left, dilation[1]);
  for (let group = 0; group < groups; group++) {
    const [first, end] = [group, group + 1].map((place) => (place * filters) / groups);
    for (let row = 0; row < rows; row++) {
      layOut(values, input.data, group * depth, row, window, reach);
      const place = { data: output.data, offset: row * columns, stride: rows * columns };
      weigh({ weight: weight.data, bias: bias?.data, first, end }, values, columns, place);
    }
  }
  return output;
}

/**
 * nn.ConvTranspose2d. Each input value, times the kernel, is added to the output around `stride` times its place.
 * @param {Tensor[]} inputs maps [C_in, H, W]
 * @param {{stride?: number[], padding?: number[], output_padding?: number[], dilation?: number[], groups?: number}}
 *   options pairs of [rows, columns]
 * @param {Record<string, Tensor | undefined>} weights `weight` [C_in, C_out / groups, k_H, k_W], and `bias` [C_out]
 * @returns {Tensor} [C_out, H_out, W_out]
 */
export function convTranspose2d([input], options, { weight, bias }) {
  if (!weight) throw new Error("a transposed convolution needs its weight");
  const { stride = [1, 1], padding = [0, 0], output_padding: extra = [0, 0], dilation = [1, 1], groups = 1 } = options;
  const [channels, height, width] = input.shape;
  const [, filtersPerGroup, kernelRows, kernelColumns] = weight.shape;
  const channelsPerGroup = channels / groups;
  const rows = transposedSizeSum(height, kernelRows, stride[0], padding[0], extra[0], dilation[0]).result;
  const columns = transposedSizeSum(width, kernelColumns, stride[1], padding[1], extra[1], dilation[1]).result;
  const output = zeros([filtersPerGroup * groups, rows, columns]);
  const sums = new Float64Array(rows * columns);
  // Seen from the input it is a convolution's way back: which of its rows land in the output.
  const reachOfRow = reaches(kernelRows, rows, height, stride[0], padding[0], dilation[0]);
  const reachOfColumn = reaches(kernelColumns, columns, width, stride[1], padding[1], dilation[1]);
  for (let filter = 0; filter < filtersPerGroup * groups; filter++) {
    sums.fill(bias ? bias.data[filter] : 0);
    const firstChannel = Math.floor(filter / filtersPerGroup) * channelsPerGroup;
    for (let channel = firstChannel; channel < firstChannel + channelsPerGroup; channel++) {
      const map = input.data.subarray(channel * height * width, (channel + 1) * height * width);
      const kernel = (channel * filtersPerGroup + (filter % filtersPerGroup)) * kernelRows * kernelColumns;
      // From the kernel's last entry to its first, for that is the order of the places a value is made from.
      for (let tap = kernelRows * kernelColumns - 1; tap >= 0; tap--) {
        const [row, column] = [reachOfRow[Math.floor(tap / kernelColumns)], reachOfColumn[tap % kernelColumns]];
        spreadScaled(sums, columns, map, width, weight.data[kernel + tap], row, column, stride);
      }
    }
    output.data.set(sums, filter * rows * columns);
  }
  return output;
}

/**
 * For each row of the kernel, the output rows in which it meets the map and not the padding.
 * @param {number} kernel
 * @param {number} size rows of the map
 * @param {number} output rows of the output
 * @param {number} stride
 * @param {number} padding before the first row
 * @param {number} dilation
 * @returns {Reach[]}
 */
function reaches(kernel, size, output, stride, padding, dilation) {
  return Array.from({ length: kernel }, (_, tap) => {
    const shift = dilation * tap - padding;
    const start = Math.max(0, Math.ceil(-shift / stride));
    const end = Math.min(output, Math.floor((size - 1 - shift) / stride) + 1);
    return { start, end: Math.max(start, end), shift };
  });
}

/**
 * Lay out the windows of one output row one after the other, channel by channel; zeros stand in the padding.
 * @param {Float64Array} values where to
 * @param {Float32Array} maps
 * @param {number} channel the first one
 * @param {number} row of the output
 * @param {{height: number, width: number, depth: number, kernelRows: number, stride: number[], dilation: number[],
 *   top: number}} window of the maps and the convolution
 * @param {Reach[]} reach of the columns
 */
function layOut(values, maps, channel, row, { height, width, depth, kernelRows, stride, dilation, top }, reach) {
  const length = depth * kernelRows * reach.length;
  values.fill(0);
  for (let line = 0; line < depth * kernelRows; line++) {
    const y = row * stride[0] - top + dilation[0] * (line % kernelRows);
    if (y < 0 || y >= height) continue;
    const lineStart = ((channel + Math.floor(line / kernelRows)) * height + y) * width;
    reach.forEach(({ start, end, shift }, tap) => {
      let place = start * length + line * reach.length + tap;
      let source = lineStart + shift + start * stride[1];
      for (let column = start; column < end; column++) {
        values[place] = maps[source];
        place += length;
        source += stride[1];
      }
    });
  }
}

/**
 * Add the map, times one kernel entry, to where it lands in the sums.
 * @param {Float64Array} sums
 * @param {number} columns of the sums
 * @param {Float32Array} map
 * @param {number} width of the map
 * @param {number} weight
 * @param {Reach} row
 * @param {Reach} column
 * @param {number[]} stride
 */
function spreadScaled(sums, columns, map, width, weight, row, column, [down, across]) {
  for (let y = row.start; y < row.end; y++) {
    let place = (y * down + row.shift) * columns + column.start * across + column.shift;
    const line = y * width;
    for (let source = line + column.start; source < line + column.end; source++, place += across) {
      sums[place] += weight * map[source];
    }
  }
}
