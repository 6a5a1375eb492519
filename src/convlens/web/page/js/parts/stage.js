// What a section shows side by side: figures with a coloured caption, and signs between them.
//
//   stage(figure("Picture", "picture", grid.element), sign("∗"), figure("Filter", "filter", other.element))

import { el } from "convlens/parts/dom.js";

/** @param {...Node} children */
export function stage(...children) {
  return el("div", { class: "stage" }, ...children);
}

/**
 * @param {Node | string} caption
 * @param {"picture" | "filter" | "result" | "product" | "padding" | ""} meaning    its colour
 * @param {...Node} content
 */
export function figure(caption, meaning, ...content) {
  return el("figure", { class: meaning }, el("figcaption", {}, caption), ...content);
}

/** @param {string} text    a sign of mathematics between two figures */
export function sign(text) {
  return el("span", { class: "sign", "aria-hidden": "true" }, text);
}
