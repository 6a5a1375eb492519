// A neuron's sum: its largest products, where each came from, and what the others add up to.

import { number, t } from "convlens/i18n/index.js";
import { el } from "convlens/parts/dom.js";
import { indexOf } from "convlens/sums/tensors.js";

/** @import { Work } from "convlens/sums/unit.js" */

const LARGEST = 10;

/**
 * @param {object} options
 * @param {Extract<Work, {kind: "linear"}>} options.work
 * @param {number} options.before    the operation that it reads
 * @param {(id: number, index: number[]) => void} options.go
 */
export function createProducts({ work: { inputs, weights, products, bias, maps, value }, before, go }) {
  const order = products.map((_, place) => place).sort((one, other) => Math.abs(products[other]) - Math.abs(products[one]));
  const shown = order.slice(0, LARGEST);
  const rows = shown.map((place) => {
    const where = maps ? t("products.map", { place, at: indexOf(maps, place).join(", ") }) : t("products.neuron", { place });
    const link = el("button", { type: "button", class: "text", onclick: () => go(before, [place]) }, where);
    return el("tr", {}, el("th", { scope: "row" }, link), ...[inputs, weights, products].map((numbers) => el("td", {}, number(numbers[place], 5))));
  });
  const rest = order.slice(LARGEST).reduce((sum, place) => sum + products[place], 0);
  const heads = [t("products.input"), t("figure.picture"), t("figure.filter"), t("products.product")];
  const table = el("table", { class: "figures" }, el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, ...rows));
  const sum = shown.reduce((total, place) => total + products[place], 0);
  const terms = [number(sum, 5), ...(order.length > LARGEST ? [t("products.others", { count: order.length - LARGEST, sum: number(rest, 5) })] : []), ...(bias === null ? [] : [t("channels.bias", { bias: number(bias, 5) })])];
  return el(
    "div",
    { class: "sum" },
    el("p", { class: "note" }, t("products.note", { count: products.length })),
    el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": t("products.note", { count: products.length }) }, table),
    el("p", {}, `${terms.join(" + ")} = `, el("b", { class: "result" }, number(value, 5))),
  );
}
