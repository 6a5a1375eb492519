// What becomes of a picture's rows and columns, in sentences: the result's size, and what no window reaches.

import { t } from "convlens/i18n/index.js";
import { outputSize, unreached } from "convlens/sums/sizes.js";

/** @import { Geometry } from "convlens/lecture/geometry.js" */

/**
 * @param {Geometry} geometry
 * @returns {string[]}
 */
export function outcome({ size, kernel, stride, padding, dilation }) {
  const side = outputSize(size, kernel, stride, padding, dilation);
  const reach = dilation * (kernel - 1) + 1;
  if (side < 1) return [t("outcome.unfit", { reach, room: size + 2 * padding })];
  const { end, rows } = unreached(size, kernel, stride, padding, dilation);
  const last = rows.filter((row) => row >= size - end);
  const between = rows.filter((row) => row < size - end);
  const sentences = [t("outcome.size", { size, side })];
  if (last.length) sentences.push(t("outcome.end", { count: last.length, list: listed(last) }));
  const lastRead = (side - 1) * stride - padding + reach - 1;
  const unused = Math.min(padding, size - 1 + padding - lastRead); // rows of padding
  if (between.length) sentences.push(t("outcome.between", { count: between.length, list: listed(between) }));
  if (unused) sentences.push(t("outcome.padding", { count: unused }));
  if (!rows.length) sentences.push(t("outcome.whole"));
  return sentences;
}

/**
 * Numbers in ascending order; of many only the first and the last ones.
 * @param {number[]} numbers
 */
function listed(numbers) {
  if (numbers.length <= 6) return numbers.join(", ");
  return `${numbers.slice(0, 4).join(", ")}, …, ${numbers[numbers.length - 1]}`;
}
