// A neuron's sum: its largest products, where each came from, and what the others add up to.

import { number, t } from "convlens/i18n/index.js";
import { goTo } from "convlens/network/places.js";
import { el } from "convlens/parts/dom.js";
import { indexOf } from "convlens/sums/tensors.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Work } from "convlens/sums/unit.js" */

const LARGEST = 10;

/**
 * @param {object} options
 * @param {Run} options.run
 * @param {number} options.id                             of the linear layer
 * @param {number[]} options.index                        of the neuron
 * @param {Extract<Work, {kind: "linear"}>} options.work
 */
export function createProducts({ run, id, index, work: { inputs, weights, products, bias, maps, value } }) {
  const order = products
    .map((_, place) => place)
    .sort((one, other) => Math.abs(products[other]) - Math.abs(products[one]));
  const [shown, others] = [order.slice(0, LARGEST), order.slice(LARGEST)];
  const sumOf = (/** @type {number[]} */ places) => places.reduce((sum, place) => sum + products[place], 0);

  const rows = shown.map((place) => {
    const where = maps ? t("products.map", { at: indexOf(maps, place).join(", ") }) : t("products.neuron", { place });
    const onclick = () => goTo(run, run.operations[id].inputs[0], [...index.slice(0, -1), place]);
    const link = el("button", { type: "button", class: "text", onclick }, where);
    const cells = [inputs, weights, products].map((numbers) => el("td", {}, number(numbers[place], 5)));
    return el("tr", {}, el("th", { scope: "row" }, link), ...cells);
  });
  const heads = [t("products.input"), t("figure.picture"), t("figure.filter"), t("products.product")];
  const looks = ["", "picture", "filter", ""];
  const head = heads.map((text, column) => el("th", { scope: "col" }, el("b", { class: looks[column] }, text)));
  const table = el("table", { class: "figures" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows));

  const terms = [number(sumOf(shown), 5)];
  if (others.length) terms.push(t("products.others", { count: others.length, sum: number(sumOf(others), 5) }));
  if (bias !== null) terms.push(t("channels.bias", { bias: number(bias, 5) }));
  const note = t("products.note", { count: products.length });
  return el(
    "div",
    { class: "sum" },
    el("p", { class: "note" }, note),
    el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": note }, table),
    el("p", {}, `${terms.join(" + ")} = `, el("b", { class: "result" }, number(value, 5))),
  );
}
