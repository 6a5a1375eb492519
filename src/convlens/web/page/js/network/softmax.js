// How the logits become probabilities: each e to the power of its logit, divided by the sum of them all.

import { number, percent, t } from "convlens/i18n/index.js";
import { el, math } from "convlens/parts/dom.js";
import { lines, mfrac, mi, mo, mrow, msub } from "convlens/parts/formula.js";

/** @import { Answers } from "convlens/network/probabilities.js" */
/** @import { Run } from "convlens/run.js" */

const MOST = 12; // rows

/** @param {Run} run */
export function createSoftmax({ classes }) {
  const formula = el("div", { class: "formula", tabindex: 0, role: "group", "aria-label": t("softmax.title") });
  const body = el("tbody");
  const heads = [t("softmax.class"), t("softmax.logit"), t("softmax.power"), t("softmax.share")];
  const head = el("thead", {}, el("tr", {}, ...heads.map((text) => el("th", { scope: "col" }, text))));
  const element = el(
    "details",
    {},
    el("summary", {}, t("softmax.title")),
    formula,
    el(
      "div",
      { class: "scroll", tabindex: 0, role: "group", "aria-label": t("softmax.title") },
      el("table", { class: "figures" }, head, body),
    ),
  );
  return {
    element,
    /**
     * @param {Answers} answers
     * @param {number[]} order     the classes, the likeliest first
     */
    draw({ logits, shares }, order) {
      const powers = logits.map((logit) => Math.exp(logit));
      const total = powers.reduce((sum, power) => sum + power, 0);
      const rows = order.slice(0, MOST).map((place) => {
        const cells = [logits[place], powers[place]].map((value) => el("td", {}, short(value)));
        return el("tr", {}, el("th", { scope: "row" }, classes[place]), ...cells, el("td", {}, percent(shares[place])));
      });
      body.replaceChildren(...rows);
      const [best] = order;
      formula.replaceChildren(formulaOf(logits[best], powers[best], total, shares[best]));
    },
  };
}

/**
 * @param {number} logit
 * @param {number} power
 * @param {number} total
 * @param {number} share
 */
function formulaOf(logit, power, total, share) {
  const e = (/** @type {Node} */ exponent) => math("msup", {}, mi("e"), exponent);
  const sum = mrow(math("msub", {}, mo("∑"), mi("j")), e(msub(mi("z", "picture"), mi("j"))));
  const rule = mfrac(e(msub(mi("z", "picture"), mi("k"))), sum);
  const numbers = mfrac(e(math("mn", { class: "picture" }, short(logit))), math("mn", {}, short(total)));
  const worked = mfrac(math("mn", {}, short(power)), math("mn", {}, short(total)));
  const result = math("mn", { class: "result" }, number(share, 4));
  return lines([
    [msub(mi("p", "result"), mi("k")), mo("="), rule],
    [null, mo("="), mrow(numbers, mo("="), worked, mo("="), result)],
  ]);
}

/** A number of any size in few digits. @param {number} value */
function short(value) {
  const isPlain = value === 0 || (Math.abs(value) >= 0.001 && Math.abs(value) < 1e6);
  if (isPlain || !Number.isFinite(value)) return number(value, Math.abs(value) < 100 ? 3 : 0);
  const [digits, exponent] = value.toExponential(2).split("e");
  return `${number(Number(digits), 2)}e${Number(exponent)}`.replaceAll("-", "−");
}
