// The picture with a frame around what one value depends on: its receptive field.

import { t } from "convlens/i18n/index.js";
import { paintPixels } from "convlens/network/pixels.js";
import { el } from "convlens/parts/dom.js";

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
    hide: () => (element.hidden = true),
    /**
     * @param {Uint8Array} pixels
     * @param {Field} field
     */
    show(pixels, { top, bottom, left, right, size }) {
      element.hidden = false;
      paintPixels(canvas, pixels, run.picture.shape);
      Object.assign(frame.style, {
        left: `${(100 * left) / width}%`, top: `${(100 * top) / height}%`,
        width: `${(100 * (right - left)) / width}%`, height: `${(100 * (bottom - top)) / height}%`,
      }); // prettier-ignore
      const said = t("unit.field", { rows: size[0], columns: size[1], top, bottom: bottom - 1, left, right: right - 1 });
      caption.textContent = bottom > top ? said : t("unit.fieldEmpty");
      canvas.setAttribute("aria-label", caption.textContent);
    },
  };
}
