// A picture of one's own, photographed or drawn: a small one is kept in the address, a larger one while the page is open.

import { network } from "convlens/network/shared.js";
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
  network.change({ own: pixels.length <= LARGEST_IN_ADDRESS ? encoded(pixels) : "", source });
}

/**
 * @param {number[]} shape    [C, H, W]
 * @returns {Uint8Array<ArrayBuffer> | undefined} undefined where there is none
 */
export function ownPixels(shape) {
  const { own } = network.values;
  if (held && (own === "" || encoded(held) === own)) return held;
  const found = decoded(own);
  held = found?.length === count(shape) ? found : undefined;
  return held;
}

/** @param {Uint8Array} bytes */
function encoded(bytes) {
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {string} word */
function decoded(word) {
  if (!/^[\w-]+$/.test(word)) return undefined;
  try {
    return Uint8Array.from(atob(word.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
