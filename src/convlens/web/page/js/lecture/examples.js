// Settings of stride, padding and dilation that show something.

/** @import { Geometry, Kind } from "convlens/lecture/geometry.js" */

/** @type {Record<"remainder" | "same" | "halved" | "dilated" | "infinite" | "gaps", Geometry & {kind: Kind}>} */
export const EXAMPLES = {
  remainder: { kind: "convolution", size: 6, kernel: 3, stride: 2, padding: 0, dilation: 1 },
  same: { kind: "convolution", size: 5, kernel: 3, stride: 1, padding: 1, dilation: 1 },
  halved: { kind: "convolution", size: 8, kernel: 3, stride: 2, padding: 1, dilation: 1 },
  dilated: { kind: "convolution", size: 7, kernel: 3, stride: 1, padding: 0, dilation: 2 },
  infinite: { kind: "maximum", size: 5, kernel: 3, stride: 2, padding: 1, dilation: 1 },
  gaps: { kind: "maximum", size: 7, kernel: 2, stride: 3, padding: 0, dilation: 1 },
};

/**
 * The name of the example that a setting is; "own" for none of them.
 * @param {Kind} kind
 * @param {Geometry} geometry
 * @returns {keyof typeof EXAMPLES | "own"}
 */
export function exampleOf(kind, geometry) {
  const names = /** @type {(keyof typeof EXAMPLES)[]} */ (Object.keys(EXAMPLES));
  const sides = /** @type {(keyof Geometry)[]} */ (["size", "kernel", "stride", "padding", "dilation"]);
  const same = names.find(
    (name) => EXAMPLES[name].kind === kind && sides.every((side) => EXAMPLES[name][side] === geometry[side]),
  );
  return same ?? "own";
}
