// A board of the picture's own size to draw on, light on dark as Fashion-MNIST is. It begins with the picture that was
// looked at before, so that parts of it can be wiped out or added.

import { t } from "convlens/i18n/index.js";
import { setOwn } from "convlens/network/own.js";
import { createChooser } from "convlens/parts/chooser.js";
import { el } from "convlens/parts/dom.js";
import { stroke } from "convlens/parts/drawing.js";
import { createPointable } from "convlens/parts/picture.js";
import { count } from "convlens/sums/tensors.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Place } from "convlens/parts/picture.js" */

const TOOLS = { pen: { share: 0.045, ink: 255 }, eraser: { share: 0.09, ink: 0 } }; // share: of the width, the radius

/**
 * @param {object} options
 * @param {Run} options.run
 * @param {AbortSignal} options.signal
 */
export function createDrawingBoard({ run, signal }) {
  const { shape } = run.picture;
  const [channels, height, width] = shape;
  const size = height * width;
  const reach = Math.max(0, Math.round(width / 28) - 1); // of the frame around the cursor
  /** @type {keyof typeof TOOLS} */
  let tool = "pen";
  /** @type {Place} */
  let cursor = { row: height >> 1, column: width >> 1 };
  let drawn = new Uint8Array(count(shape));
  let grey = greyOf(drawn);

  const tools = createChooser({
    label: t("drawing.tool"),
    options: /** @type {const} */ (["pen", "eraser"]).map((value) => ({ value, text: t(`drawing.${value}`) })),
    onChange: (chosen) => (tool = chosen),
  });
  tools.update(tool);
  const board = createPointable({
    label: t("board.label"),
    signal,
    onPoint: () => {},
    onChoose: (place) => {
      cursor = place;
      draw();
    },
    onPaint: (from, to) => {
      const { share, ink } = TOOLS[tool];
      const next = new Uint8Array(drawn.length);
      for (let channel = 0; channel < channels; channel++) {
        const map = drawn.subarray(channel * size, (channel + 1) * size);
        next.set(stroke(map, width, from, to, share * width, ink), channel * size);
      }
      setOwn(next, "drawing");
      show(next);
    },
  });
  const clear = () => setOwn(new Uint8Array(count(shape)), "drawing");

  /** What the board shows of the picture: the mean of its channels. @param {Uint8Array} pixels */
  function greyOf(pixels) {
    const mean = Uint8Array.from({ length: size }, (_, place) => {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) sum += pixels[channel * size + place];
      return sum / channels;
    });
    return { width, height, pixels: mean };
  }
  function draw() {
    board.update(grey, cursor, reach, true);
  }
  /** @param {Uint8Array<ArrayBuffer>} pixels    [C, H, W] */
  function show(pixels) {
    if (pixels === drawn) return;
    drawn = pixels;
    grey = greyOf(pixels);
    draw();
  }
  draw();
  const wipe = el("button", { type: "button", class: "plain", onclick: clear }, t("drawing.clear"));
  return {
    element: el(
      "div",
      { class: "board" },
      board.element,
      el(
        "div",
        { class: "about" },
        el("div", { class: "controls" }, tools.element, wipe),
        el("p", { class: "note" }, t("board.note")),
      ),
    ),
    update: show,
  };
}
