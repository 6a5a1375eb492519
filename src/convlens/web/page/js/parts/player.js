// Play, step, scrub and speed: walks through places 0 to count - 1.
//
//   const player = createPlayer({ label: "The window", onMove: (index) => state.change({ at: index }), signal });
//   host.append(player.element);
//   player.update(index, count);      // whenever the place or their number has changed
//   player.stop();                    // when the person takes over, for instance by choosing a place
//
// Each place stays for 1.2 seconds at speed 1. That the window glides rather than jumps is a matter of CSS, which lets
// it jump for those who have asked for less motion.

import { createChooser } from "convlens/parts/chooser.js";
import { el, svg } from "convlens/parts/dom.js";
import { setRange } from "convlens/parts/slider.js";
import { number, t } from "convlens/i18n/index.js";

const MILLISECONDS = 1200;
const SPEEDS = ["0.5", "1", "2", "4"];
const SHAPES = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 3h3v10h-3zm5 0h3v10h-3z",
  back: "M11.5 3v10l-7-5z",
  next: "M4.5 3v10l7-5z",
  first: "M3.5 3h1.8v10h-1.8zM13 3v10l-7-5z",
  last: "M10.7 3h1.8v10h-1.8zM3 3v10l7-5z",
};

/**
 * @param {object} options
 * @param {string} options.label                        what a screen reader calls the place
 * @param {(index: number) => void} options.onMove      the person or the clock went to a place
 * @param {AbortSignal} options.signal
 * @returns {{element: HTMLElement, update: (index: number, count: number) => void, stop: () => void}}
 */
export function createPlayer({ label, onMove, signal }) {
  let index = 0;
  let count = 1;
  let speed = 1;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let clock;

  const go = (/** @type {number} */ to) => onMove(Math.min(Math.max(to, 0), count - 1));
  const stop = () => {
    clearTimeout(clock);
    clock = undefined;
    show();
  };
  const tick = () => {
    if (index >= count - 1) return stop();
    go(index + 1);
    clock = setTimeout(tick, MILLISECONDS / speed);
  };
  const toggle = () => {
    if (clock !== undefined) return stop();
    if (index >= count - 1) go(0);
    clock = setTimeout(tick, MILLISECONDS / speed);
    show();
  };
  const byHand = (/** @type {() => number} */ target) => () => {
    const to = target(); // before stop() sets the scrubber back
    stop();
    go(to);
  };

  const play = iconButton("play", t("player.play"), toggle, "main");
  const scrubber = el("input", { type: "range", step: 1, class: "filter", "aria-label": label });
  scrubber.addEventListener(
    "input",
    byHand(() => Number(scrubber.value)),
  );
  const counter = el("output", { class: "quiet" });
  const speeds = createChooser({
    label: t("player.speed"),
    options: SPEEDS.map((value) => ({ value, text: `${number(Number(value))}×` })),
    onChange: (value) => (speed = Number(value)),
  });
  speeds.update("1");
  const element = el(
    "div",
    { class: "player", role: "group", "aria-label": t("player.group", { label }) },
    el(
      "div",
      { class: "buttons" },
      iconButton(
        "first",
        t("player.first"),
        byHand(() => 0),
      ),
      iconButton(
        "back",
        t("player.back"),
        byHand(() => index - 1),
      ),
      play,
      iconButton(
        "next",
        t("player.next"),
        byHand(() => index + 1),
      ),
      iconButton(
        "last",
        t("player.last"),
        byHand(() => count - 1),
      ),
    ),
    el("div", { class: "scrubber" }, scrubber, counter),
    speeds.element,
  );

  function show() {
    const playing = clock !== undefined;
    element.classList.toggle("playing", playing);
    play.title = playing ? t("player.pause") : t("player.play");
    play.setAttribute("aria-label", play.title);
    play.querySelector("path")?.setAttribute("d", playing ? SHAPES.pause : SHAPES.play);
    setRange(scrubber, index, 0, count - 1);
    scrubber.setAttribute("aria-valuetext", t("player.place", { index: index + 1, count }));
    counter.textContent = `${index + 1} / ${count}`;
  }
  signal.addEventListener("abort", () => clearTimeout(clock));
  return {
    element,
    update(newIndex, newCount) {
      index = newIndex;
      count = Math.max(1, newCount);
      show();
    },
    stop,
  };
}

/**
 * @param {keyof typeof SHAPES} shape
 * @param {string} label
 * @param {() => void} onclick
 * @param {string} [look]
 */
function iconButton(shape, label, onclick, look = "") {
  const icon = svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: SHAPES[shape] }));
  return el("button", { type: "button", class: `icon ${look}`, "aria-label": label, title: label, onclick }, icon);
}
