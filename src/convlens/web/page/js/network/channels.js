// The windows of a convolution in all its input channels: numbers, weights, products, and what each channel adds.

import { number, t } from "convlens/i18n/index.js";
import { el } from "convlens/parts/dom.js";
import { createGrid } from "convlens/parts/grid.js";
import { figure, sign, stage } from "convlens/parts/stage.js";

/** @import { Work } from "convlens/sums/unit.js" */

const AT_FIRST = 3;

/**
 * @param {object} options
 * @param {Extract<Work, {kind: "sum"}>} options.work
 * @param {number} options.before                       the operation that it reads
 * @param {(id: number, index: number[]) => void} options.go
 * @param {AbortSignal} options.signal
 */
export function createChannels({ work, before, go, signal }) {
  const sorted = [...work.channels].sort((one, other) => Math.abs(other.sum) - Math.abs(one.sum));
  const list = el("div", { class: "channels" }, ...sorted.slice(0, AT_FIRST).map((channel) => block(channel)));
  const rest = sorted.length - AT_FIRST;
  const more = el("button", { type: "button", class: "plain", hidden: rest <= 0, onclick: showAll }, t("channels.all", { count: sorted.length }));
  function showAll() {
    more.hidden = true;
    list.append(...sorted.slice(AT_FIRST).map((channel) => block(channel)));
    list.querySelectorAll("button")[AT_FIRST]?.focus();
  }
  const others = sorted.slice(AT_FIRST).reduce((sum, { sum: one }) => sum + one, 0);
  const terms = [...sorted.slice(0, AT_FIRST).map(({ channel, sum }) => t("channels.term", { channel, sum: number(sum, 5) })), ...(rest > 0 ? [t("channels.others", { count: rest, sum: number(others, 5) })] : []), ...(work.bias === null ? [] : [t("channels.bias", { bias: number(work.bias, 5) })])];
  const total = el("p", {}, `${terms.join(" + ")} = `, el("b", { class: "result" }, number(work.value, 5)));

  /** @param {typeof work.channels[number]} channel */
  function block({ channel, at, window, weights, products, inside, sum }) {
    const grids = /** @type {const} */ ([["figure.picture", "picture", window], ["figure.filter", "filter", weights], ["figure.products", "product", products]]).map(([key, meaning, values]) => {
      const label = t("channels.grid", { what: t(key), channel });
      const grid = createGrid({ label, meaning, signal });
      grid.update({ values, mark: (row, column) => (meaning === "picture" && !inside[row][column] ? "padding" : "") });
      return figure(key === "figure.picture" ? t("channels.window") : t(key), meaning, grid.element);
    }); // prettier-ignore
    const middle = [at[0] + (window.length >> 1), at[1] + (window[0].length >> 1)].map((place) => Math.max(0, place));
    const open = el("button", { type: "button", class: "text", onclick: () => go(before, [channel, ...middle]) }, t("channels.channel", { channel }));
    return el("div", { class: "channel" }, el("p", { class: "step-head" }, open, el("span", {}, t("channels.adds", { sum: number(sum, 5) }))), stage(grids[0], sign("·"), grids[1], sign("→"), grids[2]));
  }
  return el("div", { class: "sum" }, el("p", { class: "note" }, t("channels.note", { count: sorted.length })), list, more, total);
}
