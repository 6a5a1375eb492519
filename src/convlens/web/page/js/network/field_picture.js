// The picture with a frame around what one value depends on: its receptive field.

import { t } from "convlens/i18n/index.js";
import { paintPixels } from "convlens/network/pixels.js";
import { el } from "convlens/parts/dom.js";
import { layFrame } from "convlens/parts/frame.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Field } from "convlens/sums/field.js" */

/** @param {{run: Run}} options */
export function createFieldPicture({ run }) {
  const [, height, width] = run.picture.shape;
  const canvas = el("canvas", { class: "pixels", role: "img" });
  const frame = el("div", { class: "lens" });
  const caption = el("figcaption", {});
  const element = el("figure", { class: "picture field" }, el("div", { class: "pointable" }, canvas, frame), caption);
  return {
    element,
    /**
     * @param {Uint8Array} pixels
     * @param {Field} field
     */
    show(pixels, field) {
      const { top, bottom, left, right, size } = field;
      paintPixels(canvas, pixels, run.picture.shape);
      layFrame(frame, field, { width, height });
      frame.hidden = bottom === top;
      const [rows, columns] = size;
      const reach = { rows, columns, top, bottom: bottom - 1, left, right: right - 1 };
      caption.textContent = bottom > top ? t("unit.field", reach) : t("unit.fieldEmpty");
      canvas.setAttribute("aria-label", caption.textContent);
    },
  };
}
