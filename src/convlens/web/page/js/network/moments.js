// What the network said of the picture at every moment that the run kept, and says now.

import { number, percent, t } from "convlens/i18n/index.js";
import { sharesOf } from "convlens/network/probabilities.js";
import { verdictOf } from "convlens/network/verdict.js";
import { input, rest } from "convlens/network/view.js";
import { el } from "convlens/parts/dom.js";
import { sentenceOf } from "convlens/source.js";
import { runNetwork } from "convlens/sums/network.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Shown } from "convlens/network/view.js" */
/** @typedef {ReturnType<typeof import("convlens/network/view.js").createView>} View */

const LOOKS = { right: "result", unsure: "result", guess: "", wrong: "wrong" }; // a guess earns no praise
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
    turn += 1;
    if (answer === null) return;
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
      ofTruth.hidden = truth === null;
      body.replaceChildren(...rows);
      mark(marked);
    } catch (error) {
      if (mine === turn) problem.textContent = sentenceOf(error);
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
    const look = truth === null ? "" : LOOKS[verdictOf(shares, truth)];
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
    for (const row of body.querySelectorAll("tr")) {
      row.setAttribute("aria-current", String(Number(row.dataset.place) === place));
    }
  }

  const heads = /** @type {const} */ (["curves.epoch", "epochs.answer", "epochs.share"]);
  const ofTruth = el("th", { scope: "col", class: "figure" }, t("epochs.true"));
  const columns = heads.map((key, place) => el("th", { scope: "col", class: place === 2 ? "figure" : "" }, t(key)));
  const head = el("thead", {}, el("tr", {}, ...columns, ofTruth));
  const caption = el("caption", {}, t(run.mirror ? "epochs.answersAlone" : "epochs.answers"));
  const table = el("table", { class: "figures", hidden: true }, caption, head, body);
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
