// A grey picture drawn pixel by pixel, and one whose pixels can be pointed at.
//
//   const canvas = createImage(t("figure.result"));          // an element, to be labelled and painted
//   paint(canvas, { width, height, pixels });
//
//   const picture = createPointable({ label, onPoint, onChoose, signal });
//   picture.update({ width, height, pixels }, { row, column }, 1);     // framed with one pixel around it
//
// The pointer points (null when it leaves) and a click chooses; so do the arrow keys, by ten pixels with Shift. Where
// the last update allowed it, the pointer paints while it is pressed, and Space does where the arrow keys have come to.

import { el } from "convlens/parts/dom.js";
import { layFrame } from "convlens/parts/frame.js";

/** @import { Grey } from "convlens/parts/samples.js" */
/** @typedef {{row: number, column: number}} Place */

/** @param {string} label */
export function createImage(label) {
  return el("canvas", { class: "pixels", role: "img", "aria-label": label });
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Grey} grey
 */
export function paint(canvas, { width, height, pixels }) {
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  // Opaque and grey, four bytes at a time: every machine with a browser is little-endian.
  pixels.forEach((pixel, place) => (words[place] = 0xff000000 | (pixel * 0x010101)));
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}

/**
 * @param {object} options
 * @param {string} options.label
 * @param {(place: Place | null) => void} options.onPoint
 * @param {(place: Place) => void} options.onChoose
 * @param {(from: Place, to: Place) => void} [options.onPaint]    a stroke of the pen
 * @param {AbortSignal} options.signal
 * @returns {{element: HTMLElement, update: (grey: Grey, place: Place, reach: number, paints?: boolean) => void}}
 */
export function createPointable({ label, onPoint, onChoose, onPaint, signal }) {
  // The arrow keys belong to the picture, which a screen reader leaves to an application.
  const canvas = el("canvas", { class: "pixels", role: "application", "aria-label": label, tabindex: 0 });
  const frame = el("div", { class: "lens" });
  const element = el("div", { class: "pointable" }, canvas, frame);
  /** @type {Place} */
  let chosen = { row: 0, column: 0 };
  /** Where the pen was last, while it is down. @type {Place | null} */
  let pen = null;
  /** @type {Grey | null} */
  let painted = null;
  let canPaint = false;

  /** @param {PointerEvent | MouseEvent} event @returns {Place} */
  const placeOf = (event) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - top) / height) * canvas.height);
    const column = Math.floor(((event.clientX - left) / width) * canvas.width);
    return inside(canvas, row, column);
  };
  /** @param {PointerEvent} event */
  const onDown = (event) => {
    if (!canPaint || event.button !== 0) return;
    pen = placeOf(event);
    canvas.setPointerCapture(event.pointerId);
    onPaint?.(pen, pen);
  };
  /** @param {PointerEvent} event */
  const onMove = (event) => {
    const place = placeOf(event);
    if (pen) onPaint?.(pen, place);
    if (pen) pen = place;
    onPoint(place);
  };
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    const move = moveOf(event);
    const paints = canPaint && event.key === " ";
    if (!move && !paints) return;
    event.preventDefault();
    if (paints) onPaint?.(chosen, chosen);
    if (!move) return;
    onPoint(null);
    onChoose(inside(canvas, chosen.row + move[0], chosen.column + move[1]));
  };
  canvas.addEventListener("pointerdown", onDown, { signal });
  canvas.addEventListener("pointermove", onMove, { signal });
  canvas.addEventListener("pointerup", () => (pen = null), { signal });
  canvas.addEventListener("pointercancel", () => (pen = null), { signal });
  canvas.addEventListener("pointerleave", () => onPoint(null), { signal });
  canvas.addEventListener("click", (event) => onChoose(placeOf(event)), { signal });
  canvas.addEventListener("keydown", onKey, { signal });
  return {
    element,
    update(grey, place, reach, paints = false) {
      chosen = place;
      canPaint = paints;
      element.classList.toggle("paints", paints);
      element.style.setProperty("--shape", String(grey.width / grey.height));
      if (painted !== grey) paint(canvas, grey);
      painted = grey;
      const [left, top] = [place.column - reach, place.row - reach];
      layFrame(frame, { left, top, right: left + 2 * reach + 1, bottom: top + 2 * reach + 1 }, grey);
    },
  };
}

/**
 * How far a key moves: rows and columns; null for a key that does not.
 * @param {KeyboardEvent} event
 */
function moveOf({ key, shiftKey }) {
  const far = shiftKey ? 10 : 1;
  /** @type {Record<string, [number, number]>} */
  const moves = { ArrowUp: [-far, 0], ArrowDown: [far, 0], ArrowLeft: [0, -far], ArrowRight: [0, far] };
  return moves[key] ?? null;
}

/**
 * The nearest place in a picture.
 * @param {HTMLCanvasElement} canvas
 * @param {number} row
 * @param {number} column
 * @returns {Place}
 */
function inside(canvas, row, column) {
  return {
    row: Math.min(Math.max(row, 0), canvas.height - 1),
    column: Math.min(Math.max(column, 0), canvas.width - 1),
  };
}
