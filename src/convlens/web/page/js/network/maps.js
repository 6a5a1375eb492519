// The section "Your network": the picture, the maps of every layer, and the answer.

import { t } from "convlens/i18n/index.js";
import { createAnswer } from "convlens/network/answer.js";
import { createLayers } from "convlens/network/layers.js";
import { createPictures } from "convlens/network/pictures.js";
import { paintPixels } from "convlens/network/pixels.js";
import { network } from "convlens/network/shared.js";
import { el } from "convlens/parts/dom.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Section } from "convlens/parts/section.js" */
/** @typedef {ReturnType<typeof import("convlens/network/view.js").createView>} View */

/**
 * @param {Run} run
 * @param {View} view
 * @returns {Section}
 */
export function createMaps(run, view) {
  return { id: "network", state: network, mount: (body, signal) => mount(run, view, body, signal) };
}

/**
 * @param {Run} run
 * @param {View} view
 * @param {HTMLElement} body
 * @param {AbortSignal} signal
 */
function mount(run, view, body, signal) {
  const pictures = createPictures({ run, target: body, signal });
  const layers = createLayers({ run, signal });
  const answer = createAnswer(run);
  /** @type {import("convlens/network/view.js").Shown | undefined} */
  let shown;
  const draw = () => {
    if (!shown) return;
    pictures.update(shown);
    layers.draw(shown);
    answer.draw(shown);
    paintPixels(large, shown.pixels, run.picture.shape);
  };
  const large = el("canvas", { class: "pixels", role: "img", "aria-label": t("network.picture") });
  const missing = run.test.indices.length ? null : el("p", { class: "note" }, t("network.noPictures"));
  body.append(pictures.element, ...(missing ? [missing] : []), el("div", { class: "answer-row" }, large, answer.element), layers.element);
  network.watch(draw, signal);
  view.watch((now) => {
    shown = now;
    draw();
  }, signal);
}
