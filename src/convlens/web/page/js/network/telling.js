// What stands in the place of the network while there is none: that it is being loaded, that no run was named, or why
// it could not be opened.

import { t } from "convlens/i18n/index.js";
import { network } from "convlens/network/shared.js";
import { el } from "convlens/parts/dom.js";

/** @import { Section } from "convlens/parts/section.js" */

/** @type {Section} */
export const loading = { id: "network", state: network, mount: (body) => body.append(note(t("network.loading"))) };

/** @type {Section} */
export const absent = {
  id: "network",
  state: network,
  mount: (body) =>
    body.append(
      note(t("network.absent")),
      el("pre", { class: "panel" }, "convlens train --minutes 1 --out runs/first\nconvlens open runs/first"),
    ),
};

/**
 * @param {string} why    a sentence
 * @returns {Section}
 */
export function failed(why) {
  return { id: "network", state: network, mount: (body) => body.append(note(`${t("network.failed")} ${why}`)) };
}

/** @param {string} text */
function note(text) {
  return el("p", { class: "note", role: "status" }, text);
}
