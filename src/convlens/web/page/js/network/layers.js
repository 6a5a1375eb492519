// The network from left to right: a card for each operation with its maps, which opens the operation below.

import { t } from "convlens/i18n/index.js";
import { sizesOf } from "convlens/network/derivation.js";
import { createOpenLayer } from "convlens/network/open_layer.js";
import { mapsOf, openLayer } from "convlens/network/places.js";
import { network } from "convlens/network/shared.js";
import { el } from "convlens/parts/dom.js";
import { createMosaic } from "convlens/parts/mosaic.js";
import { createPager } from "convlens/parts/pager.js";

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
  const strip = createScrolling(
    t("layers.label"),
    cards.map(({ element }) => element),
    signal,
  );
  let pressed = -1;
  const open = createOpenLayer({ run, signal });
  return {
    element: el("div", { class: "network" }, strip.element, open.element),
    /** The network has seen something else. @param {Shown} now */
    draw(now) {
      for (const card of cards) card.draw(now);
    },
    /** Another operation is open, or another of its values chosen. @param {Shown} now */
    drawOpen(now) {
      const layer = openLayer(run);
      if (layer !== pressed) {
        cards.forEach((card, id) => card.press(id === layer));
        strip.reveal(cards[layer].element);
      }
      pressed = layer;
      open.draw(now);
    },
  };
}

/**
 * Cards beside each other, as many as fit, and buttons to go on to the others.
 * @param {string} label
 * @param {HTMLElement[]} cards
 * @param {AbortSignal} signal
 */
function createScrolling(label, cards, signal) {
  const row = el("div", { class: "layers", role: "group", "aria-label": label }, ...cards);
  const pager = createPager({ onTurn: (pages) => row.scrollTo({ left: row.scrollLeft + pages * row.clientWidth }) });

  /** From the left edge of one card to that of the next. */
  const pitch = () => Math.max(1, (cards[1] ?? cards[0]).offsetLeft - cards[0].offsetLeft);
  function count() {
    const shown = Math.min(cards.length, Math.max(1, Math.round(row.clientWidth / pitch())));
    pager.element.hidden = shown === cards.length;
    pager.update(Math.round(row.scrollLeft / pitch()), shown, cards.length);
  }
  row.addEventListener("scroll", count, { signal });
  const watch = new ResizeObserver(count);
  watch.observe(row);
  signal.addEventListener("abort", () => watch.disconnect());
  return {
    element: el("div", { class: "scrolling" }, row, pager.element),
    /** Bring a card into view; the page itself stays where it is. @param {HTMLElement} card */
    reveal(card) {
      const left = card.offsetLeft - cards[0].offsetLeft;
      const isSeen = left >= row.scrollLeft - 1 && left + card.offsetWidth <= row.scrollLeft + row.clientWidth;
      if (!isSeen) row.scrollTo({ left });
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
