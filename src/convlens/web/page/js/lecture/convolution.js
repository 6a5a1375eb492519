// Section 1: a 3 x 3 filter slides over a 5 x 5 picture, and every number can be changed.

import { number, t } from "convlens/i18n/index.js";
import { integers, matrix } from "convlens/kinds.js";
import { convolutionFormula, formulaPanel } from "convlens/lecture/cell_formula.js";
import { createLinks } from "convlens/lecture/links.js";
import { rowsOf, tensor, withNumber } from "convlens/lecture/matrices.js";
import { FILTERS, PICTURES, presetOf } from "convlens/lecture/presets.js";
import { createWalk } from "convlens/lecture/walk.js";
import { cellAt, frameAt, timesNote, weightUnder } from "convlens/lecture/windows.js";
import { createList } from "convlens/parts/chooser.js";
import { announce, el } from "convlens/parts/dom.js";
import { createGrid } from "convlens/parts/grid.js";
import { appearInTurn } from "convlens/parts/motion.js";
import { figure, sign, stage } from "convlens/parts/stage.js";
import { declare } from "convlens/state.js";
import { conv2d } from "convlens/sums/convolution.js";

/** @import { Section } from "convlens/parts/section.js" */

const SIZE = 5;
const KERNEL = 3;
const PLACES = SIZE - KERNEL + 1;
const SLIDING = { size: SIZE, kernel: KERNEL, stride: 1, padding: 0, dilation: 1 };

const state = declare("convolution", {
  picture: matrix(PICTURES.lecture, [SIZE]),
  filter: matrix(FILTERS.cross, [KERNEL]),
  at: integers([0, 0], 0, PLACES - 1),
});

/** @type {Section} */
export const convolution = { id: "convolution", state, mount };

/**
 * @param {HTMLElement} body
 * @param {AbortSignal} signal
 */
function mount(body, signal) {
  const walk = createWalk({ label: t("window.place"), state, size: () => [PLACES, PLACES], draw, signal });
  const links = createLinks(draw);
  const picture = createGrid({
    label: t("figure.picture"),
    meaning: "picture",
    signal,
    onPoint: links.pointPicture,
    onEdit: (row, column, value) => state.change({ picture: withNumber(state.values.picture, row, column, value) }),
  });
  const filter = createGrid({
    label: t("figure.filter"),
    meaning: "filter",
    signal,
    onPoint: links.pointFilter,
    onEdit: (row, column, value) => state.change({ filter: withNumber(state.values.filter, row, column, value) }),
  });
  const products = createGrid({ label: t("figure.products"), meaning: "product", signal });
  const result = createGrid({
    label: t("figure.result"),
    meaning: "result",
    signal,
    onChoose: walk.choose,
    onPoint: walk.point,
  });
  const total = el("p", { class: "total" });
  const formula = formulaPanel();
  const presets = createPresets();

  function draw() {
    const { picture: values, filter: weights } = state.values;
    const { row, column, isNew } = walk.begin();
    const answers = rowsOf(conv2d([tensor(values)], {}, { weight: tensor(weights, 2) }));
    const cell = cellAt(SLIDING, values, row, column, answers[row][column]);
    const weightAt = weightUnder(cell, weights);
    picture.update({
      values,
      frame: frameAt(SLIDING, row, column),
      mark: (r, c) => (links.meets(SLIDING, PLACES, r, c) ? "met" : ""),
      note: (r, c) => timesNote(weightAt(r, c)),
    });
    filter.update({ values: weights });
    products.update({ values: cell.window.map((line, r) => line.map((value, c) => value * weights[r][c])) });
    result.update({
      values: answers.map((line, r) => line.map((value, c) => (walk.shows(r, c) ? value : null))),
      mark: (r, c) => `${walk.mark(r, c)} ${links.reads(SLIDING, r, c) ? "reads" : ""}`,
    });
    total.replaceChildren(`${t("figure.sum")} = `, el("b", { class: "result" }, number(cell.value)));
    formula.replaceChildren(convolutionFormula(cell, weights));
    presets.update();
    if (isNew) {
      appearInTurn([
        ...products.element.querySelectorAll(".cell"),
        total,
        ...result.element.querySelectorAll(".current"),
      ]);
      announce(t("window.said", { row, column, value: cell.value }));
    }
  }

  body.append(
    presets.element,
    stage(
      figure(t("figure.picture"), "picture", picture.element),
      sign("∗"),
      figure(t("figure.filter"), "filter", filter.element),
      sign("="),
      figure(t("figure.products"), "product", products.element, total),
      sign("→"),
      figure(t("figure.result"), "result", result.element),
    ),
    walk.player,
    el("div", { class: "beside" }, formula, el("p", { class: "note" }, t("convolution.note"))),
  );
  state.watch(draw, signal);
  draw();
}

function createPresets() {
  const own = { value: /** @type {const} */ ("own"), text: t("preset.own") };
  const pictures = createList({
    label: t("figure.picture"),
    options: [...names(PICTURES).map((value) => ({ value, text: t(`preset.${value}`) })), own],
    onChange: (name) => name !== "own" && state.change({ picture: PICTURES[name] }),
  });
  const filters = createList({
    label: t("figure.filter"),
    options: [...names(FILTERS).map((value) => ({ value, text: t(`preset.${value}`) })), own],
    onChange: (name) => name !== "own" && state.change({ filter: FILTERS[name] }),
  });
  return {
    element: el("div", { class: "controls" }, pictures.element, filters.element),
    update() {
      pictures.update(presetOf(PICTURES, state.values.picture));
      filters.update(presetOf(FILTERS, state.values.filter));
    },
  };
}

/**
 * @template {string} T
 * @param {Record<T, unknown>} presets
 */
function names(presets) {
  return /** @type {T[]} */ (Object.keys(presets));
}
