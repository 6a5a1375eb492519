// The palette's colours for what is drawn on a canvas, and word when they change.

import { el } from "convlens/parts/dom.js";

const DARK = matchMedia("(prefers-color-scheme: dark)");

/** @type {Map<string, number[]>} */
const known = new Map(); // asking the browser for a style makes it work out all styles first
onTheme(() => known.clear(), new AbortController().signal); // before all others who listen, which draw

/**
 * A colour of the palette as red, green and blue, 0 to 255.
 * @param {string} name    `--result`
 */
export function rgb(name) {
  const found = known.get(name) ?? asked(name);
  known.set(name, found);
  return found;
}

/** @param {string} name */
function asked(name) {
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
  DARK.addEventListener("change", draw, { signal });
}
