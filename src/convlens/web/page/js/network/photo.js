// From a photograph to what the network sees. The server does it as `convlens predict` does, which finds the object on
// its background; an exported file can only reduce the whole photograph.

import { greyOf } from "convlens/parts/samples.js";
import { prepare } from "convlens/run.js";

/** @import { Run } from "convlens/run.js" */

/**
 * @typedef {object} Seen
 * @property {Uint8Array<ArrayBuffer>} pixels    [C, H, W]
 * @property {number[] | null} box               of the object in the photograph: left, upper, right and lower edge
 * @property {boolean} inverted
 * @property {boolean} isDoubtful                no object was found, or one that reaches the photograph's edge
 */

/**
 * @param {Run} run
 * @param {Blob} file
 * @param {ImageBitmap} photo    the file, read
 * @returns {Promise<Seen>} rejects with a sentence where the server cannot read it
 */
export async function photoToPixels(run, file, photo) {
  if (!run.live) return reduced(run, photo);
  const { picture, found } = await prepare(file);
  const { box, inverted, note } = found;
  return { pixels: Uint8Array.from(picture), box, inverted, isDoubtful: note !== null };
}

/**
 * The whole photograph, on black as Fashion-MNIST is.
 * @param {Run} run
 * @param {ImageBitmap} photo
 * @returns {Seen}
 */
function reduced({ picture: { shape } }, photo) {
  const [channels, height, width] = shape;
  const share = Math.min(width / photo.width, height / photo.height);
  const [across, down] = [photo.width, photo.height].map((side) => Math.max(1, Math.round(side * share)));
  const [left, top] = [(width - across) >> 1, (height - down) >> 1];
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("the browser has no canvas");
  context.fillStyle = "white"; // behind what is transparent
  context.fillRect(left, top, across, down);
  context.imageSmoothingQuality = "high";
  context.drawImage(photo, left, top, across, down);
  const inside = context.getImageData(left, top, across, down);
  const inverted = channels === 1 && borderOf(inside) > 127;
  if (inverted) {
    context.globalCompositeOperation = "difference"; // white minus what is there
    context.fillRect(left, top, across, down);
  }
  const colours = context.getImageData(0, 0, width, height).data;
  const pixels = channels === 1 ? greyOf(colours) : separated(colours, height * width);
  return { pixels, box: null, inverted, isDoubtful: false };
}

/**
 * @param {Uint8ClampedArray} colours
 * @param {number} size
 */
function separated(colours, size) {
  return Uint8Array.from({ length: 3 * size }, (_, place) => colours[4 * (place % size) + Math.floor(place / size)]);
}

/** The mean of the outermost pixels: bright, where a dark object lies on a light ground. @param {ImageData} image */
function borderOf({ width, height, data }) {
  const border = [...greyOf(data)].filter((_, place) => {
    const [row, column] = [Math.floor(place / width), place % width];
    return row === 0 || column === 0 || row === height - 1 || column === width - 1;
  });
  return border.reduce((sum, pixel) => sum + pixel, 0) / border.length;
}
