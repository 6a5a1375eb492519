// The one formula of the sizes, `n_out = floor((n_in + 2p − k) / s) + 1`, with its numbers in place.

import { factor, floor, lines, mfrac, mi, mo, mrow, msub, num } from "convlens/parts/formula.js";

/** @import { Geometry } from "convlens/lecture/geometry.js" */
/** @import { Meaning } from "convlens/parts/formula.js" */

/**
 * The formula in letters, with its numbers, and what it comes to. Each number carries the name of its slider as
 * data-drag, so that it can be dragged where a section wants that.
 * @param {Geometry} geometry
 * @returns {MathMLElement}
 */
export function sizeFormula(geometry) {
  const { size, kernel, stride, padding, dilation } = geometry;
  const room = size + 2 * padding - dilation * (kernel - 1) - 1;
  const moves = Math.floor(room / stride);
  const letters = span(dilation, {
    size: msub(mi("n", "picture"), mi("in", "picture")),
    padding: mrow(num(2), mi("p", "padding")),
    kernel: mi("k", "filter"),
    dilation: mi("d"),
  });
  const numbers = span(dilation, {
    size: dragged("size", size, "picture"),
    padding: mrow(num(2), mo("·"), dragged("padding", padding, "padding")),
    kernel: dragged("kernel", kernel, "filter"),
    dilation: dragged("dilation", dilation),
  });
  return lines([
    [msub(mi("n", "result"), mi("out", "result")), mo("="), mrow(floor(mfrac(letters, mi("s"))), mo("+"), num(1))],
    [null, mo("="), mrow(floor(mfrac(numbers, dragged("stride", stride))), mo("+"), num(1))],
    [null, mo("="), mrow(floor(mfrac(num(room), num(stride))), mo("+"), num(1))],
    [null, mo("="), mrow(factor(moves), mo("+"), num(1), mo("="), num(moves + 1, "result"))],
  ]);
}

/**
 * What is divided by the stride; dilation stands in it only where it is not 1.
 * @param {number} dilation
 * @param {{size: Node, padding: Node, kernel: Node, dilation: Node}} parts
 */
function span(dilation, { size, padding, kernel, dilation: d }) {
  if (dilation === 1) return mrow(size, mo("+"), padding, mo("−"), kernel);
  const reach = mrow(d, mo("·"), mo("("), kernel, mo("−"), num(1), mo(")"));
  return mrow(size, mo("+"), padding, mo("−"), reach, mo("−"), num(1));
}

/**
 * @param {keyof Geometry} name
 * @param {number} value
 * @param {Meaning} [meaning]
 */
function dragged(name, value, meaning = "") {
  const element = num(value, meaning);
  element.dataset.drag = name;
  return element;
}
