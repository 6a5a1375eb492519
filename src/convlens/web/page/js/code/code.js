// Training code that a person pastes: its mistakes beside the lines, from the source alone; and the sizes of the network
// in it, for which its definitions are run, when the person says so.

import { createListing } from "convlens/code/listing.js";
import { createSizes } from "convlens/code/sizes.js";
import { t } from "convlens/i18n/index.js";
import { text } from "convlens/kinds.js";
import { announce, el, uniqueId } from "convlens/parts/dom.js";
import { checkCode } from "convlens/run.js";
import { fileOf, isExported } from "convlens/source.js";
import { declare } from "convlens/state.js";

/** @import { Section } from "convlens/parts/section.js" */
/** @import { Finding } from "convlens/code/listing.js" */

const state = declare("code", { name: text("", 80), input: text("", 40) });
const PAUSE = 500; // after the last key

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
  const id = uniqueId("code");
  const numbers = el("pre", { class: "numbers", "aria-hidden": "true" });
  const editor = el("textarea", {
    id, spellcheck: "false", autocapitalize: "off", autocomplete: "off", wrap: "off", rows: 16, placeholder: t("code.placeholder"),
  }); // prettier-ignore
  const verdict = el("p", { class: "verdict", role: "status" });
  const listing = createListing({ onLine: showLine });
  const sizes = createSizes({ state, code: () => editor.value, signal });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  let turn = 0;

  async function check() {
    turn += 1;
    const asked = turn;
    if (!editor.value.trim()) return show([], t("code.empty"));
    try {
      const { findings } = await checkCode(editor.value);
      if (asked === turn) show(findings, t("code.found", { count: findings.length }));
    } catch (error) {
      if (asked === turn) show([], error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * @param {Finding[]} findings
   * @param {string} sentence
   */
  function show(findings, sentence) {
    verdict.textContent = sentence;
    listing.update(editor.value, findings);
    number(findings);
  }

  /** @param {Finding[]} findings */
  function number(findings) {
    const graves = new Map([...findings].reverse().map(({ line, severity }) => [line, severity]));
    const lines = editor.value.split("\n").length;
    numbers.replaceChildren(
      ...Array.from({ length: lines }, (_, place) => el("span", { class: graves.get(place + 1) ?? "" }, `${place + 1}\n`)),
    );
    numbers.scrollTop = editor.scrollTop;
  }

  /** @param {number} line */
  function showLine(line) {
    const lines = editor.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0); // prettier-ignore
    editor.focus();
    editor.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    editor.scrollTop = (line - 4) * parseFloat(getComputedStyle(editor).lineHeight);
  }

  const changed = () => {
    written = editor.value;
    number([]);
    clearTimeout(waiting);
    waiting = setTimeout(check, PAUSE);
  };
  const fill = (/** @type {string} */ content) => {
    editor.value = content;
    changed();
  };
  const example = async () => {
    fill(await (await fileOf("samples/two_mistakes.py")).text());
    announce(t("code.exampleIn"));
  };
  editor.addEventListener("input", changed, { signal });
  editor.addEventListener("scroll", () => (numbers.scrollTop = editor.scrollTop), { signal });
  editor.addEventListener("dragover", (event) => event.preventDefault(), { signal });
  editor.addEventListener("drop", (event) => dropped(event, fill), { signal });
  signal.addEventListener("abort", () => clearTimeout(waiting));

  body.append(
    el(
      "div",
      { class: "controls" },
      el("label", { class: "name", for: id }, t("code.label")),
      el("button", { type: "button", class: "text", onclick: example }, t("code.example")),
      el("button", { type: "button", class: "text", onclick: () => fill("") }, t("code.clear")),
    ),
    el("div", { class: "editor" }, numbers, editor),
    verdict,
    listing.element,
    sizes.element,
  );
  editor.value = written;
  number([]);
  if (written) void check();
  else verdict.textContent = t("code.empty");
}

/**
 * A file that is dropped is read as text.
 * @param {DragEvent} event
 * @param {(content: string) => void} fill
 */
async function dropped(event, fill) {
  const file = event.dataTransfer?.files[0];
  if (!file) return;
  event.preventDefault();
  fill(await file.text());
}
