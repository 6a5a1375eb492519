// How an operation's numbers come about, in sentences with its own numbers: sizes, parameters, work, receptive field.

import { number, t } from "convlens/i18n/index.js";
import { ACTIVATIONS } from "convlens/sums/activations.js";
import {
  batchNormParameters,
  convolutionParameters,
  linearParameters,
  sizeSum,
  transposedSizeSum,
} from "convlens/sums/sizes.js";
import { count } from "convlens/sums/tensors.js";

/** @import { Described } from "convlens/run.js" */
/** @import { Operation } from "convlens/sums/tensors.js" */
/** @typedef {Record<string, {shape: number[]}>} Shapes the weights' */

/** Operations that change every value by itself. */
const ALONE = [...ACTIVATIONS, "prelu", "batch_norm", "dropout"];

const REASONS = /** @type {const} */ ({
  operation: "reason.operation",
  option: "reason.option",
  tensor: "reason.tensor",
  batch: "reason.batch",
  size: "reason.size",
});

/** `24 × 14 × 14`. @param {number[]} shape */
export function sizesOf(shape) {
  return shape.map((side) => number(side)).join(" × ");
}

/**
 * @param {Operation & Described} operation
 * @param {number[][]} inputs      shapes of what it reads
 * @param {Shapes} tensors
 * @returns {string[]}
 */
export function derivationOf(operation, inputs, tensors) {
  const { op, macs, receptive_field: field, dropped, line, output } = operation;
  const sentences = [
    ...sizeSentences(operation, inputs[0], tensors),
    ...parameterSentences(operation, inputs[0], tensors),
  ];
  if (macs) sentences.push(t("derivation.macs", { macs, outputs: count(output) }));
  if (field && op !== "picture") {
    sentences.push(t("derivation.field", { rows: field[0], columns: field[1] ?? field[0] }));
  }
  if (dropped?.some((lost) => lost > 0)) {
    sentences.push(t("derivation.dropped", { rows: dropped[0], columns: dropped[1] ?? 0 }));
  }
  if (line !== null) sentences.push(t("derivation.line", { line: String(line) }));
  return sentences;
}

/**
 * Why the page cannot compute an operation, and where its values are from.
 * @param {Operation & Described} operation
 * @param {boolean} isShown
 */
export function reasonOf({ op, why, known = true }, isShown) {
  if (known) return t("reason.before");
  const key = REASONS[/** @type {keyof typeof REASONS} */ (why?.reason)] ?? REASONS.operation;
  return `${t(key, { op, what: why?.what ?? op })} ${isShown ? t("reason.shown") : t("reason.hidden")}`;
}

/**
 * @param {Operation} operation
 * @param {number[] | undefined} input
 * @param {Shapes} tensors
 * @returns {string[]}
 */
function sizeSentences(operation, input, tensors) {
  const { op, options = {}, weights = {}, output } = operation;
  if (op === "picture") return [t("derivation.picture", { sizes: sizesOf(output) })];
  if (!input) return [];
  if (op === "flatten" && input.length === 3) {
    return [t("derivation.flatten", { sum: `${input.join(" · ")} = ${number(output[0])}` })];
  }
  if (op === "linear") {
    return [t("derivation.linear", { inputs: input[input.length - 1], outputs: output[output.length - 1] })];
  }
  const kernel = options.kernel ?? tensors[weights.weight ?? ""]?.shape.slice(2);
  const isWindowed = kernel?.length === 2 && input.length === 3 && output.length === 3 && !op.startsWith("adaptive");
  if (isWindowed) return windowSentences(operation, input, kernel);
  return operation.known !== false && ALONE.includes(op) ? [t("derivation.same")] : [];
}

/**
 * @param {Operation} operation
 * @param {number[]} input
 * @param {number[]} kernel
 */
function windowSentences({ op, options = {}, output }, input, kernel) {
  const [rows, columns] = [0, 1].map((side) => sideSum(op, options, input[1 + side], kernel[side], side));
  const [down, across] = [rows, columns].map(({ worked, result }) => `${worked} = ${result}`);
  const sizes =
    down === across
      ? [t("derivation.size", { formula: rows.formula, sum: down })]
      : [t("derivation.rows", { formula: rows.formula, sum: down }), t("derivation.columns", { sum: across })];
  if (!op.startsWith("conv")) return [...sizes, t("derivation.pooled", { count: input[0] })];
  const filters = { count: input[0] / (options.groups ?? 1), to: output[0], rows: kernel[0], columns: kernel[1] };
  return [...sizes, t("derivation.channels", filters)];
}

/**
 * @param {string} op
 * @param {Record<string, any>} options
 * @param {number} n
 * @param {number} k
 * @param {number} side    0 for rows, 1 for columns
 */
function sideSum(op, options, n, k, side) {
  const { stride = [1, 1], padding = [0, 0], dilation = [1, 1], output_padding: extra = [0, 0] } = options;
  if (op === "conv_transpose2d") {
    return transposedSizeSum(n, k, stride[side], padding[side], extra[side], dilation[side]);
  }
  /** @type {[number, number]} */
  const around = padding.length === 4 ? [padding[2 * side], padding[2 * side + 1]] : [padding[side], padding[side]];
  return sizeSum(n, k, stride[side], around, dilation[side], options.ceil_mode ?? false);
}

/**
 * @param {Operation & Described} operation
 * @param {number[] | undefined} input
 * @param {Shapes} tensors
 * @returns {string[]}
 */
function parameterSentences(operation, input, tensors) {
  const { parameters } = operation;
  if (!parameters) return [];
  const sum = parameterSum(operation, input, tensors);
  if (!sum) return [t("derivation.parametersOnly", { result: parameters })];
  return [t("derivation.parameters", { sum: `${sum.formula} = ${sum.worked}`, result: parameters })];
}

/**
 * @param {Operation} operation
 * @param {number[] | undefined} input
 * @param {Shapes} tensors
 */
function parameterSum({ op, options = {}, weights = {} }, input, tensors) {
  const shape = tensors[weights.weight ?? ""]?.shape;
  const hasBias = Boolean(weights.bias);
  if (!shape || !input) return null;
  if (op === "conv2d") {
    return convolutionParameters(input[0], shape[0], shape.slice(2), options.groups ?? 1, hasBias);
  }
  if (op === "linear") return linearParameters(shape[1], shape[0], hasBias);
  return op === "batch_norm" ? batchNormParameters(shape[0]) : null;
}
