// Section 4: stride, padding and dilation on a picture of any size, with what no window reaches.

import { t } from "convlens/i18n/index.js";
import { choice, integer, integers, matrix } from "convlens/kinds.js";
import { averageFormula, convolutionFormula, formulaPanel, maximumFormula } from "convlens/lecture/cell_formula.js";
import { EXAMPLES, exampleOf } from "convlens/lecture/examples.js";
import { allowed, KINDS } from "convlens/lecture/geometry.js";
import { createGeometrySliders, within } from "convlens/lecture/geometry_sliders.js";
import { createLinks } from "convlens/lecture/links.js";
import { rowsOf, tensor, withNumber } from "convlens/lecture/matrices.js";
import { outcome } from "convlens/lecture/outcome.js";
import { sizeFormula } from "convlens/lecture/size_formula.js";
import { createWalk } from "convlens/lecture/walk.js";
import { cellAt, covered, frameAt, ringed, timesNote, weightUnder, winnerOf } from "convlens/lecture/windows.js";
import { createChooser, createList } from "convlens/parts/chooser.js";
import { announce, el } from "convlens/parts/dom.js";
import { makeDraggable } from "convlens/parts/dragging.js";
import { createGrid } from "convlens/parts/grid.js";
import { appearInTurn } from "convlens/parts/motion.js";
import { figure, sign, stage } from "convlens/parts/stage.js";
import { declare } from "convlens/state.js";
import { conv2d } from "convlens/sums/convolution.js";
import { avgPool2d, maxPool2d } from "convlens/sums/pooling.js";
import { outputSize } from "convlens/sums/sizes.js";

/** @import { Geometry, Kind } from "convlens/lecture/geometry.js" */
/** @import { Section } from "convlens/parts/section.js" */

/** @type {import("convlens/lecture/geometry_sliders.js").Bounds} */
const BOUNDS = { size: [1, 12], kernel: [1, 5], stride: [1, 5], padding: [0, 4], dilation: [1, 4] };
const MOST_PLACES = BOUNDS.size[1] + 2 * BOUNDS.padding[1];

/** @param {number} most */
const sidesUpTo = (most) => Array.from({ length: most }, (_, side) => side + 1);

const state = declare("sliding", {
  kind: choice("convolution", KINDS),
  size: integer(EXAMPLES.remainder.size, ...BOUNDS.size),
  kernel: integer(EXAMPLES.remainder.kernel, ...BOUNDS.kernel),
  stride: integer(EXAMPLES.remainder.stride, ...BOUNDS.stride),
  padding: integer(EXAMPLES.remainder.padding, ...BOUNDS.padding),
  dilation: integer(EXAMPLES.remainder.dilation, ...BOUNDS.dilation),
  picture: matrix([], sidesUpTo(BOUNDS.size[1])), // empty: made up
  filter: matrix([], sidesUpTo(BOUNDS.kernel[1])),
  at: integers([0, 0], 0, MOST_PLACES - 1),
});

/** @type {Section} */
export const sliding = { id: "sliding", state, mount };

/** What the state comes to: numbers that PyTorch allows, and matrices of the right size. */
function setting() {
  const { kind, picture, filter } = state.values;
  const geometry = allowed(kind, state.values);
  const { size, kernel, stride, padding, dilation } = geometry;
  return {
    kind,
    geometry,
    picture: picture.length === size ? picture : square(size, (row, column) => (row * size + column) % 10),
    filter: filter.length === kernel ? filter : square(kernel, (row, column) => ((row + column) % 2 ? 0 : 1)),
    places: Math.max(0, outputSize(size, kernel, stride, padding, dilation)),
    outside: kind === "maximum" ? -Infinity : 0,
  };
}

/**
 * @param {number} side
 * @param {(row: number, column: number) => number} value
 */
function square(side, value) {
  return Array.from({ length: side }, (_, row) => Array.from({ length: side }, (_, column) => value(row, column)));
}

/**
 * The whole result.
 * @param {ReturnType<typeof setting>} setting
 */
function resultOf({ kind, geometry: { kernel, stride, padding, dilation }, picture, filter, places }) {
  if (!places) return [];
  const sides = { stride: [stride, stride], dilation: [dilation, dilation] };
  if (kind === "convolution") {
    return rowsOf(
      conv2d([tensor(picture)], { ...sides, padding: Array(4).fill(padding) }, { weight: tensor(filter, 2) }),
    );
  }
  const pool = kind === "maximum" ? maxPool2d : avgPool2d;
  return rowsOf(pool([tensor(picture)], { ...sides, kernel: [kernel, kernel], padding: [padding, padding] }));
}

/**
 * @param {HTMLElement} body
 * @param {AbortSignal} signal
 */
