// A value of a convolution in all its input channels: the map with its window, numbers, weights, products and what the
// channel adds; and the map that this channel alone would give.

import { number, t } from "convlens/i18n/index.js";
import { goTo } from "convlens/network/places.js";
import { el } from "convlens/parts/dom.js";
import { layFrame } from "convlens/parts/frame.js";
import { createGrid } from "convlens/parts/grid.js";
import { createMosaic } from "convlens/parts/mosaic.js";
import { figure, sign, stage } from "convlens/parts/stage.js";
import { conv2d } from "convlens/sums/convolution.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Shown } from "convlens/network/view.js" */
/** @import { Tensor } from "convlens/sums/tensors.js" */
/** @import { Work } from "convlens/sums/unit.js" */
/** @typedef {Extract<Work, {kind: "sum"}>} WindowSum */

/**
 * @typedef {object} Options
 * @property {Run} run
 * @property {Shown} shown
 * @property {number} id         of the convolution
 * @property {number[]} index    of the value: [filter, row, column]
 * @property {WindowSum} work
 * @property {AbortSignal} signal
 */

const AT_FIRST = 3;
const ON_ONE_LINE = 5; // columns of a kernel, for which all of a channel fits beside each other

/** @param {Options} options */
export function createChannels(options) {
  const { work } = options;
  const sorted = [...work.channels].sort((one, other) => Math.abs(other.sum) - Math.abs(one.sum));
  const [first, others] = [sorted.slice(0, AT_FIRST), sorted.slice(AT_FIRST)];
  const list = el("div", { class: "channels" }, ...first.map((channel) => block(options, channel)));
  const text = t("channels.all", { count: sorted.length });
  const more = el("button", { type: "button", class: "plain", hidden: !others.length, onclick: showAll }, text);
  function showAll() {
    more.hidden = true;
    list.append(...others.map((channel) => block(options, channel)));
    list.querySelectorAll("button")[AT_FIRST]?.focus();
  }

  const terms = first.map(({ channel, sum }) => t("channels.term", { channel, sum: number(sum, 5) }));
  const rest = others.reduce((total, { sum }) => total + sum, 0);
  if (others.length) terms.push(t("channels.others", { count: others.length, sum: number(rest, 5) }));
  if (work.bias !== null) terms.push(t("channels.bias", { bias: number(work.bias, 5) }));
  const total = el("p", {}, `${terms.join(" + ")} = `, el("b", { class: "result" }, number(work.value, 5)));
  return el(
    "div",
    { class: "sum" },
    el("p", { class: "note" }, t("channels.note", { count: sorted.length })),
    list,
    more,
    total,
  );
}

/**
 * @param {Options} options
 * @param {WindowSum["channels"][number]} part
 */
function block(options, part) {
  const { run, shown, id, signal } = options;
  const { channel, window, weights, products, inside, sum } = part;
  /** @type {(caption: string, meaning: "picture" | "filter" | "product", values: number[][]) => HTMLElement} */
  const gridOf = (caption, meaning, values) => {
    const grid = createGrid({ label: t("channels.grid", { what: caption, channel }), meaning, signal });
    grid.update({ values, mark: (row, column) => (meaning === "picture" && !inside[row][column] ? "padding" : "") });
    return figure(caption, meaning, grid.element);
  };
  const [source] = run.operations[id].inputs;
  const input = /** @type {Tensor} */ (shown.values.get(source));
  const onclick = () => goTo(run, source, [channel, ...middleOf(options, input)]);
  const open = el("button", { type: "button", class: "text", onclick }, t("channels.channel", { channel }));
  return el(
    "div",
    { class: weights[0]?.length > ON_ONE_LINE ? "channel wide" : "channel" },
    el("p", { class: "step-head" }, open, el("span", {}, t("channels.adds", { sum: number(sum, 5) }))),
    stage(
      mapFigure(options, channel, input),
      gridOf(t("channels.window"), "picture", window),
      sign("·"),
      gridOf(t("figure.filter"), "filter", weights),
      sign("→"),
      gridOf(t("figure.products"), "product", products),
      ...partialFigure(options, channel, input, weights),
    ),
  );
}

/**
 * The middle of the window, or the nearest value of the map.
 * @param {Options} options
 * @param {Tensor} input
 */
function middleOf({ work: { rows, columns } }, { shape }) {
  return [rows, columns].map((places, side) => {
    return Math.min(Math.max(places[places.length >> 1] ?? 0, 0), shape[1 + side] - 1);
  });
}

/**
 * The numbers of one channel.
 * @param {Tensor} input
 * @param {number} channel
 * @returns {Tensor} [1, H, W]
 */
function only({ shape: [, height, width], data }, channel) {
  const size = height * width;
  return { shape: [1, height, width], data: data.subarray(channel * size, (channel + 1) * size) };
}

/**
 * The channel's map, with a frame around the window.
 * @param {Options} options
 * @param {number} channel
 * @param {Tensor} input
 */
function mapFigure({ run, id, work: { rows, columns }, signal }, channel, input) {
  const { shape, data } = only(input, channel);
  const [, height, width] = shape;
  const plain = run.operations[run.operations[id].inputs[0]].op === "picture";
  const mosaic = createMosaic({ label: t("channels.grid", { what: t("channels.map"), channel }), signal });
  mosaic.update({ maps: shape, data, plain });
  const [top, left] = [rows, columns].map((places) => Math.max(0, Math.min(...places)));
  const [bottom, right] = [Math.min(height, Math.max(...rows) + 1), Math.min(width, Math.max(...columns) + 1)];
  const lens = el("div", { class: "lens", hidden: bottom <= top || right <= left });
  layFrame(lens, { left, top, right, bottom }, { width, height });
  mosaic.element.append(lens);
  return figure(t("channels.map"), "picture", mosaic.element);
}

/**
 * What the channel alone adds to every place of the map; none for a transposed convolution.
 * @param {Options} options
 * @param {number} channel
 * @param {Tensor} input
 * @param {number[][]} weights
 */
function partialFigure({ run, id, index: [, row, column], signal }, channel, input, weights) {
  const { op, options } = run.operations[id];
  if (op !== "conv2d") return [];
  const shape = [1, 1, weights.length, weights[0].length];
  const weight = { shape, data: Float32Array.from(weights.flat()) };
  const result = conv2d([only(input, channel)], { .../** @type {any} */ (options), groups: 1 }, { weight });
  const mosaic = createMosaic({ label: t("channels.grid", { what: t("channels.partial"), channel }), signal });
  mosaic.update({ maps: result.shape, data: result.data, chosen: [0, row, column] });
  return [sign("→"), figure(t("channels.partial"), "result", mosaic.element)];
}
