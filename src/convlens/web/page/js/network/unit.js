// The section "One value": how it came about, back to the windows of the last convolution or linear layer before it.

import { number, t } from "convlens/i18n/index.js";
import { createFieldPicture } from "convlens/network/field_picture.js";
import { indexAt, mapsOf, nameOf, openLayer, within } from "convlens/network/places.js";
import { network } from "convlens/network/shared.js";
import { stepBlock } from "convlens/network/step.js";
import { announce, el } from "convlens/parts/dom.js";
import { receptiveField } from "convlens/sums/field.js";
import { at } from "convlens/sums/tensors.js";
import { history } from "convlens/sums/unit.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Section } from "convlens/parts/section.js" */
/** @import { Shown } from "convlens/network/view.js" */
/** @typedef {ReturnType<typeof import("convlens/network/view.js").createView>} View */

const PAUSE = 250; // ms without a change: while someone draws, the many grids here would slow the pen down

/**
 * @param {Run} run
 * @param {View} view
 * @returns {Section}
 */
export function createUnit(run, view) {
  return { id: "unit", state: network, mount: (body, signal) => mount(run, view, body, signal) };
}

/**
 * @param {Run} run
 * @param {View} view
 * @param {HTMLElement} body
 * @param {AbortSignal} signal
 */
function mount(run, view, body, signal) {
  const heading = el("h3", {});
  const compared = el("p", { class: "note" });
  const picture = createFieldPicture({ run });
  const steps = el("ol", { class: "steps" });
  /** @type {Shown | undefined} */
  let shown;
  let drawing = new AbortController(); // of the grids in the steps
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  let saidFor = "";
  let drawnFor = "";

  function draw() {
    if (!shown) return;
    const layer = openLayer(run);
    const wanted = JSON.stringify([layer, network.values.at]);
    if (wanted === drawnFor) return;
    drawnFor = wanted;
    drawing.abort();
    drawing = new AbortController();
    const tensor = shown.values.get(layer);
    const name = nameOf(run.operations[layer]);
    picture.element.hidden = tensor === undefined;
    if (!tensor) {
      heading.textContent = t("unit.none", { name });
      compared.textContent = "";
      steps.replaceChildren();
      return;
    }
    const place = within(network.values.at, tensor);
    const index = indexAt(place, tensor.shape);
    heading.textContent = titleOf(name, place, tensor.shape, at(tensor, index));
    compared.textContent = comparison(run, shown, layer, index);
    picture.show(shown.pixels, receptiveField(run.operations, run.tensors, layer, index));
    const chain = history(run.operations, shown.values, shown.weights, layer, index, shown.masks);
    const options = { run, shown, signal: drawing.signal };
    steps.replaceChildren(...chain.map((step) => stepBlock({ ...options, step })));
    if (saidFor && saidFor !== wanted) announce(heading.textContent); // of another picture the answer is said
    saidFor = wanted;
  }

  signal.addEventListener("abort", () => {
    drawing.abort();
    clearTimeout(waiting);
  });
  body.append(
    el("div", { class: "unit-head" }, picture.element, el("div", { class: "unit-value" }, heading, compared)),
    el("p", { class: "note" }, t("unit.note")),
    steps,
  );
  network.watch(draw, signal);
  view.watch((now) => {
    shown = now;
    drawnFor = "";
    clearTimeout(waiting);
    if (now.index === null) waiting = setTimeout(draw, PAUSE);
    else draw();
  }, signal);
}

/**
 * @param {string} name
 * @param {number[]} place    [channel, row, column]
 * @param {number[]} shape
 * @param {number} value
 */
function titleOf(name, [channel, row, column], shape, value) {
  const [, height, width] = mapsOf(shape);
  const values = { name, channel, row, column, value: number(value, 5) };
  return height * width > 1 ? t("unit.title.map", values) : t("unit.title.neuron", values);
}

/**
 * The same number from PyTorch, and how far apart they are; or why there is none.
 * @param {Run} run
 * @param {Shown} shown
 * @param {number} layer
 * @param {number[]} index
 */
function comparison(run, { values, torch }, layer, index) {
  const mine = values.get(layer);
  const theirs = torch?.get(layer);
  if (!mine || run.operations[layer].known === false) return "";
  if (!theirs) return absence(run, torch !== undefined);
  const there = at(theirs, index);
  const difference = Math.abs(at(mine, index) - there);
  const apart = difference ? difference.toExponential(1).replace("-", "−") : "0";
  return t("unit.torch", { value: number(there, 7), difference: apart });
}

/**
 * Why there is nothing to compare with.
 * @param {Run} run
 * @param {boolean} hasOthers    PyTorch's values of other operations are at hand
 */
function absence(run, hasOthers) {
  if (run.snapshots[network.values.snapshot]) return t("unit.torchSnapshot");
  return hasOthers ? t("unit.torchTraining") : t("unit.torchAbsent");
}
