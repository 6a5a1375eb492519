// Sizes, what windows leave out, and parameter counts: the lecture's sums, each with how it came about. One side (rows
// or columns) at a time; letters are the lecture's: n_in, n_out sizes, k kernel, s stride, p padding, d dilation.

/**
 * A number and its derivation.
 * @typedef {object} Sum
 * @property {string} formula in letters: `floor((n_in + 2p - k) / s) + 1`
 * @property {string} worked the same with the numbers put in: `floor((28 + 2*1 - 3) / 1) + 1`
 * @property {number} result what it comes to; a size of zero or less means that there is no output
 */

/** Padding on either side, or [before, after]. @typedef {number | [number, number]} Padding */

/**
 * The rows of a convolution's or a pooling's output.
 * @param {number} n rows of the input
 * @param {number} k kernel size
 * @param {number} [s] stride
 * @param {Padding} [p] padding
 * @param {number} [d] dilation
 * @param {boolean} [ceil] whether a last window may hang over the edge, which only poolings allow
 * @returns {number} zero or less where the window does not fit
 */
export function outputSize(n, k, s = 1, p = 0, d = 1, ceil = false) {
  return sizeSum(n, k, s, p, d, ceil).result;
}

/**
 * `outputSize` and how it came about; with the same parameters.
 * @param {number} n
 * @param {number} k
 * @param {number} [s]
 * @param {Padding} [p]
 * @param {number} [d]
 * @param {boolean} [ceil]
 * @returns {Sum}
 */
export function sizeSum(n, k, s = 1, p = 0, d = 1, ceil = false) {
  const [before, after] = both(p);
  const [rounding, round] = ceil ? ["ceil", Math.ceil] : ["floor", Math.floor];
  const { letters, numbers } = spanned(n, k, before, after, d);
  const result = round((n + before + after - d * (k - 1) - 1) / s) + 1;
  const formula = `${rounding}((${letters}) / s) + 1`;
  const worked = `${rounding}((${numbers}) / ${s}) + 1`;
  // A last window that would hold padding and nothing else is dropped.
  if (ceil && (result - 1) * s >= n + before) {
    return { formula: `${formula} - 1`, worked: `${worked} - 1`, result: result - 1 };
  }
  return { formula, worked, result };
}

/**
 * The rows of a transposed convolution's output, and how they come about.
 * @param {number} n rows of the input
 * @param {number} k kernel size
 * @param {number} [s] stride
 * @param {number} [p] padding
 * @param {number} [extra] output padding
 * @param {number} [d] dilation
 * @returns {Sum}
 */
export function transposedSizeSum(n, k, s = 1, p = 0, extra = 0, d = 1) {
  const [reach, reached] = d === 1 ? ["(k - 1)", `(${k} - 1)`] : ["d*(k - 1)", `${d}*(${k} - 1)`];
  return {
    formula: `(n_in - 1)*s - 2p + ${reach}${extra ? " + p_out" : ""} + 1`,
    worked: `(${n} - 1)*${s} - 2*${p} + ${reached}${extra ? ` + ${extra}` : ""} + 1`,
    result: (n - 1) * s - 2 * p + d * (k - 1) + extra + 1,
  };
}

/**
 * The padding [before, after] that `padding="same"` adds; the odd row comes after.
 * @param {number} k kernel size
 * @param {number} [d] dilation
 * @returns {[number, number]}
 */
