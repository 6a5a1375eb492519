// Test pictures to choose from, a page of them at a time: all, those of a class, or those that are answered wrongly.

import { t } from "convlens/i18n/index.js";
import { paintPixels } from "convlens/network/pixels.js";
import { network } from "convlens/network/shared.js";
import { createChooser, createList } from "convlens/parts/chooser.js";
import { el } from "convlens/parts/dom.js";
import { loadPictures } from "convlens/run.js";
import { sentenceOf } from "convlens/source.js";

/** @import { Run } from "convlens/run.js" */

const AT_A_TIME = 12;

/** @param {Run} run */
export function createStrip(run) {
  const { test, classes } = run;
  let [wantedClass, wantedAnswers, first] = ["", "all", 0];
  /** @type {number | null} */
  let chosen = null;
  let turn = 0; // of the page that is shown: what was asked for another one comes too late

  const names = classes.map((text, place) => ({ value: String(place), text }));
  const byClass = createList({
    label: t("pictures.class"),
    options: [{ value: "", text: t("pictures.everyClass") }, ...names],
    onChange: (value) => restart(() => (wantedClass = value)),
  });
  const byAnswer = createChooser({
    label: t("pictures.answers"),
    options: /** @type {const} */ (["all", "wrong"]).map((value) => ({ value, text: t(`pictures.${value}`) })),
    onChange: (value) => restart(() => (wantedAnswers = value)),
  });
  byAnswer.update("all");
  const list = el("div", { class: "gallery" });
  const turnPage = (/** @type {number} */ by) => () => {
    first += by;
    void draw();
  };
  const back = el("button", { type: "button", class: "plain", onclick: turnPage(-AT_A_TIME) }, t("pictures.back"));
  const next = el("button", { type: "button", class: "plain", onclick: turnPage(AT_A_TIME) }, t("pictures.next"));
  const where = el("span", { class: "quiet where", role: "status" });

  /** @param {() => void} change */
  function restart(change) {
    change();
    first = 0;
    void draw();
  }

  /** @param {number} place    in `run.test` */
  function isWanted(place) {
    const isOfClass = wantedClass === "" || test.labels[place] === Number(wantedClass);
    return isOfClass && (wantedAnswers === "all" || test.labels[place] !== test.predicted[place]);
  }

  async function draw() {
    turn += 1;
    const mine = turn;
    const found = test.indices.filter((_, place) => isWanted(place));
    const indices = found.slice(first, first + AT_A_TIME);
    const count = { first: first + 1, last: first + indices.length, count: found.length };
    back.disabled = first === 0;
    next.disabled = first + AT_A_TIME >= found.length;
    where.textContent = found.length ? t("pictures.where", count) : t("pictures.none");
    try {
      const pixels = await loadPictures(run, indices);
      if (mine !== turn) return;
      list.replaceChildren(...indices.map((index, place) => thumbnail(index, pixels[place])));
      press();
    } catch (error) {
      if (mine === turn) where.textContent = sentenceOf(error);
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
    const onclick = () => network.change({ source: "test", picture: index });
    const properties = { type: "button", "aria-label": label, title: label, "data-index": index, onclick };
    return el("button", properties, canvas, el("small", {}, name));
  }

  function press() {
    for (const button of list.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.index) === chosen));
    }
  }

  void draw();
  return {
    element: el(
      "div",
      { class: "strip-of-pictures" },
      el("div", { class: "controls" }, byClass.element, byAnswer.element),
      list,
      el("div", { class: "pages" }, back, next, where),
    ),
    /** @param {number | null} index    of the picture that is shown */
    update(index) {
      if (index === chosen) return;
      chosen = index;
      press();
    },
  };
}
