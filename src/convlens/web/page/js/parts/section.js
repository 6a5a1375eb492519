// The frame of a section: its heading, a few sentences, a button that copies the address of what it shows, its body.
//
//   const { element, body } = createSection({ id: "pooling", state });
//
// Heading and sentences stand in the languages' files under `pooling.title` and `pooling.intro`.

import { copyButton } from "convlens/parts/copy.js";
import { el } from "convlens/parts/dom.js";
import { t } from "convlens/i18n/index.js";
import { isExported } from "convlens/source.js";

/** @import { Key } from "convlens/i18n/index.js" */

/**
 * What a module of a section offers: its id, and how to draw it into its body. Everything that `mount` starts ends
 * when the signal is aborted: then the page is drawn anew, in another language.
 * @typedef {object} Section
 * @property {string} id
 * @property {{link: () => string, reset: () => void}} state
 * @property {(body: HTMLElement, signal: AbortSignal) => void} mount
 */

/**
 * @param {Pick<Section, "id" | "state">} section
 * @returns {{element: HTMLElement, body: HTMLElement}}
 */
export function createSection({ id, state }) {
  const body = el("div", { class: "body" });
  const title = t(/** @type {Key} */ (`${id}.title`));
  const tools = el(
    "div",
    { class: "tools" },
    el(
      "button",
      { type: "button", class: "text", onclick: state.reset, "aria-label": t("section.resetWhich", { title }) },
      t("section.reset"),
    ),
    copyButton({
      text: t("section.link"),
      label: t("section.linkWhich", { title }),
      content: state.link,
      done: isExported ? t("section.linkInFile") : t("copy.done"),
    }),
  );
  const heading = el("h2", { id: `${id}-title`, tabindex: -1 }, title);
  const element = el(
    "section",
    { id, "aria-labelledby": heading.id },
    el("div", { class: "heading" }, heading, tools),
    el("p", { class: "intro" }, t(/** @type {Key} */ (`${id}.intro`))),
    body,
  );
  return { element, body };
}
