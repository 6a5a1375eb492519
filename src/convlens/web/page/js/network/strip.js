// Test pictures to choose from, a page of them at a time: all, those of a class, or those that are answered wrongly.

import { t } from "convlens/i18n/index.js";
import { showTestPicture } from "convlens/network/own.js";
import { paintPixels } from "convlens/network/pixels.js";
import { network } from "convlens/network/shared.js";
import { createChooser, createList } from "convlens/parts/chooser.js";
import { el } from "convlens/parts/dom.js";
import { createPager } from "convlens/parts/pager.js";
import { loadAnswers, loadPictures } from "convlens/run.js";
import { sentenceOf } from "convlens/source.js";

/** @import { Run } from "convlens/run.js" */

const AT_A_TIME = 12;

/**
 * @param {Run} run
 * @param {AbortSignal} signal
 */
export function createStrip(run, signal) {
  const { test, classes } = run;
  /** The pictures to choose from. @type {number[]} */
  let found = [];
  let first = 0;
  /** @type {number | null} */
  let chosen = null;
  let filtered = ""; // what the pictures were chosen for
  let filtering = Promise.resolve();
  // What was asked for another filter, or another page of the pictures, comes too late.
  let filterTurn = 0;
  let pageTurn = 0;

  const names = classes.map((text, place) => ({ value: String(place), text }));
  const byClass = createList({
    label: t("pictures.class"),
    options: [{ value: "-1", text: t("pictures.everyClass") }, ...names],
    onChange: (value) => narrow({ only: Number(value) }),
  });
  const byAnswer = createChooser({
    label: t("pictures.answers"),
    options: /** @type {const} */ (["all", "wrong"]).map((value) => ({ value, text: t(`pictures.${value}`) })),
    onChange: (answers) => narrow({ answers }),
  });
  const list = el("div", { class: "gallery" });
  const problem = el("p", { class: "problem", role: "status" });
  const pager = createPager({ onTurn: (pages) => void drawPage(first + pages * AT_A_TIME) });

  /** Choose among others; the picture that is shown is one of them. @param {Partial<typeof network.values>} changes */
  async function narrow(changes) {
    network.change(changes);
    await filtering;
    if (network.values.source === "test" && found.length && !found.includes(chosen ?? -1)) showTestPicture(found[0]);
  }

  function follow() {
    const { only, answers } = network.values;
    if (filtered === `${only} ${answers}`) return;
    filtered = `${only} ${answers}`;
    byClass.update(classes[only] === undefined ? "-1" : String(only));
    byAnswer.update(answers);
    filtering = filter();
  }

  async function filter() {
    filterTurn += 1;
    const mine = filterTurn;
    try {
      const all = await wanted();
      if (mine !== filterTurn) return;
      found = all;
      void drawPage(pageOf(chosen));
    } catch (error) {
      if (mine === filterTurn) problem.textContent = sentenceOf(error);
    }
  }

  async function wanted() {
    const { only, answers } = network.values;
    const ofClass = (/** @type {number} */ place) => classes[only] === undefined || test.labels[place] === only;
    if (answers === "all") return test.indices.filter((_, place) => ofClass(place));
    pager.say(t("gallery.waiting"));
    const { predicted } = await loadAnswers(run);
    return test.indices.filter((_, place) => ofClass(place) && test.labels[place] !== predicted[place]);
  }

  /** @param {number | null} index    of a picture */
  function pageOf(index) {
    return Math.max(0, Math.floor(found.indexOf(index ?? -1) / AT_A_TIME)) * AT_A_TIME;
  }

  /** @param {number} from */
  async function drawPage(from) {
    pageTurn += 1;
    const mine = pageTurn;
    first = from;
    const indices = found.slice(first, first + AT_A_TIME);
    pager.update(first, indices.length, found.length);
    try {
      const pixels = await loadPictures(run, indices);
      if (mine !== pageTurn) return;
      problem.textContent = "";
      list.replaceChildren(...indices.map((index, place) => thumbnail(index, pixels[place])));
      press();
      const { predicted } = await loadAnswers(run);
      if (mine === pageTurn) tellAnswers(predicted);
    } catch (error) {
      if (mine === pageTurn) problem.textContent = sentenceOf(error);
    }
  }

  /**
   * @param {number} index
   * @param {Uint8Array} pixels
   */
  function thumbnail(index, pixels) {
    const canvas = el("canvas", { "aria-hidden": "true" });
    paintPixels(canvas, pixels, run.picture.shape);
    const name = classes[test.labels[test.indices.indexOf(index)]];
    const label = t("pictures.one", { index, name });
    const onclick = () => showTestPicture(index);
    const properties = { type: "button", "aria-label": label, title: label, "data-index": index, onclick };
    return el("button", properties, canvas, el("small", {}, name));
  }

  /** Beside what is answered wrongly stands the answer. @param {number[]} predicted */
  function tellAnswers(predicted) {
    for (const button of list.querySelectorAll("button")) {
      const place = test.indices.indexOf(Number(button.dataset.index));
      if (predicted[place] === test.labels[place]) continue;
      const [name, answer] = [test.labels[place], predicted[place]].map((one) => classes[one]);
      button.append(el("small", { class: "answered" }, `→ ${answer}`));
      button.title = t("pictures.oneWrong", { index: test.indices[place], name, answer });
      button.setAttribute("aria-label", button.title);
    }
  }

  function press() {
    for (const button of list.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.index) === chosen));
    }
  }

  network.watch(follow, signal);
  follow();
  const isPart = test.indices.length < test.total;
  const part = t("pictures.part", { count: test.indices.length, total: test.total });
  return {
    element: el(
      "div",
      { class: "strip-of-pictures" },
      el("div", { class: "controls" }, byClass.element, byAnswer.element),
      list,
      problem,
      pager.element,
      isPart ? el("p", { class: "note" }, part) : null,
    ),
    /** @param {number | null} index    of the picture that is shown */
    update(index) {
      if (index === chosen) return;
      chosen = index;
      const isThere = index === null || found.slice(first, first + AT_A_TIME).includes(index);
      if (isThere || !found.includes(index)) press();
      else void drawPage(pageOf(index));
    },
  };
}
