// Which picture the network looks at: one of the test pictures, a photograph, or a drawing.

import { t } from "convlens/i18n/index.js";
import { createDrawingBoard } from "convlens/network/board.js";
import { setOwn } from "convlens/network/own.js";
import { photoToPixels } from "convlens/network/photo.js";
import { network } from "convlens/network/shared.js";
import { createStrip } from "convlens/network/strip.js";
import { createChooser } from "convlens/parts/chooser.js";
import { announce, el } from "convlens/parts/dom.js";
import { createFilePicker } from "convlens/parts/file_picker.js";
import { sentenceOf } from "convlens/source.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Shown } from "convlens/network/view.js" */

/**
 * @param {object} options
 * @param {Run} options.run
 * @param {HTMLElement} options.target    where photographs may be dropped
 * @param {AbortSignal} options.signal
 */
export function createPictures({ run, target, signal }) {
  const hasPictures = run.test.indices.length > 0;
  const kinds = /** @type {const} */ (["test", "photo", "drawing"]);
  const sources = createChooser({
    label: t("pictures.source"),
    options: kinds.map((value) => ({ value, text: t(`pictures.${value}`) })),
    onChange: (source) => network.change(source === "test" ? { source, own: "" } : { source }),
  });
  const strip = createStrip(run);
  const board = createDrawingBoard({ run, signal });
  const test = hasPictures ? strip.element : el("p", { class: "note" }, t("network.noPictures"));
  const places = { test, photo: createPhoto({ run, target, signal }), drawing: board.element };
  return {
    element: el("div", { class: "pictures" }, sources.element, ...Object.values(places)),
    /** @param {Shown} shown */
    update({ pixels, index }) {
      const { source } = network.values;
      sources.update(source);
      for (const kind of kinds) places[kind].hidden = kind !== source;
      strip.update(index);
      if (source === "drawing") board.update(pixels);
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
  let turn = 0; // of the file that was chosen last

  /** @param {File} file */
  async function open(file) {
    turn += 1;
    const mine = turn;
    said.textContent = t("photo.preparing");
    try {
      const { pixels, inverted, note } = await photoToPixels(run, file);
      if (mine !== turn) return;
      setOwn(pixels, "photo");
      const found = inverted ? t("photo.inverted") : t("photo.seen");
      said.textContent = [found, note, run.live ? null : t("photo.offline")].filter(Boolean).join(" ");
      announce(t("file.opened"));
    } catch (error) {
      if (mine === turn) said.textContent = run.live ? sentenceOf(error) : t("file.unreadable");
    }
  }
  return el("div", { class: "photo" }, picker.element, said);
}
