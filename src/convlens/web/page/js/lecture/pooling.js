// Section 3: of the numbers under the window only the largest, or their mean, goes on; on numbers and on a picture.

import { t } from "convlens/i18n/index.js";
import { choice, integer, integers, matrix } from "convlens/kinds.js";
import { averageFormula, formulaPanel, maximumFormula } from "convlens/lecture/cell_formula.js";
import { rowsFrom, rowsOf, tensor, withNumber } from "convlens/lecture/matrices.js";
import { createPooledPictures } from "convlens/lecture/pooled_pictures.js";
import { createWalk } from "convlens/lecture/walk.js";
import { cellAt, frameAt, winnerOf } from "convlens/lecture/windows.js";
import { announce, el } from "convlens/parts/dom.js";
import { createGrid } from "convlens/parts/grid.js";
import { appearInTurn } from "convlens/parts/motion.js";
import { createSlider } from "convlens/parts/slider.js";
import { figure, sign, stage } from "convlens/parts/stage.js";
import { declare } from "convlens/state.js";
import { avgPool2d, maxPool2d } from "convlens/sums/pooling.js";
import { outputSize, unreached } from "convlens/sums/sizes.js";

/** @import { Section } from "convlens/parts/section.js" */

const SIZE = 4;

const state = declare("pooling", {
  picture: matrix(rowsFrom("1 1 2 4; 5 6 7 8; 3 2 1 0; 1 2 3 4"), [SIZE]),
  kernel: integer(2, 1, SIZE),
  stride: integer(2, 1, SIZE),
  at: integers([0, 0], 0, SIZE - 1),
  sample: choice("cat", ["cat", "item"]),
});

/** @type {Section} */
export const pooling = { id: "pooling", state, mount };

/**
 * @param {HTMLElement} body
 * @param {AbortSignal} signal
 */
function mount(body, signal) {
  const places = () => outputSize(SIZE, state.values.kernel, state.values.stride);
  const walk = createWalk({ label: t("window.place"), state, size: () => [places(), places()], draw, signal });
  const kernel = createSlider({
    label: t("slider.window"),
    symbol: "k",
    meaning: "filter",
    onChange: (value) => state.change({ kernel: value }),
  });
  const stride = createSlider({
    label: t("slider.stride"),
    symbol: "s",
    onChange: (value) => state.change({ stride: value }),
  });
  const picture = createGrid({
    label: t("figure.picture"),
    meaning: "picture",
    signal,
    numbered: true,
    onEdit: (row, column, value) => state.change({ picture: withNumber(state.values.picture, row, column, value) }),
  });
  const answer = (/** @type {string} */ label) =>
    createGrid({ label, meaning: "result", signal, numbered: true, onChoose: walk.choose, onPoint: walk.point });
  const maximum = answer(t("pooling.maximum"));
  const average = answer(t("pooling.average"));
  const formulas = [formulaPanel(), formulaPanel()];
  const left = el("p", { class: "note" });
  const pictures = createPooledPictures({ state, signal });

  function draw() {
    const { picture: values, kernel: k, stride: s } = state.values;
    const { row, column, isNew } = walk.begin();
    const sliding = { size: SIZE, kernel: k, stride: s, padding: 0, dilation: 1 };
    const options = { kernel: [k, k], stride: [s, s] };
    const [largest, means] = [maxPool2d, avgPool2d].map((pool) => rowsOf(pool([tensor(values)], options)));
    const ofMaximum = cellAt(sliding, values, row, column, largest[row][column]);
    const winner = winnerOf(ofMaximum);
    const lost = unreached(SIZE, k, s).rows;
    picture.update({
      values,
      frame: frameAt(sliding, row, column),
      mark: (r, c) =>
        lost.includes(r) || lost.includes(c) ? "unreached" : r === winner.row && c === winner.column ? "winner" : "",
    });
    for (const [grid, answers] of /** @type {const} */ ([
      [maximum, largest],
      [average, means],
    ])) {
      const visible = answers.map((line, r) => line.map((value, c) => (walk.shows(r, c) ? value : null)));
      grid.update({ values: visible, mark: walk.mark });
      if (isNew) appearInTurn(grid.element.querySelectorAll(".current"));
    }
    formulas[0].replaceChildren(maximumFormula(ofMaximum));
    formulas[1].replaceChildren(averageFormula({ ...ofMaximum, value: means[row][column] }));
    kernel.update(k, 1, SIZE);
    stride.update(s, 1, SIZE);
    left.textContent = lost.length
      ? t("pooling.lost", { count: lost.length, list: lost.join(", ") })
      : t("pooling.whole");
    if (isNew) announce(t("pooling.said", { row, column, maximum: largest[row][column], average: means[row][column] }));
    pictures.update();
  }

  body.append(
    el("div", { class: "controls" }, kernel.element, stride.element),
    stage(
      figure(t("figure.picture"), "picture", picture.element),
      sign("→"),
      figure(t("pooling.maximum"), "result", maximum.element),
      figure(t("pooling.average"), "result", average.element),
    ),
    left,
    walk.player,
    el("div", { class: "beside" }, ...formulas),
    pictures.element,
    el("p", { class: "note" }, t("pooling.note")),
  );
  state.watch(draw, signal);
  draw();
}
