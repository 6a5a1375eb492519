// What PyTorch allows of window, stride, padding and dilation, and the line that makes the layer.

/** @typedef {"convolution" | "maximum" | "average"} Kind */

export const KINDS = /** @type {const} */ (["convolution", "maximum", "average"]);

/**
 * @typedef {object} Geometry
 * @property {number} size        rows of the picture
 * @property {number} kernel
 * @property {number} stride
 * @property {number} padding
 * @property {number} dilation
 */

/**
 * The numbers as PyTorch would take them: a pooling's padding is at most half of its window, and average pooling has no
 * dilation.
 * @param {Kind} kind
 * @param {Geometry} wanted
 * @returns {Geometry}
 */
export function allowed(kind, wanted) {
  return {
    ...wanted,
    padding: Math.min(wanted.padding, mostPadding(kind, wanted.kernel)),
    dilation: kind === "average" ? 1 : wanted.dilation,
  };
}

/**
 * @param {Kind} kind
 * @param {number} kernel
 * @param {number} [most]    where there is no other bound
 */
export function mostPadding(kind, kernel, most = Infinity) {
  return kind === "convolution" ? most : Math.min(most, Math.floor(kernel / 2));
}

/**
 * The line of PyTorch that makes the layer: ready to run, for a picture of one channel and 32 filters.
 * @param {Kind} kind
 * @param {Geometry} geometry
 */
export function lineOfCode(kind, { kernel, stride, padding, dilation }) {
  const name = { convolution: "Conv2d", maximum: "MaxPool2d", average: "AvgPool2d" }[kind];
  const parts = [`kernel_size=${kernel}`, `stride=${stride}`];
  if (kind === "convolution") parts.unshift("1", "32");
  if (padding || kind === "convolution") parts.push(`padding=${padding}`);
  if (dilation > 1) parts.push(`dilation=${dilation}`);
  return `nn.${name}(${parts.join(", ")})`;
}
