// The walk of a window over a picture: which place of the result is shown, played through, pointed at, or chosen.
//
//   const walk = createWalk({ label, state, size: () => [3, 3], draw, signal });
//   body.append(walk.player);
//   const { row, column, isNew } = walk.begin();      // first thing in draw()
//   walk.shows(row, column)      whether that cell of the result has been worked out: reached, or pointed at
//   walk.mark(row, column)       its class names for the grid
//   walk.choose, walk.point      for the grid's onChoose and onPoint
//
// The section's state has a value `at`, the row and column that the walk has reached. A cell that is only pointed at is
// shown until the pointer leaves it; a cell that is clicked is where the walk goes on.

import { createPlayer } from "convlens/parts/player.js";

/** @typedef {{row: number, column: number}} Place */

/**
 * @param {object} options
 * @param {string} options.label      what a screen reader calls the place
 * @param {{values: {at: number[]}, change: (changes: {at: number[]}) => void}} options.state
 * @param {() => number[]} options.size     rows and columns of the result
 * @param {() => void} options.draw
 * @param {AbortSignal} options.signal
 */
export function createWalk({ label, state, size, draw, signal }) {
  /** @type {Place | null} */
  let pointed = null;
  /** @type {Place} */
  let current = { row: 0, column: 0 };
  let last = "";

  const player = createPlayer({
    label,
    signal,
    onMove: (index) => state.change({ at: [Math.floor(index / size()[1]), index % size()[1]] }),
  });

  /** Where the walk is; an address may name a place that the result does not have. @returns {Place} */
  const reached = () => {
    const [rows, columns] = size();
    return { row: Math.min(state.values.at[0], rows - 1), column: Math.min(state.values.at[1], columns - 1) };
  };
  const isAt = (/** @type {Place} */ place, /** @type {number} */ row, /** @type {number} */ column) =>
    place.row === row && place.column === column;
  const order = (/** @type {Place} */ { row, column }) => row * size()[1] + column;

  return {
    player: player.element,
    /** @returns {Place & {isNew: boolean}} the place to show, and whether it is another than last time */
    begin() {
      const [rows, columns] = size();
      if (pointed && (pointed.row >= rows || pointed.column >= columns)) pointed = null;
      current = pointed ?? reached();
      player.update(order(reached()), rows * columns);
      const name = `${current.row},${current.column}`;
      const isNew = last !== "" && last !== name;
      last = name;
      return { ...current, isNew };
    },
    shows: (/** @type {number} */ row, /** @type {number} */ column) =>
      order({ row, column }) <= order(reached()) || isAt(current, row, column),
    mark: (/** @type {number} */ row, /** @type {number} */ column) =>
      `${isAt(reached(), row, column) ? "chosen" : ""} ${isAt(current, row, column) ? "current" : ""}`,
    choose(/** @type {number} */ row, /** @type {number} */ column) {
      player.stop();
      state.change({ at: [row, column] });
    },
    point(/** @type {Place | null} */ place) {
      pointed = place;
      draw();
    },
  };
}
