// The operation that is open: how its numbers come about, and its maps, of which a value can be chosen.

import { number, t } from "convlens/i18n/index.js";
import { derivationOf, reasonOf, sizesOf } from "convlens/network/derivation.js";
import { mapsOf, nameOf, openLayer, within } from "convlens/network/places.js";
import { network } from "convlens/network/shared.js";
import { createChooser } from "convlens/parts/chooser.js";
import { el } from "convlens/parts/dom.js";
import { equation } from "convlens/parts/typeset.js";
import { createMosaic, rangeOf } from "convlens/parts/mosaic.js";

/** @import { Said } from "convlens/network/derivation.js" */
/** @import { Run } from "convlens/run.js" */
/** @import { Shown } from "convlens/network/view.js" */
/** @import { Tensor } from "convlens/sums/tensors.js" */

const AT_FIRST = 64; // maps; of neurons all are shown

/**
 * @param {object} options
 * @param {Run} options.run
 * @param {AbortSignal} options.signal
 */
export function createOpenLayer({ run, signal }) {
  const heading = el("h3", {});
  const said = el("ul", { class: "sentences" });
  const maps = createMosaic({ label: t("layers.choose"), onChoose: (at) => network.change({ at }), signal });
  const legend = el("p", { class: "note" });
  const all = el("button", { type: "button", class: "plain", onclick: showAll }, t("layers.all"));
  const scale = createChooser({
    label: t("layers.scale"),
    options: /** @type {const} */ (["layer", "map", "network"]).map((value) => {
      return { value, text: t(`layers.scale.${value}`) };
    }),
    onChange: (value) => network.change({ scale: value }),
  });
  const controls = el("div", { class: "controls" }, scale.element, all);
  /** @type {Shown | undefined} */
  let shown;
  let wide = -1; // the layer of which all maps are shown
  let described = "";

  function showAll() {
    wide = openLayer(run);
    if (shown) draw(shown);
  }

  /** The sentences, which change with the layer alone. @param {number} layer @param {boolean} isShown */
  function describe(layer, isShown) {
    const wanted = `${layer} ${isShown}`;
    if (wanted === described) return;
    described = wanted;
    const operation = run.operations[layer];
    heading.textContent = `${nameOf(operation)}: ${sizesOf(operation.output)}`;
    const why = isShown && operation.known !== false ? [] : [{ text: reasonOf(operation, isShown) }];
    said.replaceChildren(...[...why, ...derivationOf(run, operation)].map(sentence));
  }

  /** @param {Shown} now */
  function draw(now) {
    shown = now;
    const layer = openLayer(run);
    const operation = run.operations[layer];
    const tensor = now.values.get(layer);
    describe(layer, tensor !== undefined);
    for (const part of [maps.element, legend, controls]) part.hidden = tensor === undefined;
    if (!tensor) return;
    const [count, height, width] = mapsOf(tensor.shape);
    const isPicture = operation.op === "picture";
    const isWide = wide === layer || height * width === 1;
    all.hidden = isWide || count <= AT_FIRST;
    scale.element.hidden = isPicture || count === 1 || height * width === 1;
    scale.update(network.values.scale);
    maps.update({
      maps: [count, height, width],
      data: tensor.data,
      most: isWide ? Infinity : AT_FIRST,
      chosen: within(network.values.at, tensor),
      plain: isPicture,
      apart: network.values.scale === "map" && !scale.element.hidden,
      largest: network.values.scale === "network" && !isPicture ? largestOf(run, now) : undefined,
      out: now.masks.get(layer),
    });
    legend.textContent = isPicture ? t("layers.pictureLegend") : legendOf(tensor, operation.known === false);
  }

  return {
    element: el(
      "div",
      { class: "panel open-layer" },
      el("div", { class: "about" }, heading, said),
      el("div", { class: "large" }, maps.element, legend, controls),
    ),
    draw,
  };
}

/**
 * The largest size of a value in the whole network, the picture apart.
 * @param {Run} run
 * @param {Shown} now
 */
function largestOf({ operations }, { values }) {
  const ranges = operations.slice(1).map(({ id }) => rangeOf(values.get(id)?.data ?? []));
  return Math.max(...ranges.map(({ least, most }) => Math.max(-least, most)));
}

/** @param {Said} said */
function sentence({ text, name = "", sum }) {
  if (!sum) return el("li", {}, text);
  const worked = equation(name, sum.formula, sum.worked, sum.result);
  return el("li", {}, text, el("div", { class: "formula", tabindex: 0, role: "group", "aria-label": text }, worked));
}

/**
 * @param {Tensor} tensor
 * @param {boolean} isTorchs
 */
function legendOf({ data }, isTorchs) {
  const { least, most } = rangeOf(data);
  const range = t("layers.legend", { least: number(least, 3), most: number(most, 3) });
  return isTorchs ? `${t("layers.fromTorch")} ${range}` : range;
}
