// A picture beside what maximum and average pooling make of it.

import { t } from "convlens/i18n/index.js";
import { createChooser } from "convlens/parts/chooser.js";
import { el } from "convlens/parts/dom.js";
import { createImage, paint } from "convlens/parts/picture.js";
import { loadCat, loadItems } from "convlens/parts/samples.js";
import { avgPool2d, maxPool2d } from "convlens/sums/pooling.js";

/** @import { Tensor } from "convlens/sums/tensors.js" */

const ITEM = 9; // the boot

/** @typedef {"cat" | "item"} Sample */
/** @typedef {{kernel: number, stride: number, sample: Sample}} Values */

/**
 * @param {object} options
 * @param {{values: Values, change: (changes: {sample: Sample}) => void}} options.state
 * @param {AbortSignal} options.signal
 */
export function createPooledPictures({ state, signal }) {
  const samples = createChooser({
    label: t("pooling.sample"),
    options: /** @type {const} */ (["cat", "item"]).map((value) => ({ value, text: t(`sample.${value}`) })),
    onChange: (sample) => state.change({ sample }),
  });
  const figures = [t("figure.picture"), t("pooling.maximum"), t("pooling.average")].map((name) => {
    const canvas = createImage(name);
    const size = el("span", { class: "quiet" });
    return { name, canvas, size, element: el("figure", {}, el("figcaption", {}, name, " ", size), canvas) };
  });

  async function update() {
    const { kernel, stride, sample } = state.values;
    samples.update(sample);
    const grey = sample === "cat" ? await loadCat() : (await loadItems())[ITEM];
    if (signal.aborted || sample !== state.values.sample) return;
    const map = { shape: [1, grey.height, grey.width], data: Float32Array.from(grey.pixels) };
    const options = { kernel: [kernel, kernel], stride: [stride, stride] };
    [map, maxPool2d([map], options), avgPool2d([map], options)].forEach((answer, place) =>
      show(figures[place], answer),
    );
  }

  return {
    element: el(
      "div",
      { class: "pictures" },
      samples.element,
      el("div", { class: "thirds" }, ...figures.map((each) => each.element)),
    ),
    update,
  };
}

/**
 * @param {{name: string, canvas: HTMLCanvasElement, size: HTMLElement}} figure
 * @param {Tensor} map
 */
function show({ name, canvas, size }, { shape: [, height, width], data }) {
  paint(canvas, { width, height, pixels: Uint8Array.from(data, Math.round) });
  size.textContent = `${height} × ${width}`;
  canvas.setAttribute("aria-label", `${name}, ${size.textContent}`);
}
