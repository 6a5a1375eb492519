// The section "Your network": the picture, the answer, and the maps of every operation.

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
  const large = el("canvas", { class: "pixels", role: "img", "aria-label": t("network.picture") });
  const answer = createAnswer(run);
  const layers = createLayers({ run, signal });
  const problem = el("p", { class: "problem", role: "status" });
  /** @type {import("convlens/network/view.js").Shown | undefined} */
  let shown;
  const drawOpen = () => {
    if (!shown) return;
    pictures.update(shown);
    layers.drawOpen(shown);
  };
  body.append(pictures.element, problem, el("div", { class: "answer-row" }, large, answer.element), layers.element);
  network.watch(drawOpen, signal);
  view.watch(
    (now) => {
      shown = now;
      problem.textContent = network.values.snapshot >= 0 ? t("network.earlier") : "";
      large.hidden = network.values.source === "drawing"; // the board shows it
      paintPixels(large, now.pixels, run.picture.shape);
      answer.draw(now);
      layers.draw(now);
      drawOpen();
    },
    signal,
    (sentence) => (problem.textContent = sentence),
  );
}
