// A button that copies text, and says that it has.
//
//   copyButton({ text: "Copy", label: "Copy the line of PyTorch", content: () => code })

import { announce, el } from "convlens/parts/dom.js";
import { t } from "convlens/i18n/index.js";

const MILLISECONDS = 2500;

/**
 * @param {object} options
 * @param {string} options.text               on the button
 * @param {string} options.label              what a screen reader says; begins with the text
 * @param {() => string} options.content      what is copied
 * @param {string} [options.done]             what the button says then
 */
export function copyButton({ text, label, content, done = t("copy.done") }) {
  const button = el("button", { type: "button", class: "text copy", "aria-label": label, onclick: copy }, text);
  async function copy() {
    button.textContent = (await write(content())) ? done : t("copy.failed");
    announce(button.textContent);
    setTimeout(() => (button.textContent = text), MILLISECONDS);
  }
  return button;
}

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether the clipboard has it
 */
async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writeOldWay(text); // a page from the disk may have no clipboard
  }
}

/** @param {string} text */
function writeOldWay(text) {
  const field = el("textarea", { class: "unseen", "aria-hidden": "true" });
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
