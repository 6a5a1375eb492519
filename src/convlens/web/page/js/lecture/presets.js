// The numbers that the lecture's sections begin with, and others worth trying.

import { equal, rowsFrom } from "convlens/lecture/matrices.js";

/** Pictures of 5 x 5. */
export const PICTURES = {
  lecture: rowsFrom("1 1 1 0 0; 0 1 1 1 0; 0 0 1 1 1; 0 0 1 1 0; 0 1 1 0 0"),
  square: rowsFrom("0 0 0 0 0; 0 0 0 0 0; 0 0 9 9 9; 0 0 9 9 9; 0 0 9 9 9"),
  edge: rowsFrom("0 0 9 9 9; 0 0 9 9 9; 0 0 9 9 9; 0 0 9 9 9; 0 0 9 9 9"),
  ramp: rowsFrom("0 1 2 3 4; 1 2 3 4 5; 2 3 4 5 6; 3 4 5 6 7; 4 5 6 7 8"),
};

/** Filters of 3 x 3 with small whole numbers. */
export const FILTERS = {
  cross: rowsFrom("1 0 1; 0 1 0; 1 0 1"),
  identity: rowsFrom("0 0 0; 0 1 0; 0 0 0"),
  vertical: rowsFrom("-1 0 1; -1 0 1; -1 0 1"),
  edges: rowsFrom("-1 -1 -1; -1 8 -1; -1 -1 -1"),
  sharpen: rowsFrom("0 -1 0; -1 5 -1; 0 -1 0"),
  blur: rowsFrom("1 1 1; 1 1 1; 1 1 1"),
};

/**
 * The name of the preset that a matrix is; "own" for none of them.
 * @template {string} T
 * @param {Record<T, number[][]>} presets
 * @param {number[][]} rows
 * @returns {T | "own"}
 */
export function presetOf(presets, rows) {
  const names = /** @type {T[]} */ (Object.keys(presets));
  return names.find((name) => equal(presets[name], rows)) ?? "own";
}
