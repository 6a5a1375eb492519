// The answer: a bar for each class, the true one marked; and dropout as in training, which changes it.

import { t } from "convlens/i18n/index.js";
import { percent } from "convlens/network/pictures.js";
import { network } from "convlens/network/shared.js";
import { createChooser } from "convlens/parts/chooser.js";
import { el } from "convlens/parts/dom.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Shown } from "convlens/network/view.js" */

const MOST = 12;

/** @param {Run} run */
export function createAnswer(run) {
  const heading = el("h3", {});
  const list = el("ol", { class: "bars" });
  const note = el("p", { class: "note" });
  const dropouts = run.operations.filter(({ op, options }) => op === "dropout" && options?.p > 0);
  const mode = createChooser({
    label: t("answer.dropout"),
    options: [{ value: "no", text: t("answer.evaluation") }, { value: "yes", text: t("answer.training") }],
    onChange: (value) => network.change({ training: value === "yes" ? "yes" : "no" }),
  }); // prettier-ignore
  const again = el("button", { type: "button", class: "plain", onclick: () => network.change({ draw: (network.values.draw % 9999) + 1 }) }, t("answer.again"));
  const out = el("p", { class: "note" });
  const dropout = el("div", { class: "dropout", hidden: dropouts.length === 0 }, el("div", { class: "controls" }, mode.element, again), out);
  return {
    element: el("div", { class: "answer" }, heading, list, note, dropout),
    /** @param {Shown} shown */
    draw({ answer, plain, truth, masks }) {
      mode.update(network.values.training);
      again.hidden = masks.size === 0;
      out.textContent = masks.size ? dropouts.map((operation) => silenced(operation, masks)).join(" ") : t("answer.evaluationNote");
      if (!answer || !plain) {
        heading.textContent = t("answer.unknown");
        list.replaceChildren();
        note.textContent = "";
        return;
      }
      const order = answer.map((_, place) => place).sort((one, other) => answer[other] - answer[one]);
      const best = order[0];
      heading.textContent = truth === null ? t("answer.said", { name: run.classes[best], share: percent(answer[best]) })
        : truth === best ? t("answer.right", { name: run.classes[best], share: percent(answer[best]) })
          : t("answer.wrong", { name: run.classes[best], share: percent(answer[best]), truth: run.classes[truth] }); // prettier-ignore
      list.replaceChildren(...order.slice(0, MOST).map((place) => bar(run.classes[place], answer[place], place === truth, best === place && truth !== null && truth !== best)));
      note.textContent = run.mirror && !masks.size ? t("answer.mirror", { name: run.classes[best], share: percent(plain[best]) }) : t("answer.softmax");
    },
  };
}

/**
 * @param {string} name
 * @param {number} share
 * @param {boolean} isTrue
 * @param {boolean} isWrong
 */
function bar(name, share, isTrue, isWrong) {
  return el(
    "li",
    { class: `${isTrue ? "true" : ""} ${isWrong ? "wrong" : ""}` },
    el("span", {}, name, isTrue ? el("small", {}, ` ${t("answer.trueClass")}`) : null),
    el("i", { style: `--share: ${share.toFixed(4)}`, "aria-hidden": "true" }),
    el("b", {}, percent(share)),
  );
}

/**
 * @param {import("convlens/sums/tensors.js").Operation & {name: string}} operation
 * @param {Map<number, Uint8Array>} masks
 */
function silenced({ id, name, options }, masks) {
  const mask = masks.get(id) ?? new Uint8Array();
  const count = mask.length - mask.reduce((sum, kept) => sum + kept, 0);
  return t("answer.silenced", { name, count, of: mask.length, scale: 1 / (1 - (options?.p ?? 0)) });
}
