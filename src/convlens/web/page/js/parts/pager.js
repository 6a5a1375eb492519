// Back and next through many things, some of them at a time, and which of them are shown.
//
//   const pager = createPager({ onTurn: (pages) => ... });    // 1 on, -1 back
//   pager.update(12, 12, 926);                                // shown from the 13th, 12 of 926

import { t } from "convlens/i18n/index.js";
import { el } from "convlens/parts/dom.js";

/**
 * @param {object} options
 * @param {(pages: number) => void} options.onTurn
 */
export function createPager({ onTurn }) {
  const button = (/** @type {string} */ text, /** @type {number} */ pages) =>
    el("button", { type: "button", class: "plain", onclick: () => onTurn(pages) }, text);
  const back = button(t("pager.back"), -1);
  const next = button(t("pager.next"), 1);
  const where = el("span", { class: "quiet where", role: "status" });

  /** @param {string} text */
  function say(text) {
    if (where.textContent !== text) where.textContent = text;
  }
  return {
    element: el("div", { class: "pages" }, back, next, where),
    say,
    /**
     * @param {number} first    counted from 0
     * @param {number} shown
     * @param {number} count
     */
    update(first, shown, count) {
      const focused = document.activeElement;
      back.disabled = first <= 0;
      next.disabled = first + shown >= count;
      if (focused === back && back.disabled) next.focus(); // a button that cannot be pressed loses the focus
      if (focused === next && next.disabled) back.focus();
      say(count ? t("pager.where", { first: first + 1, last: first + shown, count }) : t("pager.none"));
    },
  };
}
