// Which picture the network looks at: one of the test pictures, a photograph, or a drawing.

import { t } from "convlens/i18n/index.js";
import { createDrawingBoard } from "convlens/network/board.js";
import { ownPixels, setSource } from "convlens/network/own.js";
import { createPhotoPanel } from "convlens/network/photo_panel.js";
import { network } from "convlens/network/shared.js";
import { createStrip } from "convlens/network/strip.js";
import { createChooser } from "convlens/parts/chooser.js";
import { el } from "convlens/parts/dom.js";

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
    onChange: setSource,
  });
  const strip = createStrip(run, signal);
  const photo = createPhotoPanel({ run, target, signal });
  const board = createDrawingBoard({ run, signal });
  const test = hasPictures ? strip.element : el("p", { class: "note" }, t("network.noPictures"));
  const places = { test, photo: photo.element, drawing: board.element };
  return {
    element: el("div", { class: "pictures" }, sources.element, ...Object.values(places)),
    /** @param {Shown} shown */
    update({ pixels, index }) {
      const { source } = network.values;
      sources.update(source);
      for (const kind of kinds) places[kind].hidden = kind !== source;
      strip.update(index);
      if (source === "drawing") board.update(pixels);
      photo.update(ownPixels(run.picture.shape));
    },
  };
}
