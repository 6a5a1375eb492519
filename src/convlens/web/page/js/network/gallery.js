// The test pictures of one class that were taken for another, the surest answers first; some at a time.

import { number, t } from "convlens/i18n/index.js";
import { paintPixels } from "convlens/network/pixels.js";
import { el } from "convlens/parts/dom.js";
import { loadPictures } from "convlens/run.js";
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
      pictures.append(...next.map((one, place) => el("li", {}, thumbnail(one, pixels[place]))));
      more.hidden = shown >= found.length;
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
    element: el("div", { class: "behind" }, heading, pictures, problem, more),
    /**
     * @param {number} truth
     * @param {number} answer
     */
    show(truth, answer) {
      const { test, classes } = run;
      shown = 0;
      found = test.indices
        .map((index, place) => ({ index, place, confidence: test.confidence[place] }))
        .filter(({ place }) => test.labels[place] === truth && test.predicted[place] === answer)
        .sort((one, other) => other.confidence - one.confidence);
      const count = test.confusion[truth][answer];
      const values = { count, truth: classes[truth], answer: classes[answer] };
      const title = truth === answer ? t("gallery.right", values) : t("gallery.wrong", values);
      const partly = found.length < count ? ` ${t("gallery.partly", { count: found.length })}` : "";
      heading.textContent = title + partly;
      pictures.replaceChildren();
      problem.textContent = "";
      more.hidden = true;
      void add();
    },
  };
}
