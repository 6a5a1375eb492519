// A whole number with a slider, its name on the left and its value on the right.
//
//   const stride = createSlider({ label: "Stride", symbol: "s", meaning: "filter", onChange: (value) => ... });
//   stride.update(2, 1, 5);      // value, least, most

import { el, math } from "convlens/parts/dom.js";
import { number } from "convlens/i18n/index.js";

/**
 * @param {object} options
 * @param {string} options.label
 * @param {string} [options.symbol]     the letter that formulas call it by
 * @param {"picture" | "filter" | "result" | "padding"} [options.meaning]    its colour
 * @param {(value: number) => void} options.onChange
 * @returns {{element: HTMLElement, update: (value: number, least: number, most: number) => void}}
 */
export function createSlider({ label, symbol, meaning, onChange }) {
  const input = el("input", {
    type: "range",
    step: 1,
    "aria-label": label,
    oninput: () => onChange(Number(input.value)),
  });
  const output = el("output");
  const letter = symbol ? math("math", { "aria-hidden": "true" }, math("mi", {}, symbol), math("mo", {}, "=")) : null;
  const value = el("span", { class: "value" }, letter, output);
  return {
    element: el("label", { class: `slider ${meaning ?? ""}` }, el("span", { class: "name" }, label), value, input),
    update(value, least, most) {
      setRange(input, value, least, most);
      output.textContent = number(value);
    },
  };
}

/**
 * Set a range's numbers, and how much of its track is coloured.
 * @param {HTMLInputElement} input
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
export function setRange(input, value, least, most) {
  input.min = String(least);
  input.max = String(most);
  input.value = String(value);
  input.disabled = least === most;
  input.style.setProperty("--share", String(most > least ? (value - least) / (most - least) : 0));
}
