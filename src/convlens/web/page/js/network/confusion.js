// Which classes are taken for which: the matrix of the test pictures, and the pictures behind each of its cells.

import { t } from "convlens/i18n/index.js";
import { integers } from "convlens/kinds.js";
import { followArrows } from "convlens/network/arrows.js";
import { createGallery } from "convlens/network/gallery.js";
import { el } from "convlens/parts/dom.js";
import { declare } from "convlens/state.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Section } from "convlens/parts/section.js" */

const state = declare("confusion", { cell: integers([-1, -1], -1, 9999) });

/**
 * @param {Run} run
 * @param {(index: number) => void} onPicture    a test picture was chosen
 * @returns {Section}
 */
export function createConfusion(run, onPicture) {
  return { id: "confusion", state, mount: (body, signal) => mount(run, onPicture, body, signal) };
}

/**
 * @param {Run} run
 * @param {(index: number) => void} onPicture
 * @param {HTMLElement} body
 * @param {AbortSignal} signal
 */
function mount(run, onPicture, body, signal) {
  const { classes, test } = run;
  const gallery = createGallery({ run, onPicture });
  const buttons = test.confusion.map((row, truth) =>
    row.map((count, answer) => {
      const label = t("confusion.cell", { count, truth: classes[truth], answer: classes[answer] });
      const onclick = () => state.change({ cell: [truth, answer] });
      return el("button", { type: "button", tabindex: -1, "aria-label": label, title: label, onclick }, count || "·");
    }),
  );
  const shades = shadesOf(test.confusion);
  const rows = buttons.map((row, truth) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, classes[truth]),
      ...row.map((button, answer) => el("td", { class: truth === answer ? "right" : "wrong", style: `--tint: ${shades[truth][answer].toFixed(3)}` }, button)),
    ),
  );
  const head = el("tr", {}, el("td"), ...classes.map((name) => el("th", { scope: "col" }, el("span", {}, name))));
  const table = el("table", { class: "confusion" }, el("caption", {}, t("confusion.caption")), el("thead", {}, head), el("tbody", {}, ...rows));
  followArrows(table, buttons, signal);

  function draw() {
    const [truth, answer] = chosen(run, state.values.cell);
    buttons.forEach((row, r) => row.forEach((button, c) => button.setAttribute("aria-pressed", String(r === truth && c === answer))));
    gallery.show(truth, answer);
  }
  body.append(
    el("p", { class: "note" }, t("confusion.note", { correct: test.correct, total: test.total })),
    el("div", { class: "scroll" }, table),
    gallery.element,
  );
  state.watch(draw, signal);
  draw();
}

/**
 * The cell that is open: the one of the address, or the commonest mistake.
 * @param {Run} run
 * @param {number[]} asked
 */
function chosen({ test: { confusion } }, [truth, answer]) {
  if (confusion[truth]?.[answer] !== undefined) return [truth, answer];
  const cells = confusion.flatMap((row, r) => row.map((count, c) => ({ count: r === c ? -1 : count, at: [r, c] })));
  return cells.reduce((most, cell) => (cell.count > most.count ? cell : most)).at;
}

/**
 * How dark a cell is, 0 to 1: right answers by their share of the row; mistakes, which are few, on a scale of their own.
 * @param {number[][]} confusion
 */
function shadesOf(confusion) {
  const shares = confusion.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0) || 1;
    return row.map((count) => count / total);
  });
  const most = Math.max(...shares.flatMap((row, r) => row.filter((_, c) => r !== c)), 1e-9);
  return shares.map((row, r) => row.map((share, c) => (r === c ? share : share / most)));
}
