// The pixels of a picture as its data set has them, grey or in colour.

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} pixels    [C, H, W], 0 to 255; C is 1 or 3
 * @param {number[]} shape
 */
export function paintPixels(canvas, pixels, [channels, height, width]) {
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  const size = height * width;
  for (let place = 0; place < size; place++) {
    for (let channel = 0; channel < 3; channel++)
      image.data[4 * place + channel] = pixels[(channel % channels) * size + place];
    image.data[4 * place + 3] = 255;
  }
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}
