// What is filtered: the photo, a drawing, an item of Fashion-MNIST, a file of one's own, or what the camera sees.

import { t } from "convlens/i18n/index.js";
import { rowsFrom } from "convlens/lecture/matrices.js";
import { createCamera } from "convlens/parts/camera.js";
import { createChooser } from "convlens/parts/chooser.js";
import { announce, el } from "convlens/parts/dom.js";
import { pack, stroke, unpack } from "convlens/parts/drawing.js";
import { createFilePicker } from "convlens/parts/file_picker.js";
import { createImage, paint } from "convlens/parts/picture.js";
import { decode, loadCat, loadItems } from "convlens/parts/samples.js";

/** @import { Grey } from "convlens/parts/samples.js" */
/** @import { Key } from "convlens/i18n/index.js" */
/** @typedef {{row: number, column: number}} Place */
/** @typedef {typeof SOURCES[number]} Source */
/** @typedef {{source: Source, item: number, drawing: string, at: number[]}} Values */

export const SOURCES = /** @type {const} */ (["cat", "drawing", "item", "file", "camera"]);
const SIDE = 48; // of the drawing
const PEN = 1.3;
const ERASER = 2.6;
const LONGEST = 180; // of one's own picture: a filter of 3 x 3 does nothing that could be seen to one of 4000 pixels
const MOST_BYTES = 20_000_000;

/** A house, to begin with. */
export const START = pack(house());

/**
 * Kept while the page is drawn anew in another language.
 * @type {{cat: Grey | null, items: Grey[], own: Grey | null, seen: Grey | null}}
 */
const atHand = { cat: null, items: [], own: null, seen: null };

/**
 * @param {object} options
 * @param {{values: Values, change: (changes: Partial<Values>) => void}} options.state
 * @param {HTMLElement} options.target        where files may be dropped
 * @param {() => void} options.onReady        a picture has been loaded
 * @param {AbortSignal} options.signal
 */
export function createSources({ state, target, onReady, signal }) {
  let tool = "pen";
  /** @type {{word: string, grey: Grey}} */
  let drawn = { word: "", grey: { width: SIDE, height: SIDE, pixels: new Uint8Array(SIDE * SIDE) } };

  const sources = createChooser({
    label: t("figure.picture"),
    options: SOURCES.map((value) => ({ value, text: t(`sample.${value}`) })),
    onChange: (source) => {
      problem.textContent = "";
      state.change({ source, at: [-1, -1] });
    },
  });
  const items = el("div");
  const problem = el("p", { class: "problem", role: "alert" });
  const picker = createFilePicker({ target, onFile: open, signal });
  const camera = createCamera({
    longest: LONGEST,
    onPicture: (grey) => {
      atHand.seen = grey;
      onReady();
    },
    onFail: () => (problem.textContent = t("camera.none")),
    signal,
  });
  const tools = createTools(
    (chosen) => (tool = chosen),
    () => state.change({ drawing: pack(new Uint8Array(SIDE * SIDE)) }),
  );

  /** @param {Blob} file */
  async function open(file) {
    problem.textContent = "";
    try {
      if (file.size > MOST_BYTES) throw new Error("too large");
      atHand.own = await decode(file, LONGEST);
    } catch {
      problem.textContent = file.size > MOST_BYTES ? t("file.large") : t("file.unreadable");
      return;
    }
    state.change({ source: "file", at: [-1, -1] });
    announce(t("file.opened"));
  }

  function drawing() {
    const word = state.values.drawing;
    if (word !== drawn.word) {
      const pixels = unpack(word, SIDE * SIDE) ?? /** @type {Uint8Array} */ (unpack(START, SIDE * SIDE));
      drawn = { word, grey: { width: SIDE, height: SIDE, pixels } };
    }
    return drawn.grey;
  }

  async function load() {
    [atHand.cat, atHand.items] = await Promise.all([loadCat(), loadItems()]);
    if (signal.aborted) return;
    items.replaceChildren(thumbnails.element);
    atHand.items.forEach((item, place) => paint(canvases[place], item));
    onReady();
  }
  const canvases = Array.from({ length: 10 }, (_, item) => createImage(t(/** @type {Key} */ (`item.${item}`))));
  const thumbnails = createChooser({
    label: t("filters.item"),
    options: canvases.map((picture, item) => ({
      value: String(item),
      text: t(/** @type {Key} */ (`item.${item}`)),
      picture,
    })),
    onChange: (item) => state.change({ item: Number(item) }),
  });
  load();

  return {
    element: el("div", { class: "settings" }, sources.element, items, tools.element, picker.element, problem),
    /** @returns {Grey | null} null while it is being loaded */
    picture() {
      const { source, item } = state.values;
      if (source === "drawing") return drawing();
      if (source === "item") return atHand.items[item] ?? null;
      return (source === "file" && atHand.own) || (source === "camera" && atHand.seen) || atHand.cat;
    },
    /** @param {Place} from @param {Place} to */
    paint(from, to) {
      const [radius, ink] = tool === "pen" ? [PEN, 255] : [ERASER, 0];
      state.change({ drawing: pack(stroke(drawing().pixels, SIDE, from, to, radius, ink)) });
    },
    update() {
      const { source, item } = state.values;
      sources.update(source);
      camera.run(source === "camera");
      thumbnails.update(String(item));
      items.hidden = source !== "item";
      tools.element.hidden = source !== "drawing";
      picker.element.hidden = source !== "file";
    },
  };
}

/**
 * @param {(tool: string) => void} onTool
 * @param {() => void} onClear
 */
function createTools(onTool, onClear) {
  const tools = createChooser({
    label: t("drawing.tool"),
    options: /** @type {const} */ (["pen", "eraser"]).map((value) => ({ value, text: t(`drawing.${value}`) })),
    onChange: onTool,
  });
  tools.update("pen");
  const clear = el("button", { type: "button", class: "plain", onclick: onClear }, t("drawing.clear"));
  return {
    element: el("div", { class: "controls" }, tools.element, clear, el("p", { class: "note" }, t("drawing.note"))),
  };
}

function house() {
  const corners = rowsFrom("40 10; 40 38; 22 38; 7 24; 22 10; 40 10; 22 38; 22 10; 40 38");
  const places = corners.map(([row, column]) => ({ row, column }));
  let pixels = new Uint8Array(SIDE * SIDE);
  for (let line = 1; line < places.length; line++) {
    pixels = stroke(pixels, SIDE, places[line - 1], places[line], PEN, 255);
  }
  return pixels;
}
