// The head of the page: its name, what it is about, and the switches for language, theme and presentation.

import { currentLanguage, LANGUAGES, t } from "convlens/i18n/index.js";
import { createChooser } from "convlens/parts/chooser.js";
import { el, svg } from "convlens/parts/dom.js";

/** @import { Language } from "convlens/i18n/index.js" */

export const THEMES = /** @type {const} */ (["auto", "light", "dark"]);

/**
 * @param {object} options
 * @param {(language: Language) => void} options.onLanguage
 * @param {(theme: typeof THEMES[number]) => void} options.onTheme
 * @param {() => void} options.onPresent
 * @returns {{element: HTMLElement, update: (theme: typeof THEMES[number], isPresented: boolean) => void}}
 */
export function createHead({ onLanguage, onTheme, onPresent }) {
  const languages = createChooser({
    label: t("page.language"),
    options: Object.entries(LANGUAGES).map(([value, text]) => ({ value: /** @type {Language} */ (value), text })),
    onChange: onLanguage,
  });
  const themes = createChooser({
    label: t("page.theme"),
    options: THEMES.map((value) => ({ value, text: t(`theme.${value}`) })),
    onChange: onTheme,
  });
  languages.update(currentLanguage());
  const properties = { type: "button", class: "plain present", title: t("page.presentHow"), onclick: onPresent };
  const present = el("button", properties, t("page.present"));
  const element = el(
    "header",
    {},
    el(
      "div",
      { class: "top" },
      el("div", { class: "brand" }, logo(), el("b", {}, "convlens")),
      el("div", { class: "switches" }, languages.element, themes.element, present),
    ),
    el("h1", {}, t("page.heading")),
    el("p", { class: "lead" }, t("page.lead")),
  );
  return {
    element,
    update(theme, isPresented) {
      themes.update(theme);
      present.setAttribute("aria-pressed", String(isPresented));
    },
  };
}

/** The pixels of a picture, and the filter that slides over them. */
function logo() {
  const pixels = [3, 10.5, 18].flatMap((y) => [3, 10.5, 18].map((x) => `M${x} ${y}h5v5h-5z`)).join("");
  return svg(
    "svg",
    { viewBox: "0 0 26 26", "aria-hidden": "true" },
    svg("path", { class: "logo-picture", d: pixels }),
    svg("path", { class: "logo-filter", d: "M1.25 1.25h16v16h-16z" }),
  );
}
