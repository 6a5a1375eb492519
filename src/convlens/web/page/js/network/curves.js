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

const state = declare("curves", { step: integer(-1, -1, 999_999_999) });

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
  const { steps, validations, best_step: best } = run.log;
  if (!steps.length) {
    body.append(el("p", { class: "note" }, t("curves.empty")));
    return;
  }
  const last = steps[steps.length - 1][0];
  const choose = (/** @type {number} */ step) => state.change({ step: Math.round(step) });
  const create = (/** @type {string} */ label) => createChart({ label, onPoint: show, onChoose: choose, signal });
  const [loss, accuracy, rate] = [create(t("curves.loss")), create(t("curves.accuracy")), create(t("curves.rate"))];
  const reading = el("p", { class: "reading" });
  const scrubber = el("input", { type: "range", step: 1, class: "picture", "aria-label": t("curves.scrub") });
  scrubber.addEventListener("input", () => choose(Number(scrubber.value)), { signal });

  const bestOne = validations.find(([step]) => step === best);
  const training = smoothed(steps.map(([step, , value]) => [step, value]));
  const checked = validations.map(([step, , , value]) => [step, value]);
  const ceiling = upTo(training, checked);
  /** @type {[number, number]} */
  const span = [0, last];
  const shares = validations.map(([step, , value]) => [step, 100 * value]);
  loss.update({
    x: span, y: [0, ceiling],
    lines: [{ points: training, look: "quiet-line" }, { points: checked, look: "picture" }],
    marks: dots(checked, "picture", t("curves.validation")),
  }); // prettier-ignore
  accuracy.update({
    x: span, y: [Math.max(0, Math.floor(Math.min(...shares.map(([, value]) => value)) / 5) * 5), 100],
    lines: [{ points: shares, look: "result" }],
    marks: [
      ...dots(shares, "result", t("curves.accuracy")),
      ...(bestOne ? [{ at: [bestOne[0], 100 * bestOne[2]], look: "result best", title: t("curves.best", { step: bestOne[0] }) }] : []),
    ],
  }); // prettier-ignore
  const rates = steps.map(([step, value]) => [step, value]);
  rate.update({ x: span, y: [0, 1.05 * Math.max(...rates.map(([, value]) => value))], lines: [{ points: rates, look: "filter" }] });

  /** @param {number | null} pointed */
  function show(pointed) {
    const asked = pointed ?? (state.values.step < 0 ? last : Math.min(state.values.step, last));
    const [step, learningRate] = nearest(steps, asked);
    const mean = nearest(training, step)[1];
    const [at, epoch, share, validated] = nearest(validations, step);
    for (const chart of [loss, accuracy, rate]) chart.mark(step);
    setRange(scrubber, step, 0, last);
    const sentence = t("curves.reading", { step, rate: number(learningRate, 6), loss: number(mean, 3) });
    const after = at === undefined ? "" : t("curves.readingValidation", { at, epoch: number(epoch, 2), accuracy: number(100 * share, 2), loss: number(validated, 3) });
    reading.textContent = `${sentence} ${after}`;
    scrubber.setAttribute("aria-valuetext", reading.textContent);
  }
  const draw = () => show(null);

  const clipped = training.some(([, value]) => value > ceiling);
  body.append(
    figure(el("span", {}, t("curves.loss"), legend("quiet-line", t("curves.training")), legend("picture", t("curves.validation"))), "", loss.element),
    figure(el("span", {}, t("curves.accuracy"), bestOne ? legend("best", t("curves.bestLegend", { accuracy: number(100 * bestOne[2], 2) })) : null), "", accuracy.element),
    figure(t("curves.rate"), "", rate.element),
    el("p", { class: "axis quiet" }, t("curves.steps")),
    scrubber,
    reading,
    el("p", { class: "note" }, clipped ? `${t("curves.note")} ${t("curves.clipped", { loss: number(ceiling, 2) })}` : t("curves.note")),
    table(run),
  );
  state.watch(draw, signal);
  draw();
}

/**
 * @param {number[][]} points
 * @param {string} look
 * @param {string} name
 */
function dots(points, look, name) {
  return points.map(([step, value]) => ({ at: [step, value], look, title: `${name}: ${number(value, 3)} (${number(step)})` }));
}

/**
 * The row whose first number is nearest; an empty one where there are none.
 * @param {number[][]} rows
 * @param {number} step
 */
function nearest(rows, step) {
  return rows.reduce((best, row) => (Math.abs(row[0] - step) < Math.abs((best[0] ?? Infinity) - step) ? row : best), /** @type {number[]} */ ([]));
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
  const heads = ["curves.steps", "curves.epoch", "curves.accuracyPercent", "curves.validation", "curves.training"];
  const rows = validations.map(([step, epoch, accuracy, loss, trained]) =>
    el("tr", {}, ...[step, number(epoch, 2), number(100 * accuracy, 2), number(loss, 4), number(trained, 4)].map((cell) => el("td", {}, cell))),
  );
  return el(
    "details",
    {},
    el("summary", {}, t("curves.table")),
    el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": t("curves.table") },
      el("table", { class: "figures" },
        el("thead", {}, el("tr", {}, ...heads.map((key) => el("th", { scope: "col" }, t(/** @type {import("convlens/i18n/index.js").Key} */ (key)))))),
        el("tbody", {}, ...rows),
      ),
    ),
  ); // prettier-ignore
}
