// A board of the picture's own size to draw on, light on black as Fashion-MNIST is.

import { t } from "convlens/i18n/index.js";
import { setOwn } from "convlens/network/own.js";
import { network } from "convlens/network/shared.js";
import { createChooser } from "convlens/parts/chooser.js";
import { el } from "convlens/parts/dom.js";
import { stroke } from "convlens/parts/drawing.js";
import { createPointable } from "convlens/parts/picture.js";

/** @import { Run } from "convlens/run.js" */
/** @typedef {{row: number, column: number}} Place */

/**
 * @param {object} options
 * @param {Run} options.run
 * @param {AbortSignal} options.signal
 */
export function createDrawingBoard({ run, signal }) {
  const [channels, height, width] = run.picture.shape;
  const size = height * width;
  const reach = Math.max(0, Math.round(width / 28) - 1);
  let tool = "pen";
  /** @type {Place} */
  let cursor = { row: height >> 1, column: width >> 1 };
  let grey = { width, height, pixels: new Uint8Array(size) };

  const tools = createChooser({
    label: t("drawing.tool"),
    options: /** @type {const} */ (["pen", "eraser"]).map((value) => ({ value, text: t(`drawing.${value}`) })),
    onChange: (chosen) => (tool = chosen),
  });
  tools.update("pen");
  const board = createPointable({
    label: t("board.label"),
    signal,
    onPoint: () => {},
    onChoose: (place) => {
      cursor = place;
      draw();
    },
    onPaint: (from, to) => {
      const [radius, ink] = tool === "pen" ? [0.045 * width, 255] : [0.09 * width, 0];
      keep(stroke(grey.pixels, width, from, to, radius, ink));
    },
  });
  const clear = () => keep(new Uint8Array(size));

  /** @param {Uint8Array} pixels */
  function keep(pixels) {
    grey = { width, height, pixels: Uint8Array.from(pixels) };
    draw();
    const all = new Uint8Array(channels * size);
    for (let channel = 0; channel < channels; channel++) all.set(pixels, channel * size);
    setOwn(all, "drawing");
  }
  function draw() {
    board.update(grey, cursor, reach, true);
  }
  draw();
  return {
    element: el(
      "div",
      { class: "board" },
      board.element,
      el("div", { class: "controls" }, tools.element, el("button", { type: "button", class: "plain", onclick: clear }, t("drawing.clear"))),
      el("p", { class: "note" }, t("drawing.note")),
    ),
    /** The picture that is shown may be drawn on. @param {Uint8Array} pixels */
    update(pixels) {
      if (network.values.source !== "drawing" || pixels.subarray(0, size).every((pixel, place) => pixel === grey.pixels[place])) return;
      grey = { width, height, pixels: pixels.slice(0, size) };
      draw();
    },
  };
}
