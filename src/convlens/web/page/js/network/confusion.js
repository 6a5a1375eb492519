// Which classes are taken for which: the matrix of the test pictures, and the pictures behind each of its cells.

import { number, t } from "convlens/i18n/index.js";
import { integers } from "convlens/kinds.js";
import { createGallery } from "convlens/network/gallery.js";
import { el } from "convlens/parts/dom.js";
import { makeTabStop, rove } from "convlens/parts/roving.js";
import { declare } from "convlens/state.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Section } from "convlens/parts/section.js" */

const state = declare("confusion", { cell: integers([-1, -1], -1, 9999) });
const MOST_NUMBERED = 20; // classes: with more of them the cells are too small for numbers
const COMMONEST = 8;

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
  const { correct, total, confusion } = run.test;
  const mistakes = mistakesOf(confusion);
  const gallery = createGallery({ run, onPicture });
  const { table, buttons } = createTable(run, signal);
  let pressed = buttons[0]?.[0];

  function draw() {
    const [truth, answer] = chosen(confusion, state.values.cell, mistakes);
    pressed?.setAttribute("aria-pressed", "false");
    pressed = buttons[truth][answer];
    pressed.setAttribute("aria-pressed", "true");
    gallery.show(truth, answer);
  }
  body.append(
    el("p", { class: "note" }, t("confusion.note", { correct, total })),
    el(
      "div",
      { class: "confusions" },
      el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": t("confusion.title") }, table),
      el("div", { class: "behind" }, commonest(run, mistakes), gallery.element),
    ),
  );
  state.watch(draw, signal);
  draw();
}

/**
 * @param {Run} run
 * @param {AbortSignal} signal
 */
function createTable({ classes, test: { confusion } }, signal) {
  const isNumbered = classes.length <= MOST_NUMBERED;
  const shades = shadesOf(confusion);
  const buttons = confusion.map((row, truth) =>
    row.map((count, answer) => {
      const label = t("confusion.cell", { count, truth: classes[truth], answer: classes[answer] });
      const onclick = () => state.change({ cell: [truth, answer] });
      const properties = { type: "button", tabindex: -1, "aria-label": label, title: label, "aria-pressed": "false" };
      return el("button", { ...properties, onclick }, isNumbered ? number(count) : "");
    }),
  );
  const cell = (/** @type {HTMLElement} */ button, /** @type {number} */ truth, /** @type {number} */ answer) => {
    const kind = confusion[truth][answer] === 0 ? "none" : truth === answer ? "right" : "wrong";
    return el("td", { class: kind, style: `--tint: ${shades[truth][answer].toFixed(3)}` }, button);
  };
  const rows = buttons.map((row, truth) => {
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, classes[truth]),
      ...row.map((button, place) => cell(button, truth, place)),
    );
  });
  const head = el("tr", {}, el("td"), ...classes.map((name) => el("th", { scope: "col" }, el("span", {}, name))));
  const table = el(
    "table",
    { class: isNumbered ? "confusion" : "confusion small" },
    el("caption", {}, t("confusion.caption")),
    el("thead", {}, head),
    el("tbody", {}, ...rows),
  );
  makeTabStop(buttons, 0, 0);
  rove(table, () => buttons, signal);
  return { table, buttons };
}

/**
 * The mistakes that are made most often, to be opened.
 * @param {Run} run
 * @param {Mistake[]} mistakes
 */
function commonest({ classes }, mistakes) {
  const shown = mistakes.slice(0, COMMONEST).map(({ count, cell }) => {
    const [truth, answer] = cell.map((place) => classes[place]);
    const onclick = () => state.change({ cell });
    const label = t("confusion.cell", { count, truth, answer });
    const properties = { type: "button", class: "text", "aria-label": label, onclick };
    return el("li", {}, el("button", properties, `${truth} → ${answer}`), ` ${number(count)}`);
  });
  return el(
    "div",
    { class: "commonest", hidden: shown.length === 0 },
    el("h3", {}, t("confusion.commonest")),
    el("ol", {}, ...shown),
  );
}

/** @typedef {{count: number, cell: number[]}} Mistake */

/**
 * @param {number[][]} confusion
 * @returns {Mistake[]} the commonest first
 */
function mistakesOf(confusion) {
  const all = confusion.flatMap((row, truth) => row.map((count, answer) => ({ count, cell: [truth, answer] })));
  return all
    .filter(({ count, cell: [truth, answer] }) => count > 0 && truth !== answer)
    .sort((one, other) => other.count - one.count);
}

/**
 * The cell that is open: the one of the address, or the commonest mistake.
 * @param {number[][]} confusion
 * @param {number[]} asked
 * @param {Mistake[]} mistakes
 */
function chosen(confusion, [truth, answer], mistakes) {
  if (confusion[truth]?.[answer] !== undefined) return [truth, answer];
  return mistakes[0]?.cell ?? [0, 0];
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
  const mistakes = shares.flatMap((row, truth) => row.filter((_, answer) => truth !== answer));
  const most = mistakes.reduce((largest, share) => Math.max(largest, share), 1e-9);
  return shares.map((row, truth) => row.map((share, answer) => (truth === answer ? share : share / most)));
}
