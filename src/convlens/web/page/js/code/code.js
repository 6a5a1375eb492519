// Training code that a person pastes: its mistakes beside the lines, from the source alone; and the sizes of the
// network in it, for which its definitions are run, when the person says so.

import { createEditor } from "convlens/code/editor.js";
import { createListing } from "convlens/code/listing.js";
import { createSizes } from "convlens/code/sizes.js";
import { t } from "convlens/i18n/index.js";
import { text } from "convlens/kinds.js";
import { announce, el } from "convlens/parts/dom.js";
import { checkCode } from "convlens/run.js";
import { fileOf, isExported, sentenceOf } from "convlens/source.js";
import { declare } from "convlens/state.js";

/** @import { Section } from "convlens/parts/section.js" */
/** @import { Finding } from "convlens/code/listing.js" */

const state = declare("code", { name: text("", 80), input: text("", 40) });
const PAUSE = 500; // ms after the last key

// Code is too long for the address, but stays while the page is drawn anew in another language.
let written = "";

/** @type {Section} */
export const code = { id: "code", state, mount };

/**
 * @param {HTMLElement} body
 * @param {AbortSignal} signal
 */
function mount(body, signal) {
  if (isExported) {
    body.append(el("p", { class: "note" }, t("code.exported")));
    return;
  }
  const editor = createEditor({ onChange: changed, signal });
  const verdict = el("p", { class: "verdict", role: "status" }, t("code.empty"));
  const listing = createListing({ onLine: editor.showLine });
  const sizes = createSizes({ state, code: editor.code, signal });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  let turn = 0; // of the code: what is found in an earlier one comes too late

  function changed() {
    written = editor.code();
    sizes.forget();
    turn += 1;
    clearTimeout(waiting);
    waiting = setTimeout(check, PAUSE, turn);
  }

  /** @param {number} mine */
  async function check(mine) {
    if (!written.trim()) return show([], t("code.empty"));
    try {
      const { findings } = await checkCode(written);
      if (mine === turn) show(findings, t("code.found", { count: findings.length }));
    } catch (error) {
      if (mine === turn) show([], sentenceOf(error));
    }
  }

  /**
   * @param {Finding[]} findings
   * @param {string} sentence
   */
  function show(findings, sentence) {
    verdict.textContent = sentence;
    listing.update(written, findings);
    editor.mark(new Map(findings.toReversed().map(({ line, severity }) => [line, severity])));
  }

  const example = async () => {
    try {
      editor.fill(await (await fileOf("samples/two_mistakes.py")).text());
      announce(t("code.exampleIn"));
    } catch (error) {
      verdict.textContent = sentenceOf(error);
    }
  };
  signal.addEventListener("abort", () => clearTimeout(waiting));
  body.append(
    el(
      "div",
      { class: "controls" },
      el("label", { class: "name", for: editor.id }, t("code.label")),
      el("button", { type: "button", class: "text", onclick: example }, t("code.example")),
      el("button", { type: "button", class: "text", onclick: () => editor.fill("") }, t("code.clear")),
    ),
    editor.element,
    el(
      "div",
      { class: "mistakes" },
      el("h3", {}, t("code.mistakes")),
      el("p", { class: "note" }, t("code.note")),
      verdict,
      listing.element,
    ),
    sizes.element,
  );
  if (written) editor.fill(written);
}
