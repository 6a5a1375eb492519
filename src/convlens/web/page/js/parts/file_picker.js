// A picture of one's own: chosen in a dialogue, or dropped on a part of the page.
//
//   const picker = createFilePicker({ target: body, onFile: (file) => ..., signal });
//   host.append(picker.element);

import { el } from "convlens/parts/dom.js";
import { t } from "convlens/i18n/index.js";

/**
 * @param {object} options
 * @param {HTMLElement} options.target              where files may be dropped
 * @param {string} [options.note]                   said beside the button
 * @param {(file: File) => void} options.onFile
 * @param {AbortSignal} options.signal
 * @returns {{element: HTMLElement}}
 */
export function createFilePicker({ target, note = t("file.drop"), onFile, signal }) {
  const input = el("input", { type: "file", accept: "image/*", class: "unseen", tabindex: -1, "aria-hidden": "true" });
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    input.value = ""; // so that the same file can be chosen again
    if (file) onFile(file);
  });
  const button = el("button", { type: "button", class: "plain", onclick: () => input.click() }, t("file.choose"));

  target.addEventListener(
    "dragover",
    (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      target.classList.add("dropping");
    },
    { signal },
  );
  target.addEventListener("dragleave", () => target.classList.remove("dropping"), { signal });
  target.addEventListener(
    "drop",
    (event) => {
      event.preventDefault();
      target.classList.remove("dropping");
      const file = event.dataTransfer?.files[0];
      if (file) onFile(file);
    },
    { signal },
  );
  return { element: el("div", { class: "file" }, button, input, el("span", { class: "note" }, note)) };
}
