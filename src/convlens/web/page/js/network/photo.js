// From a photograph to what the network sees. The server does it as `convlens predict` does, which finds the object on
// its background; an exported file can only reduce the whole photograph.

import { prepare } from "convlens/run.js";

/** @import { Run } from "convlens/run.js" */

/**
 * @param {Run} run
 * @param {Blob} file
 * @returns {Promise<{pixels: Uint8Array<ArrayBuffer>, inverted: boolean, note: string | null}>} rejects where it is no
 *   picture
 */
export async function photoToPixels(run, file) {
  if (run.live) {
    const { picture, found } = await prepare(file);
    return { pixels: Uint8Array.from(picture), inverted: found.inverted, note: found.note };
  }
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none" });
  const [channels, height, width] = run.picture.shape;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (!context) throw new Error("");
  const share = Math.min(width / bitmap.width, height / bitmap.height);
  const [across, down] = [bitmap.width * share, bitmap.height * share];
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, (width - across) / 2, (height - down) / 2, across, down);
  const colours = context.getImageData(0, 0, width, height).data;
  const pixels = channels === 1 ? grey(colours) : separated(colours, height * width);
  const inverted = channels === 1 && borderOf(pixels, height, width) > 127;
  return { pixels: inverted ? pixels.map((pixel) => 255 - pixel) : pixels, inverted, note: null };
}

/** @param {Uint8ClampedArray} colours */
function grey(colours) {
  return Uint8Array.from({ length: colours.length / 4 }, (_, place) =>
    Math.round(0.299 * colours[4 * place] + 0.587 * colours[4 * place + 1] + 0.114 * colours[4 * place + 2]),
  );
}

/**
 * @param {Uint8ClampedArray} colours
 * @param {number} size
 */
function separated(colours, size) {
  return Uint8Array.from({ length: 3 * size }, (_, place) => colours[4 * (place % size) + Math.floor(place / size)]);
}

/**
 * The mean of the outermost pixels: bright, where a dark object lies on a light ground.
 * @param {Uint8Array} pixels
 * @param {number} height
 * @param {number} width
 */
function borderOf(pixels, height, width) {
  const border = [...pixels].filter((_, place) => {
    const [row, column] = [Math.floor(place / width), place % width];
    return row === 0 || column === 0 || row === height - 1 || column === width - 1;
  });
  return border.reduce((sum, pixel) => sum + pixel, 0) / border.length;
}
