// The sizes of the network in some code. That runs its definitions, on this machine and apart: only when asked.

import { number, t } from "convlens/i18n/index.js";
import { sizesOf } from "convlens/network/derivation.js";
import { el } from "convlens/parts/dom.js";
import { typeset } from "convlens/parts/typeset.js";
import { shapesOfCode } from "convlens/run.js";
import { sentenceOf } from "convlens/source.js";

/**
 * @typedef {object} Step
 * @property {string} op
 * @property {string} name
 * @property {number | null} line
 * @property {number[]} input
 * @property {number[]} output
 * @property {string} derivation
 * @property {number} parameters
 *
 * @typedef {object} Sizes
 * @property {Step[]} steps
 * @property {{learned: number, buffers: number}} parameters
 * @property {number | null} neurons_after_last_convolution
 * @property {{line: number | null, message: string} | null} error
 */

const COLUMNS = /** @type {const} */ (["operation", "line", "input", "output", "derivation", "parameters"]);

/**
 * @param {object} options
 * @param {{values: {name: string, input: string}, change: (changes: {name?: string, input?: string}) => void,
 *   watch: (draw: () => void, signal: AbortSignal) => void}} options.state
 * @param {() => string} options.code
 * @param {AbortSignal} options.signal
 */
export function createSizes({ state, code, signal }) {
  const result = el("div", { class: "results", "aria-live": "polite" });
  let turn = 0; // of the code: what comes out of an earlier one comes too late
  const button = el("button", { type: "button", class: "plain", onclick: run }, t("sizes.run"));
  const name = field(t("sizes.name"), t("sizes.nameHint"), (value) => state.change({ name: value }));
  const input = field(t("sizes.shape"), "1,28,28", (value) => state.change({ input: value }));

  async function run() {
    if (!code().trim()) {
      result.replaceChildren(el("p", { class: "note" }, t("code.empty")));
      return;
    }
    turn += 1;
    const mine = turn;
    const { name, input } = state.values;
    button.disabled = true;
    result.replaceChildren(el("p", { class: "note" }, t("sizes.running")));
    const found = await shapesOfCode(code(), name.trim(), input.trim()).then(drawn, (error) => [
      el("p", { class: "failure" }, sentenceOf(error)),
    ]);
    button.disabled = false;
    if (mine === turn) result.replaceChildren(...found);
  }
  const draw = () => {
    if (document.activeElement !== name.input) name.input.value = state.values.name;
    if (document.activeElement !== input.input) input.input.value = state.values.input;
  };
  state.watch(draw, signal);
  draw();
  return {
    /** The code has changed: these are not its sizes any more. */
    forget() {
      turn += 1;
      result.replaceChildren();
    },
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
  const input = el("input", {
    type: "text",
    class: "plain",
    placeholder,
    autocomplete: "off",
    spellcheck: "false",
    oninput: () => onChange(input.value),
  });
  return { element: el("label", { class: "list" }, el("span", {}, label), input), input };
}

/** @param {Sizes} sizes */
function drawn({ steps, parameters, neurons_after_last_convolution: neurons, error }) {
  const parts = steps.length ? [table(steps)] : [];
  if (error) {
    const where = error.line === null ? "" : `${t("code.line", { line: error.line })}: `;
    return [el("p", { class: "failure" }, where, error.message), ...parts];
  }
  const total = t("sizes.total", { learned: parameters.learned });
  const after = neurons === null ? "" : t("sizes.neurons", { neurons });
  return [...parts, el("p", { class: "note" }, total, " ", after)];
}

/** @param {Step[]} steps */
function table(steps) {
  const rows = steps.map(({ op, name, line, input, output, derivation, parameters }) => {
    const worked = el("div", { class: "formula" }, ...derivation.split("; ").map((text) => typeset(text) ?? text));
    const cells = [line ?? "", sizesOf(input), sizesOf(output), worked, parameters ? number(parameters) : ""];
    const heading = el("th", { scope: "row" }, name === op ? op : `${name} (${op})`);
    return el("tr", {}, heading, ...cells.map((cell) => el("td", {}, cell)));
  });
  const heads = COLUMNS.map((name) => el("th", { scope: "col" }, t(`sizes.${name}`)));
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "group", "aria-label": t("sizes.title") },
    el("table", { class: "figures" }, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows)),
  );
}
