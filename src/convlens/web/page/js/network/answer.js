// The answer: a bar for each class, the true one marked, and how the softmax makes them; and dropout as in training,
// which changes it.

import { percent, t } from "convlens/i18n/index.js";
import { network } from "convlens/network/shared.js";
import { createSoftmax } from "convlens/network/softmax.js";
import { verdictOf } from "convlens/network/verdict.js";
import { createChooser } from "convlens/parts/chooser.js";
import { el } from "convlens/parts/dom.js";
import { dropoutParts } from "convlens/sums/dropout.js";

/** @import { Answers } from "convlens/network/probabilities.js" */
/** @import { Run } from "convlens/run.js" */
/** @import { DropoutOptions } from "convlens/sums/dropout.js" */
/** @import { Shown } from "convlens/network/view.js" */

const MOST = 12; // classes

/** @param {Run} run */
export function createAnswer(run) {
  const heading = el("h3", {});
  const list = el("ol", { class: "bars" });
  const note = el("p", { class: "note" });
  const softmax = createSoftmax(run);
  const dropout = createDropout(run);
  return {
    element: el("div", { class: "answer" }, heading, list, note, softmax.element, dropout.element),
    title: () => heading.textContent ?? "",
    /** @param {Shown} shown */
    draw({ answers, truth, masks }) {
      dropout.draw(masks);
      list.hidden = softmax.element.hidden = answers === null;
      heading.textContent = answers ? titleOf(run, answers.shares, truth) : t("answer.unknown");
      note.textContent = answers ? noteOf(run, answers, masks.size > 0) : "";
      if (!answers) return;
      const order = orderOf(answers.shares);
      list.replaceChildren(...barsOf(run, answers.shares, order, truth));
      softmax.draw(answers, order);
    },
  };
}

/** The classes, the likeliest first. @param {number[]} shares */
function orderOf(shares) {
  return shares.map((_, place) => place).sort((one, other) => shares[other] - shares[one]);
}

/**
 * @param {Run} run
 * @param {number[]} shares
 * @param {number | null} truth
 */
function titleOf({ classes }, shares, truth) {
  const [best] = orderOf(shares);
  const values = { name: classes[best], share: percent(shares[best]) };
  if (truth === null) return t("answer.said", values);
  const blind = percent(1 / classes.length);
  const verdict = verdictOf(shares, truth);
  return t(`answer.${verdict}`, { ...values, truth: classes[truth], blind });
}

/**
 * @param {Run} run
 * @param {Answers} answers
 * @param {boolean} isTraining
 */
function noteOf({ classes, mirror }, { alone, isMirrored }, isTraining) {
  const [best] = orderOf(alone);
  if (isMirrored) return t("answer.mirror", { name: classes[best], share: percent(alone[best]) });
  return mirror && !isTraining ? t("answer.alone") : t("answer.softmax");
}

/**
 * The likeliest classes, and the true one wherever it stands.
 * @param {Run} run
 * @param {number[]} shares
 * @param {number[]} order
 * @param {number | null} truth
 */
function barsOf({ classes }, shares, order, truth) {
  const shown = order.filter((place, rank) => rank < MOST || place === truth);
  const bars = shown.map((place) => {
    const isWrong = truth !== null && truth !== order[0] && place === order[0];
    return barOf(classes[place], shares[place], place === truth ? "true" : isWrong ? "wrong" : "");
  });
  const others = order.length - shown.length;
  const rest = order.filter((place) => !shown.includes(place)).reduce((sum, place) => sum + shares[place], 0);
  return others ? [...bars, barOf(t("answer.others", { count: others }), rest, "rest")] : bars;
}

/**
 * @param {string} name
 * @param {number} share
 * @param {"true" | "wrong" | "rest" | ""} look
 */
function barOf(name, share, look) {
  return el(
    "li",
    { class: look },
    el("span", {}, name, look === "true" ? el("small", {}, ` ${t("answer.trueClass")}`) : null),
    el("i", { style: `--share: ${share.toFixed(4)}`, "aria-hidden": "true" }),
    el("b", {}, percent(share)),
  );
}

/** @param {Run} run */
function createDropout({ operations }) {
  const dropouts = operations.filter(({ op, options }) => op === "dropout" && options?.p > 0);
  const mode = createChooser({
    label: t("answer.dropout"),
    options: [
      { value: /** @type {"no" | "yes"} */ ("no"), text: t("answer.evaluation") },
      { value: "yes", text: t("answer.training") },
    ],
    onChange: (training) => network.change({ training }),
  });
  const redraw = () => network.change({ draw: (network.values.draw % 9999) + 1 });
  const again = el("button", { type: "button", class: "plain", onclick: redraw }, t("answer.again"));
  const out = el("p", { class: "note" });
  const controls = el("div", { class: "controls" }, mode.element, again);
  return {
    element: el("div", { class: "dropout", hidden: dropouts.length === 0 }, controls, out),
    /** @param {Map<number, Uint8Array>} masks */
    draw(masks) {
      mode.update(network.values.training);
      again.hidden = masks.size === 0;
      const sentences = masks.size ? dropouts.map((one) => silenced(one, masks)) : [t("answer.evaluationNote")];
      out.textContent = sentences.join(" ");
    },
  };
}

/**
 * @param {import("convlens/sums/tensors.js").Operation & {name: string}} operation
 * @param {Map<number, Uint8Array>} masks
 */
function silenced({ id, name, options }, masks) {
  const mask = masks.get(id) ?? new Uint8Array();
  const count = mask.length - mask.reduce((sum, kept) => sum + kept, 0);
  const { scale, shift, silent } = dropoutParts(/** @type {DropoutOptions} */ (options));
  const values = { name, count, of: mask.length, scale, shift, silent };
  return options?.alpha ? t("answer.silencedAlpha", values) : t("answer.silenced", values);
}
