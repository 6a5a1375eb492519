// The section "As it was learned": filters, maps and answers at the moments that the run kept.

import { number, t } from "convlens/i18n/index.js";
import { percent } from "convlens/network/pictures.js";
import { network } from "convlens/network/shared.js";
import { input } from "convlens/network/view.js";
import { createList } from "convlens/parts/chooser.js";
import { el } from "convlens/parts/dom.js";
import { createMosaic } from "convlens/parts/mosaic.js";
import { createPlayer } from "convlens/parts/player.js";
import { figure, stage } from "convlens/parts/stage.js";
import { softmax } from "convlens/sums/activations.js";
import { runNetwork } from "convlens/sums/network.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Section } from "convlens/parts/section.js" */
/** @import { Shown } from "convlens/network/view.js" */
/** @import { Key } from "convlens/i18n/index.js" */
/** @typedef {ReturnType<typeof import("convlens/network/view.js").createView>} View */

/**
 * @param {Run} run
 * @param {View} view
 * @returns {Section}
 */
export function createEpochs(run, view) {
  return { id: "epochs", state: network, mount: (body, signal) => mount(run, view, body, signal) };
}

/**
 * @param {Run} run
 * @param {View} view
 * @param {HTMLElement} body
 * @param {AbortSignal} signal
 */
function mount(run, view, body, signal) {
  const { snapshots } = run;
  if (!snapshots.length) {
    const reason = run.no_snapshots ?? "older";
    body.append(el("p", { class: "note" }, t(`epochs.${reason}`)));
    return;
  }
  const convolutions = run.operations.filter(({ op, weights }) => op === "conv2d" && run.tensors[weights?.weight ?? ""]);
  let layer = convolutions[0]?.id ?? -1;
  const player = createPlayer({ label: t("epochs.moment"), signal, onMove: (place) => network.change({ snapshot: place < snapshots.length ? place : -1 }) });
  const layers = createList({
    label: t("epochs.layer"),
    options: convolutions.map(({ id, name }) => ({ value: String(id), text: name })),
    onChange: (id) => {
      layer = Number(id);
      draw();
    },
  });
  const moment = el("p", { class: "reading" });
  const filters = createMosaic({ label: t("epochs.filters"), signal });
  const maps = createMosaic({ label: t("epochs.maps"), signal });
  const answers = el("tbody");
  /** @type {Shown | undefined} */
  let shown;
  let drawnFor = "";

  function draw() {
    if (!shown) return;
    const place = network.values.snapshot;
    const isFinished = place < 0 || place >= snapshots.length;
    player.update(isFinished ? snapshots.length : place, snapshots.length + 1);
    moment.textContent = isFinished ? t("epochs.finished") : momentOf(run, place);
    const operation = run.operations[layer];
    const weight = shown.weights[operation?.weights?.weight ?? ""];
    const map = shown.values.get(layer);
    if (weight) filters.update({ tensor: { shape: [weight.shape[0] * weight.shape[1], weight.shape[2], weight.shape[3]], data: weight.data }, maps: 128 });
    if (map) maps.update({ tensor: map, maps: 64 });
    for (const row of answers.querySelectorAll("tr")) row.toggleAttribute("aria-current", row.dataset.place === String(isFinished ? snapshots.length : place));
    const wanted = shown.pixels.join();
    if (wanted !== drawnFor) void fill(wanted, shown);
  }

  /**
   * What the network said of the picture at every moment.
   * @param {string} wanted
   * @param {Shown} now
   */
  async function fill(wanted, now) {
    drawnFor = wanted;
    const all = await Promise.all([...snapshots.map((_, place) => view.weightsAt(place)), view.weightsAt(-1)]);
    if (drawnFor !== wanted || signal.aborted || run.answer === null) return;
    const rows = all.map((weights, place) => {
      const logits = runNetwork(run.operations, weights, input(run, now.pixels)).get(/** @type {number} */ (run.answer));
      return logits ? rowOf(place, [...softmax(logits).data], now.truth) : null;
    });
    answers.replaceChildren(...rows.filter((row) => row !== null));
    draw();
  }

  /**
   * @param {number} place
   * @param {number[]} shares
   * @param {number | null} truth
   */
  function rowOf(place, shares, truth) {
    const best = shares.indexOf(Math.max(...shares));
    const go = () => network.change({ snapshot: place < snapshots.length ? place : -1 });
    const label = place < snapshots.length ? number(snapshots[place].epoch, 2) : t("epochs.kept");
    const cells = [run.classes[best], percent(shares[best]), truth === null ? "" : percent(shares[truth])];
    return el("tr", { "data-place": place }, el("th", { scope: "row" }, el("button", { type: "button", class: "text", onclick: go }, label)), ...cells.map((cell) => el("td", {}, cell)));
  }

  const heads = ["curves.epoch", "epochs.answer", "epochs.share", "epochs.true"].map((key) => el("th", { scope: "col" }, t(/** @type {Key} */ (key))));
  if (layer >= 0) layers.update(String(layer));
  body.append(
    player.element,
    moment,
    layers.element,
    stage(figure(t("epochs.filters"), "filter", filters.element), figure(t("epochs.maps"), "result", maps.element)),
    el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": t("epochs.answers") }, el("table", { class: "figures" }, el("caption", {}, t("epochs.answers")), el("thead", {}, el("tr", {}, ...heads)), answers)),
    el("p", { class: "note" }, run.snapshot_format === "int8" ? t("epochs.eight") : t("epochs.sixteen")),
  );
  network.watch(draw, signal);
  view.watch((now) => {
    shown = now;
    draw();
  }, signal);
}

/**
 * @param {Run} run
 * @param {number} place
 */
function momentOf({ snapshots }, place) {
  const { step, epoch, validation_accuracy: accuracy } = snapshots[place];
  const values = { step, epoch: number(epoch, 2) };
  return accuracy === null ? t("epochs.begin") : t("epochs.after", { ...values, accuracy: number(100 * accuracy, 2) });
}
