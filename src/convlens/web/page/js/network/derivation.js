// How an operation's numbers come about, in sentences with its own numbers: sizes, parameters, work, receptive field.

import { number, t } from "convlens/i18n/index.js";
import { ACTIVATIONS } from "convlens/sums/activations.js";
import {
  batchNormParameters,
  convolutionParameters,
  flattenedSize,
  linearParameters,
  receptiveFieldSum,
  sizeSum,
  transposedSizeSum,
} from "convlens/sums/sizes.js";
import { count } from "convlens/sums/tensors.js";

/** @import { Described, Run } from "convlens/run.js" */
/** @import { Sum } from "convlens/sums/sizes.js" */
/** @import { Operation } from "convlens/sums/tensors.js" */
/** @typedef {Record<string, {shape: number[]}>} Shapes the weights' */

/**
 * A sentence, and the sum that it ends with.
 * @typedef {object} Said
 * @property {string} text
 * @property {string} [name]    the letter of what the sum comes to, or empty
 * @property {Sum} [sum]
 */

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
 * @param {Run} run
 * @param {Operation & Described} operation
 * @returns {Said[]}
 */
export function derivationOf(run, operation) {
  const { op, macs, receptive_field: field, dropped, line, output, inputs } = operation;
  const input = run.operations[inputs[0]]?.output;
  const kernel = kernelOf(operation, input, run.tensors);
  const said = [...sizeSentences(operation, input, kernel), ...parameterSentences(operation, input, run.tensors)];
  if (macs) said.push({ text: t("derivation.macs", { macs, outputs: count(output) }) });
  if (field && op !== "picture") said.push(fieldSentence(run, operation, field, kernel));
  if (dropped?.some((lost) => lost > 0)) {
    said.push({ text: t("derivation.dropped", { rows: dropped[0], columns: dropped[1] ?? 0 }) });
  }
  if (line !== null) said.push({ text: t("derivation.line", { line: String(line) }) });
  return said;
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
 * The kernel of an operation that slides over maps, [rows, columns].
 * @param {Operation} operation
 * @param {number[] | undefined} input
 * @param {Shapes} tensors
 * @returns {number[] | null}
 */
function kernelOf({ op, options = {}, weights = {}, output }, input, tensors) {
  const kernel = options.kernel ?? tensors[weights.weight ?? ""]?.shape.slice(2);
  const slides = kernel?.length === 2 && input?.length === 3 && output.length === 3 && !op.startsWith("adaptive");
  return slides ? kernel : null;
}

/**
 * @param {Operation} operation
 * @param {number[] | undefined} input
 * @param {number[] | null} kernel
 * @returns {Said[]}
 */
function sizeSentences(operation, input, kernel) {
  const { op, output } = operation;
  if (op === "picture") return [{ text: t("derivation.picture", { sizes: sizesOf(output) }) }];
  if (!input) return [];
  if (op === "flatten" && input.length === 3) {
    return [{ text: t("derivation.flatten"), name: "n_out", sum: flattenedSize(input) }];
  }
  if (op === "linear") {
    return [{ text: t("derivation.linear", { inputs: input[input.length - 1], outputs: output[output.length - 1] }) }];
  }
  if (kernel) return windowSentences(operation, input, kernel);
  return operation.known !== false && ALONE.includes(op) ? [{ text: t("derivation.same") }] : [];
}

/**
 * @param {Operation} operation
 * @param {number[]} input
 * @param {number[]} kernel
 * @returns {Said[]}
 */
function windowSentences({ op, options = {}, output }, input, kernel) {
  const [rows, columns] = [0, 1].map((side) => sideSum(op, options, input[1 + side], kernel[side], side));
  const name = "n_out";
  const sizes =
    rows.worked === columns.worked
      ? [{ text: t("derivation.size"), name, sum: rows }]
      : [
          { text: t("derivation.rows"), name, sum: rows },
          { text: t("derivation.columns"), name, sum: columns },
        ];
  if (!op.startsWith("conv")) return [...sizes, { text: t("derivation.pooled", { count: input[0] }) }];
  const filters = { count: input[0] / (options.groups ?? 1), to: output[0], rows: kernel[0], columns: kernel[1] };
  return [...sizes, { text: t("derivation.channels", filters) }];
}

/**
 * What one value depends on, and, where a window that is as high as it is wide makes that more, how much more.
 * @param {Run} run
 * @param {Operation & Described} operation
 * @param {number[]} field
 * @param {number[] | null} kernel
 * @returns {Said}
 */
function fieldSentence({ operations }, { inputs, options = {} }, [rows, columns = rows], kernel) {
  const text = t("derivation.field", { rows, columns });
  const source = operations[inputs[0]];
  const [before] = source.op === "picture" ? [1] : (source.receptive_field ?? []);
  if (!kernel || before === undefined || rows === before || rows !== columns || kernel[0] !== kernel[1]) {
    return { text };
  }
  const dilation = options.dilation?.[0] ?? 1;
  const apart = (rows - before) / (dilation * (kernel[0] - 1));
  if (!Number.isInteger(apart)) return { text }; // a transposed convolution's values stand closer together
  const sum = receptiveFieldSum(before, kernel[0], dilation, apart);
  return { text: `${text} ${t("derivation.apart", { count: apart })}`, name: "r_out", sum };
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
 * @returns {Said[]}
 */
function parameterSentences(operation, input, tensors) {
  const { parameters } = operation;
  if (!parameters) return [];
  const sum = parameterSum(operation, input, tensors);
  if (!sum) return [{ text: t("derivation.parametersOnly", { result: parameters }) }];
  return [{ text: t("derivation.parameters"), name: "", sum }];
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
