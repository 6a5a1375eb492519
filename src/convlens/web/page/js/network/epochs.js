// The section "As it was learned": filters, maps and answers at the moments that the run kept.

import { number, t } from "convlens/i18n/index.js";
import { createMoments } from "convlens/network/moments.js";
import { network } from "convlens/network/shared.js";
import { createList } from "convlens/parts/chooser.js";
import { el } from "convlens/parts/dom.js";
import { createMosaic } from "convlens/parts/mosaic.js";
import { createPlayer } from "convlens/parts/player.js";
import { figure } from "convlens/parts/stage.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Section } from "convlens/parts/section.js" */
/** @import { Tensor } from "convlens/sums/tensors.js" */
/** @import { Shown } from "convlens/network/view.js" */
/** @typedef {ReturnType<typeof import("convlens/network/view.js").createView>} View */

const MOST_FILTERS = 128;
const MOST_MAPS = 64;

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
  const show = (/** @type {number} */ place) => network.change({ snapshot: place < snapshots.length ? place : -1 });
  const player = createPlayer({ label: t("epochs.moment"), signal, onMove: show });
  const reading = el("p", { class: "reading" });
  const learned = createLearned(run, signal);
  const moments = createMoments({ run, view, onMoment: show, signal });
  /** @type {Shown | undefined} */
  let shown;
  let drawn = -1; // the moment

  function draw() {
    learned.follow();
    const { snapshot } = network.values;
    const place = snapshots[snapshot] ? snapshot : snapshots.length; // the last is the finished network
    if (place === drawn) return;
    drawn = place;
    player.update(place, snapshots.length + 1);
    reading.textContent = momentOf(run, place);
    moments.mark(place);
  }
  body.append(
    player.element,
    reading,
    el("div", { class: "learned" }, learned.element, moments.element),
    el("p", { class: "note" }, t(run.snapshot_format === "int8" ? "epochs.eight" : "epochs.sixteen")),
  );
  network.watch(draw, signal);
  draw();
  view.watch((now) => {
    if (now.pixels !== shown?.pixels) void moments.draw(now);
    shown = now;
    learned.draw(now);
  }, signal);
}

/**
 * The filters of a convolution, and its maps.
 * @param {Run} run
 * @param {AbortSignal} signal
 */
function createLearned(run, signal) {
  const isShown = (/** @type {Run["operations"][number]} */ { op, weights }) =>
    op === "conv2d" && run.tensors[weights?.weight ?? ""] !== undefined;
  const convolutions = run.operations.filter(isShown);
  const filters = createMosaic({ label: t("epochs.filters"), meaning: "filter", signal });
  const maps = createMosaic({ label: t("epochs.maps"), signal });
  const left = el("span", { class: "quiet" });
  let open = chosen();
  /** @type {Tensor | undefined} */
  let drawn; // the weight whose filters are drawn
  /** @type {Shown | undefined} */
  let shown;
  const layers = createList({
    label: t("epochs.layer"),
    options: convolutions.map(({ id, name }) => ({ value: String(id), text: name })),
    onChange: (id) => network.change({ learned: Number(id) }),
  });

  function chosen() {
    return convolutions.find(({ id }) => id === network.values.learned) ?? convolutions[0];
  }

  /** @param {Tensor} weight    [C_out, C_in, k_H, k_W] */
  function drawFilters(weight) {
    drawn = weight;
    const [filterCount, channels, height, width] = weight.shape;
    const count = filterCount * channels;
    filters.update({ maps: [count, height, width], data: weight.data, most: MOST_FILTERS });
    left.textContent = count > MOST_FILTERS ? ` ${t("epochs.first", { first: MOST_FILTERS, count })}` : "";
  }

  /** @param {Shown} now */
  function draw(now) {
    shown = now;
    if (!open) return;
    const weight = now.weights[open.weights?.weight ?? ""];
    if (weight !== drawn) drawFilters(weight);
    const map = now.values.get(open.id);
    if (map) maps.update({ maps: map.shape, data: map.data, most: MOST_MAPS });
  }
  const figures = [
    figure(el("span", {}, t("epochs.filters"), left), "filter", filters.element),
    figure(t("epochs.maps"), "result", maps.element),
  ];
  return {
    element: el("div", { class: "weights", hidden: !open }, layers.element, el("div", { class: "pair" }, ...figures)),
    draw,
    /** Another convolution may have been chosen. */
    follow() {
      if (open) layers.update(String(chosen().id));
      if (chosen() === open) return;
      open = chosen();
      if (shown) draw(shown);
    },
  };
}

/**
 * @param {Run} run
 * @param {number} place
 */
function momentOf({ snapshots }, place) {
  if (!snapshots[place]) return t("epochs.finished");
  const { step, epoch, validation_accuracy: accuracy } = snapshots[place];
  if (accuracy === null) return t("epochs.begin");
  return t("epochs.after", { step, epoch: number(epoch, 2), accuracy: number(100 * accuracy, 2) });
}
