// What the network said of the picture at every moment that the run kept, and says now.

import { number, percent, t } from "convlens/i18n/index.js";
import { sharesOf } from "convlens/network/probabilities.js";
import { input, rest } from "convlens/network/view.js";
import { el } from "convlens/parts/dom.js";
import { sentenceOf } from "convlens/source.js";
import { runNetwork } from "convlens/sums/network.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Shown } from "convlens/network/view.js" */
/** @typedef {ReturnType<typeof import("convlens/network/view.js").createView>} View */

const PAUSE = 400; // ms without a change, before a drawing is shown to all of them

/**
 * @param {object} options
 * @param {Run} options.run
 * @param {View} options.view
 * @param {(place: number) => void} options.onMoment    in `run.snapshots`, or one further: the finished network
 * @param {AbortSignal} options.signal
 */
export function createMoments({ run, view, onMoment, signal }) {
  const { snapshots, classes, answer } = run;
  const body = el("tbody");
  const problem = el("p", { class: "problem", role: "status" });
  let marked = -1;
  let turn = 0; // of the picture: what is worked out for another one comes too late

  /** @param {Shown} now */
  async function draw({ pixels, index, truth }) {
    if (answer === null) return;
    turn += 1;
    const mine = turn;
    const rows = [];
    try {
      await rest(index === null ? PAUSE : 0);
      for (let place = 0; place <= snapshots.length; place++) {
        const weights = await view.weightsAt(place);
        await rest(0); // the page stays alive meanwhile
        if (mine !== turn || signal.aborted) return;
        const logits = runNetwork(run.operations, weights, input(run, pixels)).get(answer);
        if (logits) rows.push(rowOf(place, sharesOf(logits.data), truth));
      }
      problem.textContent = "";
      table.hidden = rows.length === 0;
      body.replaceChildren(...rows);
      mark(marked);
    } catch (error) {
      problem.textContent = sentenceOf(error);
    }
  }

  /**
   * @param {number} place
   * @param {number[]} shares
   * @param {number | null} truth
   */
  function rowOf(place, shares, truth) {
    const best = shares.indexOf(Math.max(...shares));
    const label = snapshots[place] ? number(snapshots[place].epoch, 2) : t("epochs.kept");
    const button = el("button", { type: "button", class: "text", onclick: () => onMoment(place) }, label);
    const look = truth === null ? "" : truth === best ? "result" : "wrong";
    return el(
      "tr",
      { "data-place": place },
      el("th", { scope: "row" }, button),
      el("td", {}, el("b", { class: look }, classes[best])),
      el("td", { class: "figure" }, percent(shares[best])),
      truth === null ? null : el("td", { class: "figure" }, percent(shares[truth])),
    );
  }

  /** @param {number} place */
  function mark(place) {
    marked = place;
    for (const row of body.querySelectorAll("tr"))
      row.toggleAttribute("aria-current", Number(row.dataset.place) === place);
  }

  const heads = /** @type {const} */ (["curves.epoch", "epochs.answer", "epochs.share", "epochs.true"]);
  const head = el("tr", {}, ...heads.map((key) => el("th", { scope: "col" }, t(key))));
  const table = el("table", { class: "figures" }, el("caption", {}, t("epochs.answers")), el("thead", {}, head), body);
  return {
    element: el(
      "div",
      { class: "scroll", tabindex: 0, role: "group", "aria-label": t("epochs.answers") },
      table,
      problem,
    ),
    draw,
    mark,
  };
}
