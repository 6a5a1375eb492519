// The section "One value": how it came about, back to the windows of the last convolution or linear layer before it.

import { number, t } from "convlens/i18n/index.js";
import { nameOf, openLayer, within } from "convlens/network/layers.js";
import { createFieldPicture } from "convlens/network/field_picture.js";
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
  /** @type {AbortController} */
  let drawing = new AbortController();
  let said = "";
  let drawnFor = "";

  function draw() {
    if (!shown) return;
    const layer = openLayer(run);
    const operation = run.operations[layer];
    const tensor = shown.values.get(layer);
    const wanted = JSON.stringify([layer, network.values.at]);
    if (wanted === drawnFor) return;
    drawnFor = wanted;
    drawing.abort();
    drawing = new AbortController();
    if (!tensor) {
      heading.textContent = t("unit.none", { name: nameOf(operation) });
      compared.textContent = "";
      steps.replaceChildren();
      picture.hide();
      return;
    }
    const [channel, row, column] = within(network.values.at, tensor);
    const index = tensor.shape.length === 3 ? [channel, row, column] : [channel];
    const value = number(at(tensor, index), 5);
    const values = { name: nameOf(operation), channel, row, column, value };
    heading.textContent = tensor.shape.length === 3 ? t("unit.title.map", values) : t("unit.title.neuron", values);
    compared.textContent = comparison(shown, layer, index);
    const field = receptiveField(run.operations, run.tensors, layer, index);
    picture.show(shown.pixels, field);
    const chain = history(run.operations, shown.values, shown.weights, layer, index, shown.masks);
    const go = (/** @type {number} */ id, /** @type {number[]} */ place) => network.change({ layer: id, at: [place[0], place[1] ?? 0, place[2] ?? 0] });
    steps.replaceChildren(...chain.map((step) => stepBlock({ run, step, go, signal: drawing.signal })));
    if (said && said !== heading.textContent) announce(heading.textContent);
    said = heading.textContent ?? "";
  }
  signal.addEventListener("abort", () => drawing.abort());
  body.append(
    el("p", { class: "note" }, t("unit.note")),
    el("div", { class: "unit-head" }, picture.element, el("div", { class: "unit-value" }, heading, compared)),
    steps,
  );
  network.watch(draw, signal);
  view.watch((now) => {
    shown = now;
    drawnFor = "";
    draw();
  }, signal);
}

/**
 * The same number from PyTorch, and how far apart they are.
 * @param {Shown} shown
 * @param {number} layer
 * @param {number[]} index
 */
function comparison({ values, torch, masks, weights }, layer, index) {
  const mine = values.get(layer);
  const theirs = torch?.get(layer);
  if (!mine) return "";
  if (!theirs) return masks.size ? t("unit.torchTraining") : weights && network.values.snapshot >= 0 ? t("unit.torchSnapshot") : t("unit.torchAbsent");
  const [here, there] = [at(mine, index), at(theirs, index)];
  return t("unit.torch", { value: number(there, 7), difference: Math.abs(here - there) === 0 ? "0" : Math.abs(here - there).toExponential(1).replace("-", "−") });
}
