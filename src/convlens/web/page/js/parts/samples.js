// Pictures to try things on, all grey: the cat, ten Fashion-MNIST items, a file of one's own, and what a camera sees.
//
//   const cat = await loadCat();            // { width: 160, height: 120, pixels: Uint8Array, 0 is black }
//   const items = await loadItems();        // ten of 28 x 28, in the order of the classes
//   const own = await decode(file, 180);    // its longer side at most 180; rejects where it is no picture

import { fileOf } from "convlens/source.js";

/**
 * A grey picture, row by row.
 * @typedef {object} Grey
 * @property {number} width
 * @property {number} height
 * @property {Uint8Array} pixels    0 is black, 255 white
 */

const ITEM = 28;

/** @type {Map<string, Promise<Grey>>} */
const loaded = new Map();

/** @returns {Promise<Grey>} */
export function loadCat() {
  return load("samples/cat.png");
}

/** @returns {Promise<Grey[]>} */
export async function loadItems() {
  const strip = await load("samples/fashion-mnist.png");
  return Array.from({ length: strip.width / ITEM }, (_, item) => cut(strip, item * ITEM, ITEM));
}

/**
 * @param {Blob | HTMLVideoElement} file    any picture that the browser reads, or a video that plays
 * @param {number} longest   its longer side is reduced to this
 * @returns {Promise<Grey>}
 */
export async function decode(file, longest) {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none" });
  const share = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * share));
  const height = Math.max(1, Math.round(bitmap.height * share));
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (!context) throw new Error("the browser has no canvas");
  context.fillStyle = "white"; // behind what is transparent
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return { width, height, pixels: greyOf(context.getImageData(0, 0, width, height).data) };
}

/** @param {string} path */
function load(path) {
  const found = loaded.get(path) ?? fileOf(path).then((file) => decode(file, Infinity));
  loaded.set(path, found);
  return found;
}

/**
 * Brightness with the weights of the eye, rounded (ITU-R BT.601): a grey pixel stays as it is.
 * @param {Uint8ClampedArray} colours    red, green, blue, opacity
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function greyOf(colours) {
  return Uint8Array.from({ length: colours.length / 4 }, (_, pixel) => {
    const [red, green, blue] = colours.subarray(4 * pixel, 4 * pixel + 3);
    return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
  });
}

/**
 * @param {Grey} strip
 * @param {number} left
 * @param {number} width
 * @returns {Grey}
 */
function cut(strip, left, width) {
  const pixels = new Uint8Array(width * strip.height);
  for (let row = 0; row < strip.height; row++) {
    const start = row * strip.width + left;
    pixels.set(strip.pixels.subarray(start, start + width), row * width);
  }
  return { width, height: strip.height, pixels };
}
