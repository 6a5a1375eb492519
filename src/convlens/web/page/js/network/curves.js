// How the network learned: loss, validation accuracy and learning rate, one under the other over the same steps.

import { number, t } from "convlens/i18n/index.js";
import { integer } from "convlens/kinds.js";
import { smoothed, upTo } from "convlens/network/smoothing.js";
import { createChart } from "convlens/parts/chart.js";
import { el } from "convlens/parts/dom.js";
import { setRange } from "convlens/parts/slider.js";
import { figure } from "convlens/parts/stage.js";
import { declare } from "convlens/state.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Section } from "convlens/parts/section.js" */

const state = declare("curves", { step: integer(-1, -1, 999_999_999) }); // -1 is the last

/**
 * @param {Run} run
 * @returns {Section}
 */
export function createCurves(run) {
  return { id: "curves", state, mount: (body, signal) => mount(run, body, signal) };
}

/**
 * @param {Run} run
 * @param {HTMLElement} body
 * @param {AbortSignal} signal
 */
function mount(run, body, signal) {
  const { steps, validations } = run.log;
  if (!steps.length) {
    body.append(el("p", { class: "note" }, t("curves.empty")));
    return;
  }
  const last = steps[steps.length - 1][0];
  const training = smoothed(steps.map(([step, , value]) => [step, value]));
  const reading = el("p", { class: "reading" });
  const scrubber = el("input", { type: "range", step: 1, class: "picture", "aria-label": t("curves.scrub") });
  const choose = (/** @type {number} */ step) => state.change({ step: Math.round(step) });
  scrubber.addEventListener("input", () => choose(Number(scrubber.value)), { signal });
  const charts = createCharts({ run, training, onPoint: show, onChoose: choose, signal });

  /** @param {number | null} pointed    null: the step that is chosen */
  function show(pointed) {
    const asked = pointed ?? (state.values.step < 0 ? last : Math.min(state.values.step, last));
    const [step, rate] = nearest(steps, asked);
    const [, loss] = nearest(training, step);
    charts.mark(step);
    setRange(scrubber, step, 0, last);
    reading.textContent = t("curves.reading", { step, rate: number(rate, 6), loss: number(loss, 3) });
    if (validations.length) reading.append(` ${validationAt(nearest(validations, step))}`);
    scrubber.setAttribute("aria-valuetext", reading.textContent ?? "");
  }
  const draw = () => show(null);

  const clipped = charts.ceiling === null ? "" : t("curves.clipped", { loss: number(charts.ceiling, 2) });
  body.append(
    ...charts.elements,
    el("div", { class: "along" }, scrubber),
    reading,
    el("p", { class: "note" }, t("curves.note"), " ", clipped),
    table(run),
  );
  state.watch(draw, signal);
  draw();
}

/**
 * @param {object} options
 * @param {Run} options.run
 * @param {number[][]} options.training    [step, loss], smoothed
 * @param {(step: number | null) => void} options.onPoint
 * @param {(step: number) => void} options.onChoose
 * @param {AbortSignal} options.signal
 * @returns {{elements: HTMLElement[], mark: (step: number) => void, ceiling: number | null}} ceiling: where the loss is
 *   cut off
 */
function createCharts({ run, training, onPoint, onChoose, signal }) {
  const { steps, validations, best_step: best } = run.log;
  const create = (/** @type {string} */ label) => createChart({ label, onPoint, onChoose, signal });
  const [loss, accuracy, rate] = [create(t("curves.loss")), create(t("curves.accuracy")), create(t("curves.rate"))];
  /** @type {[number, number]} */
  const x = [0, steps[steps.length - 1][0]];

  const checked = validations.map(([step, , , value]) => [step, value]);
  const ceiling = upTo(training, checked);
  loss.update({
    x,
    y: [0, ceiling],
    lines: [
      { points: training, look: "quiet-line" },
      { points: checked, look: "picture" },
    ],
    marks: dots(checked, "picture", t("curves.validation")),
  });

  const shares = validations.map(([step, , value]) => [step, 100 * value]);
  const kept = shares.find(([step]) => step === best);
  const ring = kept ? [{ at: kept, look: "result best", title: t("curves.best", { step: kept[0] }) }] : [];
  accuracy.update({
    x,
    y: [floorOf(shares), 100],
    lines: [{ points: shares, look: "result" }],
    marks: [...dots(shares, "result", t("curves.accuracy")), ...ring],
  });

  const rates = steps.map(([step, value]) => [step, value]);
  const highest = Math.max(...rates.map(([, value]) => value));
  rate.update({ x, y: [0, 1.05 * highest], lines: [{ points: rates, look: "filter" }] });

  const ofLoss = [legend("quiet-line", t("curves.training")), legend("picture", t("curves.validation"))];
  const ofAccuracy = kept ? [legend("best", t("curves.bestLegend", { accuracy: number(kept[1], 2) }))] : [];
  return {
    elements: [
      figure(el("span", {}, t("curves.loss"), ...ofLoss), "", loss.element),
      figure(el("span", {}, t("curves.accuracy"), ...ofAccuracy), "", accuracy.element),
      figure(
        el("span", {}, t("curves.rate"), el("span", { class: "legend axis" }, t("curves.along"))),
        "",
        rate.element,
      ),
    ],
    mark: (step) => [loss, accuracy, rate].forEach((chart) => chart.mark(step)),
    ceiling: training.some(([, value]) => value > ceiling) ? ceiling : null,
  };
}

/** Where the axis of the accuracy begins: at the next lower multiple of five. @param {number[][]} shares */
function floorOf(shares) {
  const least = Math.min(...shares.map(([, value]) => value), 95);
  return Math.floor(least / 5) * 5;
}

/** @param {number[]} validation */
function validationAt([at, epoch, share, loss]) {
  const values = { at, epoch: number(epoch, 2), accuracy: number(100 * share, 2), loss: number(loss, 3) };
  return t("curves.readingValidation", values);
}

/**
 * @param {number[][]} points
 * @param {string} look
 * @param {string} name
 */
function dots(points, look, name) {
  return points.map(([step, value]) => {
    return { at: [step, value], look, title: `${name}: ${number(value, 3)} (${number(step)})` };
  });
}

/**
 * The row whose first number is nearest.
 * @param {number[][]} rows    at least one
 * @param {number} step
 */
function nearest(rows, step) {
  return rows.reduce((best, row) => (Math.abs(row[0] - step) < Math.abs(best[0] - step) ? row : best));
}

/**
 * @param {string} look
 * @param {string} text
 */
function legend(look, text) {
  return el("span", { class: `legend ${look}` }, text);
}

/** The validations in numbers. @param {Run} run */
function table({ log: { validations } }) {
  const keys = /** @type {const} */ (["steps", "epoch", "accuracyPercent", "validation", "training"]);
  const heads = keys.map((key) => el("th", { scope: "col" }, t(`curves.${key}`)));
  const rows = validations.map(([step, epoch, accuracy, loss, trained]) => {
    const cells = [number(step), number(epoch, 2), number(100 * accuracy, 2), number(loss, 4), number(trained, 4)];
    return el("tr", {}, ...cells.map((cell) => el("td", {}, cell)));
  });
  return el(
    "details",
    {},
    el("summary", {}, t("curves.table")),
    el(
      "div",
      { class: "scroll", tabindex: 0, role: "group", "aria-label": t("curves.table") },
      el("table", { class: "figures" }, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows)),
    ),
  );
}
