// Sliders for the sizes of a layer: picture, window, stride, padding, dilation.

import { t } from "convlens/i18n/index.js";
import { mostPadding } from "convlens/lecture/geometry.js";
import { el } from "convlens/parts/dom.js";
import { createSlider } from "convlens/parts/slider.js";

/** @import { Geometry, Kind } from "convlens/lecture/geometry.js" */

/** The least and the most of each. @typedef {Record<keyof Geometry, [number, number]>} Bounds */

/**
 * @param {object} options
 * @param {Bounds} options.bounds
 * @param {(changes: Partial<Geometry>) => void} options.onChange
 * @returns {{element: HTMLElement, update: (kind: Kind, geometry: Geometry) => void}}
 */
export function createGeometrySliders({ bounds, onChange }) {
  const sliders = {
    size: createSlider({
      label: t("slider.size"),
      symbol: "n",
      meaning: "picture",
      onChange: (size) => onChange({ size }),
    }),
    kernel: createSlider({
      label: t("slider.window"),
      symbol: "k",
      meaning: "filter",
      onChange: (kernel) => onChange({ kernel }),
    }),
    stride: createSlider({ label: t("slider.stride"), symbol: "s", onChange: (stride) => onChange({ stride }) }),
    padding: createSlider({
      label: t("slider.padding"),
      symbol: "p",
      meaning: "padding",
      onChange: (padding) => onChange({ padding }),
    }),
    dilation: createSlider({
      label: t("slider.dilation"),
      symbol: "d",
      onChange: (dilation) => onChange({ dilation }),
    }),
  };
  return {
    element: el("div", { class: "sliders" }, ...Object.values(sliders).map((slider) => slider.element)),
    update(kind, geometry) {
      const most = { ...bounds };
      most.padding = [0, mostPadding(kind, geometry.kernel, bounds.padding[1])];
      if (kind === "average") most.dilation = [1, 1];
      for (const name of /** @type {(keyof Geometry)[]} */ (Object.keys(sliders))) {
        sliders[name].update(geometry[name], ...most[name]);
      }
    },
  };
}

/**
 * The nearest value that a slider allows.
 * @param {Bounds} bounds
 * @param {keyof Geometry} name
 * @param {number} value
 */
export function within(bounds, name, value) {
  const [least, most] = bounds[name];
  return Math.min(Math.max(value, least), most);
}
