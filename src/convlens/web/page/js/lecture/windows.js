// Where a window lies and what is under it: what the lecture's sections draw beside the sums' results.

import { number } from "convlens/i18n/index.js";
import { spanOf } from "convlens/sums/windows.js";

/** @import { Geometry } from "convlens/lecture/geometry.js" */

/**
 * The rows (or columns) of the picture under the window for row (or column) `place` of the result; those below 0 or
 * from `size` on are padding.
 * @param {Geometry} geometry
 * @param {number} place
 * @returns {number[]}
 */
export function covered({ size, kernel, stride, padding, dilation }, place) {
  return spanOf({ way: "slide", size, output: place + 1, kernel, stride, padding, dilation, end: Infinity }, place)
    .places;
}

/**
 * The frame around a window, for a grid.
 * @param {Geometry} geometry
 * @param {number} row       of the result
 * @param {number} column
 */
export function frameAt(geometry, row, column) {
  const { kernel, stride, padding, dilation } = geometry;
  const side = dilation * (kernel - 1) + 1;
  return { row: row * stride - padding, column: column * stride - padding, rows: side, columns: side };
}

/**
 * One cell of a result and what is under its window.
 * @typedef {object} Cell
 * @property {number} row            of the result
 * @property {number} column
 * @property {number[]} rows         of the picture under the window, see `covered`
 * @property {number[]} columns
 * @property {number[][]} window     the numbers there
 * @property {(row: number, column: number) => boolean} isPadding    whether a place lies outside the picture
 * @property {number} value
 */

/**
 * @param {Geometry} geometry
 * @param {number[][]} values     the picture
 * @param {number} row            of the result
 * @param {number} column
 * @param {number} value          the result's
 * @param {number} [outside]      the padding's number
 * @returns {Cell}
 */
export function cellAt(geometry, values, row, column, value, outside = 0) {
  const rows = covered(geometry, row);
  const columns = covered(geometry, column);
  const window = rows.map((r) => columns.map((c) => values[r]?.[c] ?? outside));
  return { row, column, rows, columns, window, isPadding: (r, c) => values[r]?.[c] === undefined, value };
}

/**
 * The filter's number that a place of the picture is multiplied by; undefined for one that the window does not read.
 * @param {Cell} cell
 * @param {number[][]} weights
 * @returns {(row: number, column: number) => number | undefined}
 */
export function weightUnder({ rows, columns }, weights) {
  return (row, column) => weights[rows.indexOf(row)]?.[columns.indexOf(column)];
}

/**
 * The small text in the corner of a cell that is multiplied: `×2`.
 * @param {number | undefined} weight
 */
export function timesNote(weight) {
  return weight === undefined ? "" : `×${number(weight, 2)}`;
}

/**
 * A picture with its padding around it.
 * @param {number[][]} values
 * @param {number} padding
 * @param {number} outside    the padding's number
 */
export function ringed(values, padding, outside) {
  const places = Array.from({ length: values.length + 2 * padding }, (_, place) => place - padding);
  return places.map((row) => places.map((column) => values[row]?.[column] ?? outside));
}

/**
 * The place of the largest number under a window, the first where there are several.
 * @param {Cell} cell
 */
export function winnerOf({ rows, columns, window }) {
  const flat = window.flat();
  const place = flat.indexOf(Math.max(...flat));
  return { row: rows[Math.floor(place / columns.length)], column: columns[place % columns.length] };
}
