// A picture of one's own, photographed or drawn: a small one is kept in the address, a larger one while the page is
// open, or until a test picture is looked at.

import { network } from "convlens/network/shared.js";
import { fromLetters, toLetters } from "convlens/parts/letters.js";
import { count } from "convlens/sums/tensors.js";

const LARGEST_IN_ADDRESS = 4096; // bytes

/** @type {Uint8Array<ArrayBuffer> | undefined} */
let held;

/**
 * Show pixels of one's own from now on.
 * @param {Uint8Array<ArrayBuffer>} pixels    [C, H, W]
 * @param {"photo" | "drawing"} source
 */
export function setOwn(pixels, source) {
  held = pixels;
  network.change({ own: fits(pixels) ? toLetters(pixels) : "", source });
}

/**
 * Look at another kind of picture. One's own is forgotten, but that a photograph can be drawn on.
 * @param {"test" | "photo" | "drawing"} source
 */
export function setSource(source) {
  const isKept = network.values.source === "photo" && source === "drawing";
  if (!isKept) held = undefined;
  network.change(isKept ? { source } : { source, own: "" });
}

/** @param {number} picture    the index of a test picture, which is shown from now on */
export function showTestPicture(picture) {
  held = undefined;
  network.change({ source: "test", own: "", picture });
}

/**
 * @param {number[]} shape    [C, H, W]
 * @returns {Uint8Array<ArrayBuffer> | undefined} undefined where there is none
 */
export function ownPixels(shape) {
  const { own } = network.values;
  if (held && (fits(held) ? toLetters(held) : "") === own) return held;
  const found = fromLetters(own);
  held = found?.length === count(shape) ? found : undefined;
  return held;
}

/** @param {Uint8Array} pixels */
function fits(pixels) {
  return pixels.length <= LARGEST_IN_ADDRESS;
}
