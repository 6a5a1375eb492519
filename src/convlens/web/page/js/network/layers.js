// The network from left to right: a column for each operation with its maps, which opens to its derivation.

import { number, t } from "convlens/i18n/index.js";
import { derivationOf, reasonOf, sizesOf } from "convlens/network/derivation.js";
import { network } from "convlens/network/shared.js";
import { el } from "convlens/parts/dom.js";
import { createMosaic } from "convlens/parts/mosaic.js";
import { indexOf } from "convlens/sums/tensors.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Shown } from "convlens/network/view.js" */
/** @import { Tensor } from "convlens/sums/tensors.js" */

const AT_FIRST = 64; // maps; of neurons all are shown
const MOST_NEURONS = 4096;

/**
 * @param {object} options
 * @param {Run} options.run
 * @param {AbortSignal} options.signal
 */
export function createLayers({ run, signal }) {
  const columns = run.operations.map((operation) => {
    const open = () => network.change({ layer: operation.id, at: [-1, -1, -1] });
    const small = createMosaic({ label: t("layers.maps", { name: operation.name }), signal });
    const button = el(
      "button",
      { type: "button", onclick: open, "data-layer": operation.id },
      el("b", {}, nameOf(operation)),
      el("span", { class: "quiet" }, sizesOf(operation.output)),
      small.element,
    );
    const missing = el("span", { class: "missing", hidden: true }, "?");
    button.append(missing);
    return { operation, small, button, missing };
  });
  const row = el("div", { class: "layers", role: "group", "aria-label": t("layers.label"), tabindex: 0 }, ...columns.flatMap(({ button }, place) => (place ? [el("i", { "aria-hidden": "true" }, "→"), button] : [button])));
  const heading = el("h3", {});
  const said = el("ul", { class: "sentences" });
  const large = createMosaic({ label: t("layers.choose"), onChoose: (at) => network.change({ at }), signal });
  const legend = el("p", { class: "note" });
  const all = el("button", { type: "button", class: "plain", onclick: showAll }, t("layers.all"));
  /** @type {Shown | undefined} */
  let shown;
  let wide = -1; // the layer of which all maps are shown
  function showAll() {
    wide = openLayer(run);
    if (shown) draw(shown);
  }

  /** @param {Shown} now */
  function draw(now) {
    shown = now;
    const layer = openLayer(run);
    for (const { operation, small, button, missing } of columns) {
      const tensor = now.values.get(operation.id);
      button.setAttribute("aria-pressed", String(operation.id === layer));
      missing.hidden = tensor !== undefined;
      small.element.hidden = tensor === undefined;
      if (tensor) small.update({ tensor, maps: mostOf(tensor.shape, false), plain: operation.op === "picture", out: now.masks.get(operation.id) });
    }
    const operation = run.operations[layer];
    const tensor = now.values.get(layer);
    heading.textContent = `${nameOf(operation)}: ${sizesOf(operation.output)}`;
    const before = operation.inputs.map((id) => run.operations[id].output);
    const why = tensor && operation.known !== false ? [] : [reasonOf(operation, tensor !== undefined)];
    said.replaceChildren(...[...why, ...derivationOf(operation, before, run.tensors)].map((sentence) => el("li", {}, sentence)));
    large.element.hidden = tensor === undefined;
    all.hidden = !tensor || wide === layer || tensor.shape[0] <= mostOf(tensor.shape, false);
    legend.textContent = tensor ? legendOf(operation, tensor, now.torch !== undefined) : "";
    if (tensor) {
      large.update({ tensor, maps: mostOf(tensor.shape, wide === layer), chosen: within(network.values.at, tensor), plain: operation.op === "picture", out: now.masks.get(layer) });
    }
  }
  return {
    element: el("div", { class: "network" }, row, el("div", { class: "panel open-layer" }, el("div", { class: "about" }, heading, said), el("div", { class: "large" }, large.element, all, legend))),
    draw,
  };
}

/** The operation that is open: the one of the address, or the first convolution. @param {Run} run */
export function openLayer({ operations }) {
  const { layer } = network.values;
  if (operations[layer]) return layer;
  return operations.find(({ op }) => op === "conv2d")?.id ?? Math.min(1, operations.length - 1);
}

/**
 * A place that the tensor has, its largest value where none is named; neurons have no row and column.
 * @param {number[]} at
 * @param {Tensor} tensor
 * @returns {number[]} [channel, row, column]
 */
export function within(at, { shape, data }) {
  const sides = shape.length === 3 ? shape : [shape.reduce((product, side) => product * side, 1), 1, 1];
  if (at.some((place) => place < 0)) return indexOf(sides, data.reduce((best, value, place) => (value > data[best] ? place : best), 0));
  return at.map((place, side) => Math.min(place, sides[side] - 1));
}

/**
 * @param {number[]} shape
 * @param {boolean} isWide
 */
function mostOf(shape, isWide) {
  if (shape.length !== 3) return MOST_NEURONS;
  return isWide ? Infinity : AT_FIRST;
}

/** @param {{op: string, name: string}} operation */
export function nameOf({ op, name }) {
  if (op === "picture") return t("op.picture");
  return name === op || name.startsWith(op) ? name : `${name} (${op})`;
}

/**
 * @param {{op: string, known?: boolean}} operation
 * @param {Tensor} tensor
 * @param {boolean} hasTorch
 */
function legendOf({ op, known = true }, { data }, hasTorch) {
  if (op === "picture") return t("layers.pictureLegend");
  const [least, most] = data.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
  const range = t("layers.legend", { least: number(least, 3), most: number(most, 3) });
  return known || !hasTorch ? range : `${t("layers.fromTorch")} ${range}`;
}
