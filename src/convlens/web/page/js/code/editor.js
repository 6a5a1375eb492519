// A field for code with the numbers of its lines beside it.
//
//   const editor = createEditor({ onChange, signal });     // editor.id for a label
//   editor.mark(new Map([[3, "error"]]));                  // lines with something to say
//   editor.showLine(3);

import { t } from "convlens/i18n/index.js";
import { el, uniqueId } from "convlens/parts/dom.js";

/**
 * @param {object} options
 * @param {() => void} options.onChange    the code is another one
 * @param {AbortSignal} options.signal
 */
export function createEditor({ onChange, signal }) {
  const id = uniqueId("code");
  const numbers = el("pre", { class: "numbers", "aria-hidden": "true" });
  const field = el("textarea", {
    id,
    spellcheck: "false",
    autocapitalize: "off",
    autocomplete: "off",
    wrap: "off",
    placeholder: t("code.placeholder"),
  });

  /** @param {Map<number, string>} looks    class names by line */
  function mark(looks) {
    const lines = field.value.split("\n").map((_, place) => {
      return el("span", { class: looks.get(place + 1) ?? "" }, `${place + 1}\n`);
    });
    numbers.replaceChildren(...lines);
    numbers.scrollTop = field.scrollTop;
  }
  /** @param {string} code */
  function fill(code) {
    field.value = code;
    mark(new Map());
    onChange();
  }
  const onInput = () => {
    mark(new Map());
    onChange();
  };
  const onDrop = async (/** @type {DragEvent} */ event) => {
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    fill(await file.text());
  };
  field.addEventListener("input", onInput, { signal });
  field.addEventListener("scroll", () => (numbers.scrollTop = field.scrollTop), { signal });
  field.addEventListener("dragover", (event) => event.preventDefault(), { signal });
  field.addEventListener("drop", onDrop, { signal });
  mark(new Map());

  return {
    id,
    element: el("div", { class: "editor" }, numbers, field),
    code: () => field.value,
    fill,
    mark,
    /** Select a line, and bring it into view. @param {number} line */
    showLine(line) {
      const lines = field.value.split("\n");
      const start = lines.slice(0, line - 1).reduce((length, before) => length + before.length + 1, 0);
      field.focus();
      field.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
      field.scrollTop = (line - 4) * parseFloat(getComputedStyle(field).lineHeight);
    },
  };
}
