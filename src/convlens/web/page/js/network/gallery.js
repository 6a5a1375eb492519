// The test pictures of one class that were taken for another, the surest answers first; some at a time.

import { number, t } from "convlens/i18n/index.js";
import { paintPixels } from "convlens/network/pixels.js";
import { el } from "convlens/parts/dom.js";
import { loadAnswers, loadPictures } from "convlens/run.js";
import { sentenceOf } from "convlens/source.js";

/** @import { Run } from "convlens/run.js" */

const AT_A_TIME = 24;

/**
 * @param {object} options
 * @param {Run} options.run
 * @param {(index: number) => void} options.onPicture    a picture was chosen
 */
export function createGallery({ run, onPicture }) {
  const heading = el("h3", {});
  const pictures = el("ul", { class: "gallery" });
  const more = el("button", { type: "button", class: "plain", onclick: add }, t("gallery.more"));
  const waiting = el("p", { class: "note", role: "status" });
  const problem = el("p", { class: "problem", role: "status" });
  /** @type {{index: number, confidence: number}[]} */
  let found = [];
  let shown = 0;
  let turn = 0; // of what is shown: what was asked for something else comes too late

  async function add() {
    turn += 1;
    const mine = turn;
    const next = found.slice(shown, shown + AT_A_TIME);
    const indices = next.map(({ index }) => index);
    try {
      const pixels = await loadPictures(run, indices);
      if (mine !== turn) return;
      shown += next.length;
      const isPressed = document.activeElement === more;
      const entries = next.map((one, place) => el("li", {}, thumbnail(one, pixels[place])));
      pictures.append(...entries);
      more.hidden = shown >= found.length;
      if (isPressed && more.hidden) entries[0]?.querySelector("button")?.focus(); // the focus goes on
    } catch (error) {
      if (mine === turn) problem.textContent = sentenceOf(error);
    }
  }

  /**
   * @param {{index: number, confidence: number}} answer
   * @param {Uint8Array} pixels
   */
  function thumbnail({ index, confidence }, pixels) {
    const canvas = el("canvas", { "aria-hidden": "true" });
    paintPixels(canvas, pixels, run.picture.shape);
    const sure = number(100 * confidence, 0);
    const label = t("gallery.picture", { index, sure });
    const onclick = () => onPicture(index);
    const properties = { type: "button", title: label, "aria-label": label, onclick };
    return el("button", properties, canvas, el("small", {}, `${sure} %`));
  }

  return {
    element: el("div", { class: "behind" }, heading, waiting, pictures, problem, more),
    /**
     * @param {number} truth
     * @param {number} answer
     */
    async show(truth, answer) {
      turn += 1;
      const mine = turn;
      const { test, classes } = run;
      const count = test.confusion[truth][answer];
      const values = { count, truth: classes[truth], answer: classes[answer] };
      heading.textContent = truth === answer ? t("gallery.right", values) : t("gallery.wrong", values);
      pictures.replaceChildren();
      problem.textContent = "";
      more.hidden = true;
      waiting.textContent = t("gallery.waiting");
      try {
        const { predicted, confidence } = await loadAnswers(run);
        if (mine !== turn) return;
        waiting.textContent = "";
        shown = 0;
        found = test.indices
          .map((index, place) => ({ index, place, confidence: confidence[place] }))
          .filter(({ place }) => test.labels[place] === truth && predicted[place] === answer)
          .sort((one, other) => other.confidence - one.confidence);
        if (found.length < count) heading.append(` ${t("gallery.partly", { count: found.length })}`);
        void add();
      } catch (error) {
        if (mine !== turn) return;
        waiting.textContent = "";
        problem.textContent = sentenceOf(error);
      }
    },
  };
}
