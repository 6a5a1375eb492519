// The receptive field of one unit: the rectangle of the picture that its value depends on. Windows are followed back
// to the picture, so that units at the edge, adaptive poolings and branches are exact. An operation that is not known
// to look through a window is taken to look at everything, so the rectangle never leaves out a pixel that matters.

import { ACTIVATIONS } from "convlens/sums/activations.js";
import { SIGNS } from "convlens/sums/joining.js";
import { isKnown, weightsOf } from "convlens/sums/operations.js";
import { MOVES, cameFrom } from "convlens/sums/origins.js";
import { sourceRow } from "convlens/sums/padding.js";
import { fromFront } from "convlens/sums/tensors.js";
import { sidesOf, spanOf } from "convlens/sums/windows.js";

/** @import {Operation} from "convlens/sums/tensors.js" */

/** Rows `top` to `bottom` and columns `left` to `right`, the last not included. */
/** @typedef {{top: number, bottom: number, left: number, right: number}} Rectangle */
/** @typedef {Rectangle & {nominal: Rectangle, size: [number, number]}} Field */
/** @typedef {[Set<number>, Set<number>]} Places rows and columns */
/** @typedef {Record<string, {shape: number[]}>} Shapes the weights' */

// Each place of the result depends on the same place of each input, apart from the channel.
const ALONE = [...ACTIVATIONS, "prelu", "batch_norm", "dropout", "identity"];

/**
 * The receptive field of one value.
 * @param {Operation[]} operations in the order of their ids, the picture being the first
 * @param {Shapes} tensors the weights by name, only whose shapes matter
 * @param {number} id of the operation
 * @param {number[]} index of the value: [channel, row, column], or [neuron]
 * @returns {Field} on the picture, empty (top = bottom) where only padding is seen; `nominal`: with the padding, as the
 *   layers' windows give it, and so perhaps beyond the picture; `size`: its rows and columns
 */
export function receptiveField(operations, tensors, id, index) {
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const start = followed(byId, id, index);
  if (!start) return { ...rectangle(), nominal: rectangle(), size: [0, 0] };
  const nominal = rectangle(onPicture(byId, tensors, start, false));
  const seen = rectangle(onPicture(byId, tensors, start, true));
  return { ...seen, nominal, size: [nominal.bottom - nominal.top, nominal.right - nominal.left] };
}

/**
 * Go back as long as the value comes from a single one, so that a flattened value is followed to its place in the maps.
 * @param {Map<number, Operation>} byId
 * @param {number} id
 * @param {number[]} index
 * @returns {{id: number, index: number[]} | null} null where it ends in a constant
 */
function followed(byId, id, index) {
  const operation = /** @type {Operation} */ (byId.get(id));
  if (!isKnown(operation)) return { id, index };
  if (ALONE.includes(operation.op)) return followed(byId, operation.inputs[0], index);
  if (!MOVES.includes(operation.op)) return { id, index };
  const from = cameFrom(operation, inputShapes(byId, operation), index);
  return from && followed(byId, operation.inputs[from.input], from.index);
}

/**
 * Which rows and columns of the picture a value is made from.
 * @param {Map<number, Operation>} byId
 * @param {Shapes} tensors
 * @param {{id: number, index: number[]}} start
 * @param {boolean} clip whether to drop, on the way, what lies in the padding
 * @returns {Places}
 */
function onPicture(byId, tensors, { id, index }, clip) {
  /** @type {Map<number, Places>} */
  const wanted = new Map([[id, [new Set([index[1] ?? 0]), new Set([index[2] ?? 0])]]]);
  for (let current = id; current > 0; current--) {
    const places = wanted.get(current);
    const operation = byId.get(current);
    if (!places || !operation) continue;
    const shapes = inputShapes(byId, operation);
    operation.inputs.forEach((source, which) => {
      const read = [0, 1].map((side) => {
        const rows = readBy(operation, shapes[which], tensors, side, places[side]);
        return clip ? clipped(rows, shapes[which][1 + side] ?? 1, operation, side) : rows;
      });
      if (!read[0].size || !read[1].size) return;
      const [rows, columns] = wanted.get(source) ?? [[], []]; // another branch may have asked already
      wanted.set(source, [new Set([...rows, ...read[0]]), new Set([...columns, ...read[1]])]);
    });
  }
  return wanted.get(0) ?? [new Set(), new Set()];
}

/**
 * The rows (side 0) or columns (side 1) of an input that some rows or columns of the result are made from.
 * @param {Operation} operation
 * @param {number[]} shape of the input
 * @param {Shapes} tensors
 * @param {number} side
 * @param {Set<number>} places
 * @returns {Set<number>}
 */
function readBy(operation, shape, tensors, side, places) {
  const { options = {}, output } = operation;
  const sides = isKnown(operation) ? sidesOf(operation, shape, weightsOf(operation, tensors).weight?.shape) : null;
  if (sides) return new Set([...places].flatMap((place) => spanOf(sides[side], place).places));
  const size = shape.length === 3 ? shape[1 + side] : 1;
  if (staysInPlace(operation, shape) && size === output[1 + side]) return places;
  if (operation.op === "pad") return new Set([...places].map((place) => place - options.padding[2 * side]));
  return new Set(Array.from({ length: size }, (_, place) => place));
}

/**
 * Whether each row and column of the result is made from the same one.
 * @param {Operation} operation
 * @param {number[]} shape of the input
 */
function staysInPlace(operation, shape) {
  const { op, options = {} } = operation;
  if (shape.length !== 3 || !isKnown(operation)) return false;
  if (ALONE.includes(op) || op in SIGNS) return true;
  return ["cat", "softmax", "log_softmax"].includes(op) && fromFront(options.dim, shape) === 0;
}

/**
 * The rows that are in the map; those of a padding that repeats rows of the map become these.
 * @param {Set<number>} rows
 * @param {number} size
 * @param {Operation} operation
 * @param {number} side 0 for rows, 1 for columns
 */
function clipped(rows, size, { op, options = {} }, side) {
  const mode = (op === "pad" ? options.mode : options.padding_mode) ?? "zeros";
  const around = op === "pad" ? options.padding.slice(2 * side, 2 * side + 2) : [0, 0];
  return new Set([...rows].map((row) => sourceRow(row, size, mode, around)).filter((row) => row >= 0));
}

/** @param {Map<number, Operation>} byId @param {Operation} operation */
function inputShapes(byId, { inputs }) {
  return inputs.map((input) => byId.get(input)?.output ?? []);
}

/** @param {Places} [places] @returns {Rectangle} */
function rectangle([rows, columns] = [new Set(), new Set()]) {
  if (!rows.size || !columns.size) return { top: 0, bottom: 0, left: 0, right: 0 };
  const [top, bottom, left, right] = [Math.min(...rows), Math.max(...rows), Math.min(...columns), Math.max(...columns)];
  return { top, bottom: bottom + 1, left, right: right + 1 };
}
