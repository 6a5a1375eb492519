// The list of contents, which stays in view and marks the section that is being read.

import { t } from "convlens/i18n/index.js";
import { el } from "convlens/parts/dom.js";

/** @import { Key } from "convlens/i18n/index.js" */

const MARGIN = 20; // pixels

/**
 * @param {object} options
 * @param {{id: string, sections: {id: string}[]}[]} options.parts
 * @param {(id: string) => void} options.onOpen    a section was chosen
 * @returns {HTMLElement}
 */
export function createContents({ parts, onOpen }) {
  const lists = parts.map(({ id, sections }) =>
    el(
      "li",
      {},
      el("span", { class: "quiet" }, t(/** @type {Key} */ (`part.${id}`))),
      el("ul", {}, ...sections.map((section) => el("li", {}, link(section.id, onOpen)))),
    ),
  );
  return el("nav", { class: "contents", "aria-label": t("page.contents") }, el("ul", {}, ...lists));
}

/**
 * Mark the section that is being read, until the signal is aborted.
 * @param {HTMLElement} contents
 * @param {AbortSignal} signal
 */
export function followReading(contents, signal) {
  const links = new Map([...contents.querySelectorAll("a")].map((a) => [a.getAttribute("href"), a]));
  const watch = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const a = links.get(`#${target.id}`);
        a?.setAttribute("aria-current", String(isIntersecting));
        if (a && isIntersecting) contents.scrollTo({ left: a.offsetLeft - MARGIN }); // where the list is one line
      }
    },
    { rootMargin: "-30% 0px -70% 0px" }, // the section that crosses a line a third of the way down
  );
  for (const section of document.querySelectorAll("main section")) watch.observe(section);
  signal.addEventListener("abort", () => watch.disconnect());
}

/**
 * @param {string} id
 * @param {(id: string) => void} onOpen
 */
function link(id, onOpen) {
  const onclick = (/** @type {Event} */ event) => {
    event.preventDefault(); // the browser's own way would lose the values that the address keeps
    onOpen(id);
  };
  return el("a", { href: `#${id}`, onclick }, t(/** @type {Key} */ (`${id}.title`)));
}
