// The section "Your network": the picture, the answer, and the maps of every operation.

import { t } from "convlens/i18n/index.js";
import { createAnswer } from "convlens/network/answer.js";
import { createLayers } from "convlens/network/layers.js";
import { createPictures } from "convlens/network/pictures.js";
import { paintPixels } from "convlens/network/pixels.js";
import { network } from "convlens/network/shared.js";
import { announce, el } from "convlens/parts/dom.js";
import { figure } from "convlens/parts/stage.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Section } from "convlens/parts/section.js" */
/** @typedef {ReturnType<typeof import("convlens/network/view.js").createView>} View */

const REST = 600; // ms without a change, before the answer is said

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
  const [, height, width] = run.picture.shape;
  const sees = t("network.sees", { width, height });
  const canvas = el("canvas", { class: "pixels", role: "img", "aria-label": sees });
  const large = figure(sees, "", canvas);
  const answer = createAnswer(run);
  const layers = createLayers({ run, signal });
  const problem = el("p", { class: "problem", role: "status" });
  /** @type {import("convlens/network/view.js").Shown | undefined} */
  let shown;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let saying;
  let said = "";
  const row = el("div", { class: "answer-row" }, large, answer.element);

  function drawOpen() {
    if (!shown) return;
    pictures.update(shown);
    // Without a photograph there is no answer to it, and none to anything else stands in its place.
    layers.element.hidden = network.values.source === "photo" && !shown.isOwn;
    row.hidden = layers.element.hidden || (shown.index === null && !shown.isOwn);
    layers.drawOpen(shown);
  }

  /** For those who cannot see it: the answer, once it has come to rest. */
  function sayAnswer() {
    clearTimeout(saying);
    saying = setTimeout(() => {
      if (said && said !== answer.title() && !row.hidden) announce(answer.title());
      said = answer.title();
    }, REST);
  }
  signal.addEventListener("abort", () => clearTimeout(saying));
  body.append(pictures.element, problem, row, layers.element);
  network.watch(drawOpen, signal);
  view.watch(
    (now) => {
      shown = now;
      problem.textContent = network.values.snapshot >= 0 ? t("network.earlier") : "";
      large.hidden = network.values.source === "drawing"; // the board shows it
      paintPixels(canvas, now.pixels, run.picture.shape);
      answer.draw(now);
      layers.draw(now);
      drawOpen();
      sayAnswer();
    },
    signal,
    (sentence) => (problem.textContent = sentence),
  );
}
