// The page: its head, the list of its contents, and the sections below each other.

import { code } from "convlens/code/code.js";
import { createContents, followReading } from "convlens/contents.js";
import { createHead, THEMES } from "convlens/head.js";
import { currentLanguage, setLanguage, t } from "convlens/i18n/index.js";
import { choice } from "convlens/kinds.js";
import { convolution } from "convlens/lecture/convolution.js";
import { filters } from "convlens/lecture/filters.js";
import { formula } from "convlens/lecture/formula.js";
import { pooling } from "convlens/lecture/pooling.js";
import { sliding } from "convlens/lecture/sliding.js";
import { failed, loading } from "convlens/network/telling.js";
import { el } from "convlens/parts/dom.js";
import { createSection } from "convlens/parts/section.js";
import { sentenceOf } from "convlens/source.js";
import { bringToFront, declare, followAddress } from "convlens/state.js";

/** @import { Section } from "convlens/parts/section.js" */
/** @import { Key } from "convlens/i18n/index.js" */

/** @typedef {{id: string, sections: Section[]}} Part */

/** @type {Part} */
const NETWORK = { id: "network", sections: [loading] }; // the run is opened while the lecture can be used already
/** @type {Part[]} */
const PARTS = [
  { id: "lecture", sections: [convolution, filters, pooling, sliding, formula] },
  NETWORK,
  { id: "code", sections: [code] },
];

const page = declare("", { lang: choice("", ["", "en", "sk"]), theme: choice("auto", THEMES), present: choice("", ["", "yes"]) });

let drawing = new AbortController();
let drawingNetwork = new AbortController();
/** @type {string | undefined} */
let drawnFor;

/** Draw everything in the page's language; what the sections show is kept by their states. */
function draw() {
  drawing.abort();
  drawing = new AbortController();
  const { signal } = drawing;
  setLanguage(page.values.lang);
  document.title = t("page.title");
  const head = createHead({
    onLanguage: (lang) => page.change({ lang }),
    onTheme: (theme) => page.change({ theme }),
    onPresent: () => present(page.values.present === ""),
  });
  const showSwitches = () => head.update(page.values.theme, page.values.present === "yes");
  page.watch(showSwitches, signal);
  showSwitches();
  const main = el("main", { id: "main", tabindex: -1 }, ...PARTS.map(({ id }) => el("div", { id: `part-${id}` })));
  document.getElementById("page")?.replaceChildren(
    el("a", { class: "skip", href: "#main", onclick: skip }, t("page.skip")),
    head.element,
    el("div", { class: "columns" }, el("div", { id: "contents" }), main),
    el("footer", {}, el("p", {}, t("page.footer"))),
  );
  for (const part of PARTS) if (part !== NETWORK) drawPart(part, signal);
  drawNetwork();
}

/** Draw the part about the network, which changes once when the run is open, and the list of contents. */
function drawNetwork() {
  drawingNetwork.abort();
  drawingNetwork = new AbortController();
  const { signal } = drawingNetwork;
  drawPart(NETWORK, signal);
  const contents = createContents({ parts: PARTS, onOpen: open });
  document.getElementById("contents")?.replaceChildren(contents);
  followReading(contents, signal);
}

/**
 * @param {Part} part
 * @param {AbortSignal} signal
 */
function drawPart({ id, sections }, signal) {
  const place = /** @type {HTMLElement} */ (document.getElementById(`part-${id}`));
  place.replaceChildren(el("p", { class: "part" }, t(/** @type {Key} */ (`part.${id}`))));
  for (const section of sections) mount(section, place, signal);
}

/**
 * @param {Section} section
 * @param {HTMLElement} place
 * @param {AbortSignal} signal
 */
function mount(section, place, signal) {
  const { element, body } = createSection(section);
  place.append(element);
  section.mount(body, signal);
}

/** @param {string} id */
function open(id) {
  bringToFront(id);
  document.getElementById(id)?.scrollIntoView();
  document.getElementById(`${id}-title`)?.focus({ preventScroll: true });
}

/** @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

/**
 * Begin or end the presentation, at the section that is being read.
 * @param {boolean} begin
 */
function present(begin) {
  const reading = document.querySelector('.contents a[aria-current="true"]')?.getAttribute("href");
  page.change({ present: begin ? "yes" : "" });
  if (reading) arrive(reading.slice(1));
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.altKey && event.code === "KeyP") present(page.values.present === "");
  else if (event.key === "Escape" && page.values.present) present(false);
  else return;
  event.preventDefault();
}

function show() {
  const { lang, theme } = page.values;
  document.documentElement.toggleAttribute("data-present", page.values.present === "yes");
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  if (lang === drawnFor) return;
  drawnFor = lang;
  const wasOnSwitch = document.activeElement?.closest(".switches") !== null;
  draw();
  if (wasOnSwitch) focusOn(`.switches input[value="${currentLanguage()}"]`);
}

/** @param {string} selector */
function focusOn(selector) {
  const found = document.querySelector(selector);
  if (found instanceof HTMLElement) found.focus();
}

page.watch(show, new AbortController().signal);
addEventListener("keydown", onKey);
followAddress(arrive);
void showNetwork();

/** Open the run. What that takes is loaded when the lecture stands. */
async function showNetwork() {
  NETWORK.sections = await import("convlens/network/index.js")
    .then(({ networkSections }) => networkSections(open))
    .catch((error) => [failed(sentenceOf(error))]);
  drawNetwork();
  const asked = location.hash.slice(1).split("?")[0]; // a link to a section that was not there before
  if (NETWORK.sections.some(({ id }) => id === asked)) arrive(asked);
}

/** @param {string} id */
function arrive(id) {
  document.getElementById(id)?.scrollIntoView({ behavior: "instant" });
}