function mount(body, signal) {
  const places = () => Math.max(1, setting().places);
  const walk = createWalk({ label: t("window.place"), state, size: () => [places(), places()], draw, signal });
  const controls = createControls();
  const links = createLinks(draw);
  const picture = createGrid({
    label: t("figure.picture"),
    meaning: "picture",
    signal,
    numbered: true,
    onPoint: links.pointPicture,
    onEdit: (row, column, value) => state.change({ picture: withNumber(setting().picture, row, column, value) }),
  });
  const filter = createGrid({
    label: t("figure.filter"),
    meaning: "filter",
    signal,
    onPoint: links.pointFilter,
    onEdit: (row, column, value) => state.change({ filter: withNumber(setting().filter, row, column, value) }),
  });
  const result = createGrid({
    label: t("figure.result"),
    meaning: "result",
    signal,
    numbered: true,
    onChoose: walk.choose,
    onPoint: walk.point,
  });
  const filterFigure = figure(t("figure.filter"), "filter", filter.element);
  const times = sign("∗");
  const resultFigure = figure(t("figure.result"), "result", result.element);
  const sentences = el("ul", { class: "sentences" });
  const formula = formulaPanel();
  const size = formulaPanel(t("formula.size"));

  makeDraggable(size, {
    valueOf: (name) => setting().geometry[/** @type {keyof Geometry} */ (name)],
    onDrag: (name, value) => state.change({ [name]: within(BOUNDS, /** @type {keyof Geometry} */ (name), value) }),
    signal,
  });

  function draw() {
    const now = setting();
    const { kind, geometry, filter: weights, outside } = now;
    const { row, column, isNew } = walk.begin();
    const answers = resultOf(now);
    const fits = answers.length > 0;
    controls.update(now);
    for (const element of [times, filterFigure]) element.hidden = kind !== "convolution";
    resultFigure.hidden = !fits;
    walk.player.hidden = !fits;
    formula.hidden = !fits;

    const cell = cellAt(geometry, now.picture, row, column, answers[row]?.[column] ?? 0, outside);
    const weightAt = weightUnder(cell, weights);
    const winner = fits && kind === "maximum" ? winnerOf(cell) : null;
    const isRead = readBy(geometry, now.places);
    picture.update({
      values: ringed(now.picture, geometry.padding, outside),
      ring: geometry.padding,
      frame: fits ? frameAt(geometry, row, column) : null,
      mark: (r, c) =>
        `${isRead(r) && isRead(c) ? "" : "unreached"} ${r === winner?.row && c === winner.column ? "winner" : ""} ` +
        (links.meets(geometry, now.places, r, c) ? "met" : ""),
      note: (r, c) => (fits && kind === "convolution" ? timesNote(weightAt(r, c)) : ""),
    });
    filter.update({ values: weights });
    if (fits) {
      result.update({
        values: answers.map((line, r) => line.map((value, c) => (walk.shows(r, c) ? value : null))),
        mark: (r, c) => `${walk.mark(r, c)} ${links.reads(geometry, r, c) ? "reads" : ""}`,
      });
      formula.replaceChildren(cellFormula(kind, cell, weights));
    }
    size.replaceChildren(sizeFormula(geometry));
    sentences.replaceChildren(...outcome(geometry).map((sentence) => el("li", {}, sentence)));
    if (isNew && fits) {
      appearInTurn(result.element.querySelectorAll(".current"));
      announce(t("window.said", { row, column, value: cell.value }));
    }
  }

  body.append(
    controls.element,
    stage(figure(t("figure.picture"), "picture", picture.element), times, filterFigure, sign("→"), resultFigure),
    sentences,
    walk.player,
    el("div", { class: "beside" }, formula, size),
    el("p", { class: "note" }, t("sliding.note")),
  );
  state.watch(draw, signal);
  draw();
}

function createControls() {
  const kinds = createChooser({
    label: t("sliding.kind"),
    options: KINDS.map((value) => ({ value, text: t(`kind.${value}`) })),
    onChange: (kind) => state.change({ kind }),
  });
  const examples = createList({
    label: t("sliding.example"),
    options: [.../** @type {(keyof typeof EXAMPLES)[]} */ (Object.keys(EXAMPLES)), /** @type {const} */ ("own")].map(
      (value) => ({
        value,
        text: t(value === "own" ? "preset.own" : `example.${value}`),
      }),
    ),
    onChange: (name) => name !== "own" && state.change({ ...EXAMPLES[name], at: [0, 0] }),
  });
  const sliders = createGeometrySliders({ bounds: BOUNDS, onChange: (changes) => state.change(changes) });
  return {
    element: el(
      "div",
      { class: "settings" },
      el("div", { class: "controls" }, kinds.element, examples.element),
      sliders.element,
    ),
    /** @param {ReturnType<typeof setting>} setting */
    update({ kind, geometry }) {
      kinds.update(kind);
      examples.update(exampleOf(kind, geometry));
      sliders.update(kind, geometry);
    },
  };
}

/**
 * Whether some window reads a row (or column), padding included.
 * @param {Geometry} geometry
 * @param {number} places
 */
function readBy(geometry, places) {
  const read = new Set(Array.from({ length: places }, (_, place) => covered(geometry, place)).flat());
  return (/** @type {number} */ row) => read.has(row);
}

/**
 * @param {Kind} kind
 * @param {import("convlens/lecture/windows.js").Cell} cell
 * @param {number[][]} weights
 */
function cellFormula(kind, cell, weights) {
  if (kind === "maximum") return maximumFormula(cell);
  return kind === "average" ? averageFormula(cell) : convolutionFormula(cell, weights);
}