export function samePadding(k, d = 1) {
  const total = d * (k - 1);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/**
 * What the windows of a convolution or pooling leave out; parameters as for `outputSize`.
 * @param {number} n
 * @param {number} k
 * @param {number} [s]
 * @param {Padding} [p]
 * @param {number} [d]
 * @param {boolean} [ceil]
 * @returns {{end: number, between: number, rows: number[]}} `end`: rows after the last window, dropped by the
 *   division's remainder; `between`: rows between two neighbouring windows; `rows`: every row that no window reads,
 *   those between the rows of dilated windows too
 */
export function unreached(n, k, s = 1, p = 0, d = 1, ceil = false) {
  const windows = outputSize(n, k, s, p, d, ceil);
  const [before] = both(p);
  const read = new Set();
  for (let window = 0; window < windows; window++) {
    for (let step = 0; step < k; step++) read.add(window * s - before + d * step);
  }
  const end = (windows - 1) * s + d * (k - 1) + 1 - before;
  return {
    end: windows < 1 ? n : Math.min(n, Math.max(0, n - end)),
    between: windows > 1 ? Math.max(0, s - d * (k - 1) - 1) : 0,
    rows: Array.from({ length: n }, (_, row) => row).filter((row) => !read.has(row)),
  };
}

/**
 * Learned numbers of a convolution, transposed ones too.
 * @param {number} channelsIn
 * @param {number} channelsOut
 * @param {number[]} kernel rows and columns
 * @param {number} [groups]
 * @param {boolean} [bias]
 * @returns {Sum}
 */
export function convolutionParameters(channelsIn, channelsOut, kernel, groups = 1, bias = true) {
  const [share, shared] = groups === 1 ? ["C_in", `${channelsIn}`] : ["(C_in/g)", `(${channelsIn}/${groups})`];
  const perFilter = kernel[0] * kernel[1] * (channelsIn / groups);
  return {
    formula: `k_H*k_W*${share}*C_out${bias ? " + C_out" : ""}`,
    worked: `${kernel[0]}*${kernel[1]}*${shared}*${channelsOut}${bias ? ` + ${channelsOut}` : ""}`,
    result: perFilter * channelsOut + (bias ? channelsOut : 0),
  };
}

/**
 * Learned numbers of a linear layer.
 * @param {number} inputs
 * @param {number} outputs
 * @param {boolean} [bias]
 * @returns {Sum}
 */
export function linearParameters(inputs, outputs, bias = true) {
  return {
    formula: `n_in*n_out${bias ? " + n_out" : ""}`,
    worked: `${inputs}*${outputs}${bias ? ` + ${outputs}` : ""}`,
    result: inputs * outputs + (bias ? outputs : 0),
  };
}

/**
 * Learned numbers of a batch normalisation: a scale and a shift per channel.
 * @param {number} channels
 * @returns {Sum}
 */
export function batchNormParameters(channels) {
  return { formula: "2*C", worked: `2*${channels}`, result: 2 * channels };
}

/**
 * The rows of the picture that one value depends on, nominally.
 * @param {number} before the same of a value of the input
 * @param {number} k kernel size
 * @param {number} d dilation
 * @param {number} j rows of the picture from one value of the input to the next
 * @returns {Sum}
 */
export function receptiveFieldSum(before, k, d, j) {
  const [reach, reached] = d === 1 ? ["(k - 1)", `(${k} - 1)`] : ["d*(k - 1)", `${d}*(${k} - 1)`];
  return { formula: `r_in + ${reach}*j`, worked: `${before} + ${reached}*${j}`, result: before + d * (k - 1) * j };
}

/**
 * The numbers of some maps, laid out in one row.
 * @param {number[]} shape [C, H, W]
 * @returns {Sum}
 */
export function flattenedSize(shape) {
  return { formula: "C*H*W", worked: shape.join("*"), result: shape.reduce((product, side) => product * side) };
}

/** @param {Padding} p @returns {[number, number]} */
function both(p) {
  return typeof p === "number" ? [p, p] : p;
}

/** @param {number} n @param {number} k @param {number} before @param {number} after @param {number} d */
function spanned(n, k, before, after, d) {
  const even = before === after;
  const letters = even ? "n_in + 2p" : "n_in + p_before + p_after";
  const numbers = even ? `${n} + 2*${before}` : `${n} + ${before} + ${after}`;
  if (d === 1) return { letters: `${letters} - k`, numbers: `${numbers} - ${k}` };
  return { letters: `${letters} - d*(k - 1) - 1`, numbers: `${numbers} - ${d}*(${k} - 1) - 1` };
}
