// One of a few: buttons in a row that are radio buttons underneath, or a list to drop down where there are many.
//
//   const chooser = createChooser({ label: "Kind", options: [{ value: "maximum", text: "Maximum" }, ...], onChange });
//   chooser.update("maximum");
//   const list = createList({ label: "Preset", options, onChange });
//   list.update("sharpen");

import { el, uniqueId } from "convlens/parts/dom.js";

/**
 * @template {string} T
 * @typedef {object} Option
 * @property {T} value
 * @property {string} text
 * @property {Node} [picture]    shown in place of the text, which then is what a screen reader says
 */

/**
 * @template {string} T
 * @typedef {object} ChooserOptions
 * @property {string} label
 * @property {readonly Option<T>[]} options
 * @property {(value: T) => void} onChange
 */

/**
 * @template {string} T
 * @param {ChooserOptions<T>} options
 * @returns {{element: HTMLElement, update: (value: T) => void}}
 */
export function createChooser({ label, options, onChange }) {
  const name = uniqueId("choice");
  const radios = options.map(({ value, text, picture }) => {
    const radio = el("input", {
      type: "radio",
      name,
      value,
      onchange: () => onChange(value),
      "aria-label": picture ? text : null,
    });
    return {
      radio,
      label: el("label", { title: picture ? text : null }, radio, picture ? picture : el("span", {}, text)),
    };
  });
  const choices = el("div", { class: "choices" }, ...radios.map((each) => each.label));
  return {
    element: el("fieldset", { class: "chooser" }, el("legend", {}, label), choices),
    update(value) {
      for (const { radio } of radios) radio.checked = radio.value === value;
    },
  };
}

/**
 * @template {string} T
 * @param {ChooserOptions<T>} options
 * @returns {{element: HTMLElement, update: (value: T) => void}}
 */
export function createList({ label, options, onChange }) {
  const select = el(
    "select",
    { onchange: () => onChange(/** @type {T} */ (select.value)) },
    ...options.map(({ value, text }) => el("option", { value }, text)),
  );
  return {
    element: el("label", { class: "list" }, el("span", {}, label), select),
    update(value) {
      select.value = value;
    },
  };
}
