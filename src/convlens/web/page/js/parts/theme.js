// The palette's colours for what is drawn on a canvas, and word when they change.

import { el } from "convlens/parts/dom.js";

/**
 * A colour of the palette as red, green and blue, 0 to 255.
 * @param {string} name    `--result`
 */
export function rgb(name) {
  const probe = el("span", { style: `color: var(${name})`, hidden: true });
  document.body.append(probe);
  const numbers = getComputedStyle(probe).color.match(/[\d.]+/g) ?? [];
  probe.remove();
  return numbers.slice(0, 3).map(Number);
}

/**
 * Draw again when the theme changes, by the page's switch or the system's.
 * @param {() => void} draw
 * @param {AbortSignal} signal
 */
export function onTheme(draw, signal) {
  const watch = new MutationObserver(draw);
  watch.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  signal.addEventListener("abort", () => watch.disconnect());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw, { signal });
}
