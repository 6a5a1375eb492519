// The network from left to right: a card for each operation with its maps, which opens the operation below.

import { t } from "convlens/i18n/index.js";
import { sizesOf } from "convlens/network/derivation.js";
import { createOpenLayer } from "convlens/network/open_layer.js";
import { mapsOf, openLayer } from "convlens/network/places.js";
import { network } from "convlens/network/shared.js";
import { el } from "convlens/parts/dom.js";
import { createMosaic } from "convlens/parts/mosaic.js";

/** @import { Described, Run } from "convlens/run.js" */
/** @import { Operation } from "convlens/sums/tensors.js" */
/** @import { Shown } from "convlens/network/view.js" */

const MOST_MAPS = 64; // on a card

/**
 * @param {object} options
 * @param {Run} options.run
 * @param {AbortSignal} options.signal
 */
export function createLayers({ run, signal }) {
  const cards = run.operations.map((operation) => createCard(operation, signal));
  const arrow = () => el("i", { "aria-hidden": "true" }, "→");
  const row = el(
    "div",
    { class: "layers", role: "group", "aria-label": t("layers.label"), tabindex: 0 },
    ...cards.flatMap(({ element }, place) => (place ? [arrow(), element] : [element])),
  );
  let pressed = -1;
  const open = createOpenLayer({ run, signal });
  return {
    element: el("div", { class: "network" }, row, open.element),
    /** The network has seen something else. @param {Shown} now */
    draw(now) {
      for (const card of cards) card.draw(now);
    },
    /** Another operation is open, or another of its values chosen. @param {Shown} now */
    drawOpen(now) {
      const layer = openLayer(run);
      if (layer !== pressed) cards.forEach((card, id) => card.press(id === layer));
      pressed = layer;
      open.draw(now);
    },
  };
}

/**
 * @param {Operation & Described} operation
 * @param {AbortSignal} signal
 */
function createCard(operation, signal) {
  const { id, op, name, output } = operation;
  const maps = createMosaic({ label: t("layers.maps", { name }), signal });
  const missing = el("span", { class: "missing", hidden: true }, "?");
  const element = el(
    "button",
    {
      type: "button",
      title: name === op ? op : `${name} (${op})`,
      "data-layer": id,
      onclick: () => network.change({ layer: id, at: [-1, -1, -1] }),
    },
    el("b", {}, op === "picture" ? t("op.picture") : name),
    el("span", { class: "quiet" }, op === "picture" ? t("layers.normalised") : op),
    el("span", { class: "quiet" }, sizesOf(output)),
    maps.element,
    missing,
  );
  return {
    element,
    /** @param {boolean} isOpen */
    press: (isOpen) => element.setAttribute("aria-pressed", String(isOpen)),
    /** @param {Shown} now */
    draw({ values, masks }) {
      const tensor = values.get(id);
      missing.hidden = tensor !== undefined;
      maps.element.hidden = tensor === undefined;
      if (!tensor) return;
      const [count, height, width] = mapsOf(tensor.shape);
      const most = height * width === 1 ? Infinity : MOST_MAPS;
      maps.update({
        maps: [count, height, width],
        data: tensor.data,
        most,
        plain: op === "picture",
        out: masks.get(id),
      });
    },
  };
}
