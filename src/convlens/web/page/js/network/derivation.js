// How an operation's numbers come about, in sentences with its own numbers: sizes, parameters, work, receptive field.

import { number, t } from "convlens/i18n/index.js";
import { batchNormParameters, convolutionParameters, linearParameters, sizeSum, transposedSizeSum } from "convlens/sums/sizes.js";

/** @import { Described } from "convlens/run.js" */
/** @import { Operation } from "convlens/sums/tensors.js" */

/** `24 × 14 × 14`. @param {number[]} shape */
export function sizesOf(shape) {
  return shape.map((side) => number(side)).join(" × ");
}

/**
 * @param {Operation & Described} operation
 * @param {number[][]} inputs                           shapes of what it reads
 * @param {Record<string, {shape: number[]}>} tensors   the weights
 * @returns {string[]}
 */
export function derivationOf(operation, inputs, tensors) {
  const { parameters, macs, receptive_field: field, dropped, line, output } = operation;
  const sentences = sizeSentences(operation, inputs[0], tensors);
  const sum = parameterSum(operation, inputs[0], tensors);
  if (sum && parameters) sentences.push(t("derivation.parameters", { sum: `${sum.formula} = ${sum.worked}`, result: parameters }));
  else if (parameters) sentences.push(t("derivation.parametersOnly", { result: parameters }));
  if (macs) sentences.push(t("derivation.macs", { macs, outputs: output.reduce((product, side) => product * side, 1) }));
  if (field && operation.op !== "picture") sentences.push(t("derivation.field", { rows: field[0], columns: field[1] ?? field[0] }));
  if (dropped?.some((lost) => lost > 0)) sentences.push(t("derivation.dropped", { rows: dropped[0], columns: dropped[1] ?? 0 }));
  if (line !== null) sentences.push(t("derivation.line", { line }));
  return sentences;
}

/**
 * Why the page cannot compute an operation, and where its values are from.
 * @param {Operation & Described} operation
 * @param {boolean} isShown
 */
export function reasonOf({ op, why, known = true }, isShown) {
  if (known) return t("reason.before");
  const reasons = { operation: "reason.operation", option: "reason.option", tensor: "reason.tensor", batch: "reason.batch", size: "reason.size" };
  const key = /** @type {import("convlens/i18n/index.js").Key} */ (reasons[/** @type {keyof typeof reasons} */ (why?.reason)] ?? "reason.operation");
  return `${t(key, { op, what: why?.what ?? op })} ${isShown ? t("reason.shown") : t("reason.hidden")}`;
}

/**
 * @param {Operation} operation
 * @param {number[] | undefined} input
 * @param {Record<string, {shape: number[]}>} tensors
 * @returns {string[]}
 */
function sizeSentences(operation, input, tensors) {
  const { op, options = {}, output } = operation;
  if (op === "picture") return [t("derivation.picture", { sizes: sizesOf(output) })];
  if (!input) return [];
  if (op === "flatten" && input.length === 3) return [t("derivation.flatten", { sum: `${input.join(" · ")} = ${output[0]}` })];
  if (op === "linear") return [t("derivation.linear", { inputs: input[input.length - 1], outputs: output[output.length - 1] })];
  if (input.length !== 3 || output.length !== 3) return [];
  const kernel = options.kernel ?? tensors[operation.weights?.weight ?? ""]?.shape.slice(2);
  if (!kernel || op.startsWith("adaptive")) return input.join() === output.join() ? [t("derivation.same")] : [];
  const sums = [0, 1].map((side) => sideSum(op, options, input[1 + side], kernel[side], side));
  const [rows, columns] = sums.map(({ worked, result }) => `${worked} = ${result}`);
  const isEven = rows === columns;
  const said = isEven ? [t("derivation.size", { formula: sums[0].formula, sum: rows })] : [t("derivation.rows", { formula: sums[0].formula, sum: rows }), t("derivation.columns", { sum: columns })];
  if (op.startsWith("conv")) said.push(t("derivation.channels", { from: input[0], to: output[0], rows: kernel[0], columns: kernel[1] }));
  else said.push(t("derivation.pooled", { count: input[0] }));
  return said;
}

/**
 * @param {string} op
 * @param {Record<string, any>} options
 * @param {number} n
 * @param {number} k
 * @param {number} side    0 for rows, 1 for columns
 */
function sideSum(op, options, n, k, side) {
  const { stride = [1, 1], padding = [0, 0], dilation = [1, 1], output_padding: extra = [0, 0], ceil_mode: ceil = false } = options;
  if (op === "conv_transpose2d") return transposedSizeSum(n, k, stride[side], padding[side], extra[side], dilation[side]);
  /** @type {[number, number]} */
  const around = padding.length === 4 ? [padding[2 * side], padding[2 * side + 1]] : [padding[side], padding[side]];
  return sizeSum(n, k, stride[side], around, dilation[side], ceil);
}

/**
 * @param {Operation} operation
 * @param {number[] | undefined} input
 * @param {Record<string, {shape: number[]}>} tensors
 */
function parameterSum({ op, options = {}, weights = {} }, input, tensors) {
  const shape = tensors[weights.weight ?? ""]?.shape;
  const hasBias = Boolean(weights.bias);
  if (!shape || !input) return null;
  if (op === "conv2d") return convolutionParameters(input[0], shape[0], shape.slice(2), options.groups ?? 1, hasBias);
  if (op === "linear") return linearParameters(shape[1], shape[0], hasBias);
  return op === "batch_norm" ? batchNormParameters(shape[0]) : null;
}
