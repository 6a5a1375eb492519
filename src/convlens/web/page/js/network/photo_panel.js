// A photograph of one's own: chosen or dropped, shown as it is with a frame around what was found in it, and told how
// it became what the network sees.

import { t } from "convlens/i18n/index.js";
import { setOwn, setSource } from "convlens/network/own.js";
import { photoToPixels } from "convlens/network/photo.js";
import { announce, el } from "convlens/parts/dom.js";
import { createFilePicker } from "convlens/parts/file_picker.js";
import { layFrame } from "convlens/parts/frame.js";
import { sentenceOf } from "convlens/source.js";

/** @import { Seen } from "convlens/network/photo.js" */
/** @import { Run } from "convlens/run.js" */

const LONGEST = 480; // pixels of the photograph as it is shown

/**
 * The photograph that is open, which stays while the page is drawn anew in another language.
 * @type {{photo: ImageBitmap, seen: Seen} | null}
 */
let opened = null;

/**
 * @param {object} options
 * @param {Run} options.run
 * @param {HTMLElement} options.target    where photographs may be dropped
 * @param {AbortSignal} options.signal
 */
export function createPhotoPanel({ run, target, signal }) {
  const said = el("p", { class: "note", role: "status" });
  const problem = el("p", { class: "problem", role: "alert" });
  const canvas = el("canvas", { class: "pixels", role: "img", "aria-label": t("photo.yours") });
  const frame = el("div", { class: "lens" });
  const caption = el("figcaption");
  const figure = el("figure", { class: "picture" }, caption, el("div", { class: "pointable" }, canvas, frame));
  const picker = createFilePicker({ target, note: t("photo.drop"), onFile: open, signal });
  let turn = 0; // of the file that was chosen last

  /** @param {File} file */
  async function open(file) {
    turn += 1;
    const mine = turn;
    problem.textContent = "";
    said.textContent = t("photo.preparing");
    try {
      const photo = await createImageBitmap(file, { colorSpaceConversion: "none" }).catch(() => {
        throw new Error(t("photo.unreadable", { name: file.name }));
      });
      const seen = await photoToPixels(run, file, photo);
      if (mine !== turn || signal.aborted) return;
      opened = { photo, seen };
      setOwn(seen.pixels, "photo");
      announce(t("file.opened"));
    } catch (error) {
      if (mine !== turn || signal.aborted) return;
      opened = null;
      setSource("photo"); // the answer to the photograph before is not one to this file
      problem.textContent = sentenceOf(error);
    }
    draw();
  }

  function draw() {
    said.textContent = sentences().join(" ");
    figure.hidden = opened === null;
    if (!opened) return;
    const { photo, seen } = opened;
    const share = Math.min(1, LONGEST / Math.max(photo.width, photo.height));
    Object.assign(canvas, { width: Math.ceil(photo.width * share), height: Math.ceil(photo.height * share) });
    canvas.getContext("2d")?.drawImage(photo, 0, 0, canvas.width, canvas.height);
    caption.textContent = seen.box ? t("photo.yoursFramed") : t("photo.yours");
    frame.hidden = seen.box === null;
    if (!seen.box) return;
    const [left, top, right, bottom] = seen.box;
    layFrame(frame, { left, top, right, bottom }, photo);
  }

  function sentences() {
    const told = run.live ? [] : [t("photo.offline")];
    if (!opened) return told;
    const { box, inverted, isDoubtful } = opened.seen;
    const doubt = isDoubtful ? [box ? t("photo.crowded") : t("photo.whole")] : [];
    return [inverted ? t("photo.inverted") : t("photo.seen"), ...doubt, ...told];
  }
  draw();
  return {
    element: el("div", { class: "photo" }, picker.element, problem, figure, said),
    /** Another picture of one's own is looked at, or none. @param {Uint8Array | undefined} pixels */
    update(pixels) {
      if (!opened || opened.seen.pixels === pixels) return;
      opened = null;
      draw();
    },
  };
}
