// The field in a cell of a grid that can be edited.

import { el } from "convlens/parts/dom.js";
import { parseNumber, t } from "convlens/i18n/index.js";

/**
 * @param {HTMLElement} cell      with its place, and, in its data, the text that it shows
 * @param {(row: number, column: number, value: number) => void} onEdit    a number was typed
 * @param {HTMLElement} reason    says why what is typed is none
 */
export function createField(cell, onEdit, reason) {
  const row = Number(cell.dataset.row);
  const column = Number(cell.dataset.column);
  const input = el("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    maxlength: 9,
    tabindex: -1,
    "aria-label": t("grid.cell", { row, column }),
    "aria-errormessage": reason.id,
    onfocus: () => input.select(),
    oninput: () => {
      const value = parseNumber(input.value);
      judge(value !== undefined);
      if (value !== undefined) onEdit(row, column, value);
    },
    onblur: () => {
      judge(true);
      input.value = cell.dataset.text ?? "";
    },
  });

  /** @param {boolean} isNumber */
  function judge(isNumber) {
    input.setAttribute("aria-invalid", String(!isNumber));
    reason.textContent = isNumber ? "" : t("grid.invalid");
  }
  return input;
}
