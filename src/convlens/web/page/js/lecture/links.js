// Which numbers belong together, shown while one of them has the pointer or the focus: the results that read a pixel,
// and the pixels that a weight is multiplied by on its way.
//
//   const links = createLinks(draw);
//   createGrid({ ..., onPoint: links.pointPicture });     createGrid({ ..., onPoint: links.pointFilter });
//   links.reads(geometry, row, column)           whether that result reads the pixel that is pointed at
//   links.meets(geometry, places, row, column)   whether that pixel meets the weight that is pointed at

import { covered } from "convlens/lecture/windows.js";

/** @import { Geometry } from "convlens/lecture/geometry.js" */
/** @typedef {{row: number, column: number} | null} Place */

/** @param {() => void} draw */
export function createLinks(draw) {
  /** @type {Place} */
  let pixel = null;
  /** @type {Place} */
  let weight = null;
  return {
    /** @param {Place} place */
    pointPicture(place) {
      pixel = place;
      draw();
    },
    /** @param {Place} place */
    pointFilter(place) {
      weight = place;
      draw();
    },
    /**
     * @param {Geometry} geometry
     * @param {number} row
     * @param {number} column
     */
    reads(geometry, row, column) {
      return pixel !== null && covered(geometry, row).includes(pixel.row) && covered(geometry, column).includes(pixel.column);
    },
    /**
     * @param {Geometry} geometry
     * @param {number} places    rows of the result, and columns
     * @param {number} row
     * @param {number} column
     */
    meets({ stride, padding, dilation }, places, row, column) {
      const isMet = (/** @type {number} */ at, /** @type {number} */ entry) => {
        const place = (at + padding - dilation * entry) / stride;
        return Number.isInteger(place) && place >= 0 && place < places;
      };
      return weight !== null && isMet(row, weight.row) && isMet(column, weight.column);
    },
  };
}
