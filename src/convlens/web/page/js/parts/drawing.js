// A drawing of white strokes on black: its pixels, strokes on them, and how it is kept in an address.
//
//   const pixels = stroke(new Uint8Array(48 * 48), 48, { row: 3, column: 4 }, { row: 9, column: 4 }, 1.3, 255);
//   const word = pack(pixels);            // one bit a pixel, in the letters of an address
//   unpack(word, 48 * 48);                // undefined where the word is not one of those

import { fromLetters, toLetters } from "convlens/parts/letters.js";

/** @typedef {{row: number, column: number}} Place */

/**
 * A stroke with a round pen.
 * @param {Uint8Array} pixels
 * @param {number} width        of the drawing
 * @param {Place} from
 * @param {Place} to
 * @param {number} radius       of the pen, in pixels
 * @param {number} ink          255 draws, 0 erases
 * @returns {Uint8Array<ArrayBuffer>} new pixels
 */
export function stroke(pixels, width, from, to, radius, ink) {
  return Uint8Array.from(pixels, (pixel, index) => {
    const place = { row: Math.floor(index / width), column: index % width };
    return distance(place, from, to) <= radius ? ink : pixel;
  });
}

/**
 * @param {Uint8Array} pixels
 * @returns {string}
 */
export function pack(pixels) {
  const bytes = new Uint8Array(Math.ceil(pixels.length / 8));
  pixels.forEach((pixel, index) => {
    if (pixel) bytes[index >> 3] |= 128 >> (index & 7);
  });
  return toLetters(bytes);
}

/**
 * @param {string} word
 * @param {number} count       of pixels
 * @returns {Uint8Array | undefined}
 */
export function unpack(word, count) {
  const bytes = fromLetters(word);
  if (bytes?.length !== Math.ceil(count / 8)) return undefined;
  return Uint8Array.from({ length: count }, (_, index) => (bytes[index >> 3] & (128 >> (index & 7)) ? 255 : 0));
}

/**
 * How far a pixel lies from the line between two others.
 * @param {Place} place
 * @param {Place} from
 * @param {Place} to
 */
function distance(place, from, to) {
  const [down, right] = [to.row - from.row, to.column - from.column];
  const length = down * down + right * right;
  const along = length ? ((place.row - from.row) * down + (place.column - from.column) * right) / length : 0;
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(place.row - from.row - share * down, place.column - from.column - share * right);
}
