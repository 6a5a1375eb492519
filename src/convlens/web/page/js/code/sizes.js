// The sizes of the network in some code. That runs its definitions, on this machine and apart: only when asked.

import { number, t } from "convlens/i18n/index.js";
import { el } from "convlens/parts/dom.js";
import { shapesOfCode } from "convlens/run.js";

/** @import { Key } from "convlens/i18n/index.js" */
/** @typedef {{op: string, name: string, line: number | null, input: number[], output: number[], derivation: string, parameters: number}} Step */
/** @typedef {{steps: Step[], parameters: {learned: number, buffers: number}, neurons_after_last_convolution: number | null, error: {line: number | null, message: string} | null}} Sizes */

const HEADS = /** @type {Key[]} */ (["sizes.operation", "sizes.line", "sizes.input", "sizes.output", "sizes.derivation", "sizes.parameters"]);

/**
 * @param {object} options
 * @param {{values: {name: string, input: string}, change: (changes: {name?: string, input?: string}) => void,
 *   watch: (draw: () => void, signal: AbortSignal) => void}} options.state
 * @param {() => string} options.code
 * @param {AbortSignal} options.signal
 */
export function createSizes({ state, code, signal }) {
  const result = el("div", { class: "results", "aria-live": "polite" });
  const button = el("button", { type: "button", class: "plain", onclick: run }, t("sizes.run"));
  const name = field(t("sizes.name"), t("sizes.nameHint"), (value) => state.change({ name: value }));
  const input = field(t("sizes.shape"), "1,28,28", (value) => state.change({ input: value }));

  async function run() {
    if (!code().trim()) {
      result.replaceChildren(el("p", { class: "note" }, t("code.empty")));
      return;
    }
    button.disabled = true;
    result.replaceChildren(el("p", { class: "note" }, t("sizes.running")));
    try {
      result.replaceChildren(...drawn(await shapesOfCode(code(), state.values.name.trim(), state.values.input.trim())));
    } catch (error) {
      result.replaceChildren(el("p", { class: "note" }, error instanceof Error ? error.message : String(error)));
    } finally {
      button.disabled = false;
    }
  }
  const draw = () => {
    if (document.activeElement !== name.input) name.input.value = state.values.name;
    if (document.activeElement !== input.input) input.input.value = state.values.input;
  };
  state.watch(draw, signal);
  draw();
  return {
    element: el(
      "div",
      { class: "panel sizes" },
      el("h3", {}, t("sizes.title")),
      el("p", { class: "note" }, t("sizes.note")),
      el("div", { class: "controls" }, name.element, input.element, button),
      result,
    ),
  };
}

/**
 * @param {string} label
 * @param {string} placeholder
 * @param {(value: string) => void} onChange
 */
function field(label, placeholder, onChange) {
  const input = el("input", { type: "text", class: "plain", placeholder, autocomplete: "off", spellcheck: "false", oninput: () => onChange(input.value) });
  return { element: el("label", { class: "list" }, el("span", {}, label), input), input };
}

/** @param {Sizes} sizes */
function drawn({ steps, parameters, neurons_after_last_convolution: neurons, error }) {
  const rows = steps.map((step) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, step.name === step.op ? step.op : `${step.name} (${step.op})`),
      ...[step.line ?? "", shape(step.input), shape(step.output), step.derivation, step.parameters ? number(step.parameters) : ""].map((cell) => el("td", {}, cell)),
    ),
  );
  const table = el(
    "table",
    { class: "figures" },
    el("thead", {}, el("tr", {}, ...HEADS.map((key) => el("th", { scope: "col" }, t(key))))),
    el("tbody", {}, ...rows),
  );
  return [
    error ? el("p", { class: "failure" }, `${error.line === null ? "" : `${t("code.line", { line: error.line })}: `}${error.message}`) : null,
    rows.length ? el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": t("sizes.title") }, table) : null,
    error ? null : el("p", { class: "note" }, t("sizes.total", { learned: parameters.learned }), " ", neurons === null ? "" : t("sizes.neurons", { neurons })),
  ].filter((part) => part !== null);
}

/** @param {number[]} sizes */
function shape(sizes) {
  return sizes.map((size) => number(size)).join(" × ");
}
