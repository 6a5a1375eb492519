// Which picture the network looks at: one of the test pictures, a photograph, or a drawing.

import { number, t } from "convlens/i18n/index.js";
import { createDrawingBoard } from "convlens/network/board.js";
import { setOwn } from "convlens/network/own.js";
import { photoToPixels } from "convlens/network/photo.js";
import { paintPixels } from "convlens/network/pixels.js";
import { network } from "convlens/network/shared.js";
import { createChooser, createList } from "convlens/parts/chooser.js";
import { announce, el } from "convlens/parts/dom.js";
import { createFilePicker } from "convlens/parts/file_picker.js";
import { loadPictures } from "convlens/run.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Shown } from "convlens/network/view.js" */

const AT_A_TIME = 12;

/**
 * @param {object} options
 * @param {Run} options.run
 * @param {HTMLElement} options.target    where photographs may be dropped
 * @param {AbortSignal} options.signal
 */
export function createPictures({ run, target, signal }) {
  const sources = createChooser({
    label: t("pictures.source"),
    options: /** @type {const} */ (["test", "photo", "drawing"]).map((value) => ({ value, text: t(`pictures.${value}`) })),
    onChange: (source) => network.change({ source }),
  });
  const strip = createStrip(run);
  const photo = createPhoto({ run, target, signal });
  const board = createDrawingBoard({ run, signal });
  const places = { test: strip.element, photo: photo.element, drawing: board.element };
  return {
    element: el("div", { class: "pictures" }, sources.element, ...Object.values(places)),
    /** @param {Shown} shown */
    update(shown) {
      const { source } = network.values;
      sources.update(source);
      for (const [name, place] of Object.entries(places)) place.hidden = name !== source;
      strip.update(shown.index);
      board.update(shown.pixels);
    },
  };
}

/** Test pictures to page through, all of them or some. @param {Run} run */
function createStrip(run) {
  const { test, classes } = run;
  let [classChosen, onlyWrong, first] = ["", "all", 0];
  /** @type {number | null} */
  let chosen = null;
  let drawn = "";
  const byClass = createList({
    label: t("pictures.class"),
    options: [{ value: "", text: t("pictures.everyClass") }, ...classes.map((text, place) => ({ value: String(place), text }))],
    onChange: (value) => page(() => (classChosen = value)),
  });
  const byAnswer = createChooser({
    label: t("pictures.answers"),
    options: /** @type {const} */ (["all", "wrong"]).map((value) => ({ value, text: t(`pictures.${value}`) })),
    onChange: (value) => page(() => (onlyWrong = value)),
  });
  byAnswer.update("all");
  const list = el("div", { class: "gallery" });
  const back = el("button", { type: "button", class: "plain", onclick: () => turn(-AT_A_TIME) }, t("pictures.back"));
  const next = el("button", { type: "button", class: "plain", onclick: () => turn(AT_A_TIME) }, t("pictures.next"));
  const where = el("span", { class: "quiet" });

  const found = () =>
    test.indices.filter(
      (_, place) =>
        (classChosen === "" || test.labels[place] === Number(classChosen)) &&
        (onlyWrong === "all" || test.labels[place] !== test.predicted[place]),
    );
  /** @param {() => void} change */
  function page(change) {
    change();
    first = 0;
    void draw();
  }
  /** @param {number} by */
  function turn(by) {
    first = Math.min(Math.max(first + by, 0), Math.max(0, found().length - 1));
    void draw();
  }
  async function draw() {
    const all = found();
    const indices = all.slice(first, first + AT_A_TIME);
    back.disabled = first === 0;
    next.disabled = first + AT_A_TIME >= all.length;
    where.textContent = all.length ? t("pictures.where", { first: first + 1, last: first + indices.length, count: all.length }) : t("pictures.none");
    drawn = indices.join();
    const pixels = await loadPictures(run, indices);
    if (drawn === indices.join()) list.replaceChildren(...indices.map((index, place) => thumbnail(index, pixels[place])));
  }
  /**
   * @param {number} index
   * @param {Uint8Array} pixels
   */
  function thumbnail(index, pixels) {
    const place = test.indices.indexOf(index);
    const canvas = el("canvas", { "aria-hidden": "true" });
    paintPixels(canvas, pixels, run.picture.shape);
    const name = classes[test.labels[place]];
    const label = t("pictures.one", { index, name });
    const onclick = () => network.change({ source: "test", picture: index });
    return el("button", { type: "button", "aria-label": label, title: label, "aria-pressed": String(index === chosen), "data-index": index, onclick }, canvas, el("small", {}, name));
  }
  void draw();
  return {
    element: el("div", { class: "strip-of-pictures" }, el("div", { class: "controls" }, byClass.element, byAnswer.element), list, el("div", { class: "controls" }, back, next, where)),
    /** @param {number | null} index */
    update(index) {
      chosen = index;
      for (const button of list.querySelectorAll("button")) button.setAttribute("aria-pressed", String(Number(button.dataset.index) === index));
    },
  };
}

/**
 * @param {object} options
 * @param {Run} options.run
 * @param {HTMLElement} options.target
 * @param {AbortSignal} options.signal
 */
function createPhoto({ run, target, signal }) {
  const said = el("p", { class: "note", role: "status" }, run.live ? "" : t("photo.offline"));
  const picker = createFilePicker({ target, onFile: open, signal });
  /** @param {File} file */
  async function open(file) {
    said.textContent = t("photo.preparing");
    try {
      const { pixels, inverted, note } = await photoToPixels(run, file);
      setOwn(pixels, "photo");
      const found = inverted ? t("photo.inverted") : t("photo.seen");
      said.textContent = note ? `${found} ${note}` : run.live ? found : `${found} ${t("photo.offline")}`;
      announce(t("file.opened"));
    } catch (error) {
      said.textContent = error instanceof Error && error.message ? error.message : t("file.unreadable");
    }
  }
  return { element: el("div", { class: "photo" }, picker.element, said) };
}

/** Probabilities as `91.3 %`. @param {number} share */
export function percent(share) {
  return `${number(100 * share, 1)} %`;
}
