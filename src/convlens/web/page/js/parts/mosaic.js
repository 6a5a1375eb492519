// All maps of a layer in one drawing, side by side, whose values can be chosen; neurons are small squares.
//
//   const mosaic = createMosaic({ label, onChoose: (place) => ..., signal });
//   mosaic.update({ maps: [24, 14, 14], data, most: 16, chosen: [3, 5, 6] });
//
// Above zero is coloured, below zero grey, on one scale for all maps of the drawing, or for each of them; `plain` draws
// from black to white. Arrow keys move the value that is chosen, within its map and on into the next one.

import { el } from "convlens/parts/dom.js";
import { layFrame } from "convlens/parts/frame.js";
import { onTheme, rgb } from "convlens/parts/theme.js";

/**
 * @typedef {object} Content
 * @property {number[]} maps            [count, height, width]
 * @property {ArrayLike<number>} data   their values
 * @property {number} [most]            how many of the maps are drawn at most
 * @property {number[] | null} [chosen] [map, row, column]
 * @property {boolean} [plain]          a picture's own grey
 * @property {boolean} [apart]          a scale for each map
 * @property {number} [largest]         what the full colour stands for, where that is not the largest value drawn
 * @property {Uint8Array} [out]         for each value 0 where dropout silences it
 *
 * @typedef {{count: number, height: number, width: number, across: number, down: number}} Plan
 */

/**
 * @param {object} options
 * @param {string} options.label
 * @param {"result" | "filter"} [options.meaning]           the colour of what is above zero
 * @param {(place: number[]) => void} [options.onChoose]    [map, row, column]
 * @param {AbortSignal} options.signal
 */
export function createMosaic({ label, meaning = "result", onChoose, signal }) {
  const look = { role: onChoose ? "application" : "img", tabindex: onChoose ? 0 : null };
  const canvas = el("canvas", { class: "mosaic", "aria-label": label, ...look });
  const frame = el("div", { class: "chosen-value", hidden: true });
  const element = el("div", { class: "mosaic-frame" }, canvas, frame);
  element.style.setProperty("--shape", String(canvas.width / canvas.height));
  /** @type {Content | undefined} */
  let shown;

  function draw() {
    if (!shown) return;
    const plan = planOf(shown);
    const [width, height] = [plan.across * (plan.width + 1) - 1, plan.down * (plan.height + 1) - 1];
    if (canvas.width !== width || canvas.height !== height) {
      Object.assign(canvas, { width, height });
      element.style.setProperty("--shape", String(width / height));
    }
    const image = new ImageData(width, height);
    const { data, apart = false } = shown;
    const size = plan.height * plan.width;
    const whole = rangeOf(data, 0, plan.count * size);
    for (let map = 0; map < plan.count; map++) {
      fill(image, shown, plan, map, apart ? rangeOf(data, map * size, (map + 1) * size) : whole, meaning);
    }
    canvas.getContext("2d")?.putImageData(image, 0, 0);
    drawFrame(frame, canvas, plan, shown.chosen ?? null);
  }
  if (onChoose) {
    const onClick = (/** @type {MouseEvent} */ event) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const x = ((event.clientX - left) / width) * canvas.width;
      const y = ((event.clientY - top) / height) * canvas.height;
      const found = shown && valueAt(planOf(shown), x, y);
      if (found) onChoose(found);
    };
    const onKey = (/** @type {KeyboardEvent} */ event) => {
      const next = shown && moved(planOf(shown), shown.chosen ?? [0, 0, 0], event.key);
      if (!next) return;
      event.preventDefault();
      onChoose(next);
    };
    canvas.addEventListener("click", onClick, { signal });
    canvas.addEventListener("keydown", onKey, { signal });
  }
  onTheme(draw, signal);
  return {
    element,
    /** @param {Content} content */
    update(content) {
      shown = content;
      draw();
    },
  };
}

/** @param {Content} content @returns {Plan} */
function planOf({ maps: [all, height, width], most = Infinity }) {
  const count = Math.min(all, most);
  const stretch = height === 1 && width === 1 ? 2 : height / width;
  const across = Math.max(1, Math.min(count, Math.ceil(Math.sqrt(count * stretch))));
  return { count, height, width, across, down: Math.ceil(count / across) };
}

/**
 * The frame around the value that is chosen.
 * @param {HTMLElement} frame
 * @param {HTMLCanvasElement} canvas
 * @param {Plan} plan
 * @param {number[] | null} chosen
 */
function drawFrame(frame, canvas, plan, chosen) {
  frame.hidden = !chosen || chosen[0] >= plan.count;
  if (!chosen || frame.hidden) return;
  const { x, y } = cornerOf(plan, chosen[0]);
  const [left, top] = [x + chosen[2], y + chosen[1]];
  layFrame(frame, { left, top, right: left + 1, bottom: top + 1 }, canvas);
}

/**
 * Where a map begins in the drawing.
 * @param {Plan} plan
 * @param {number} map
 */
function cornerOf({ across, width, height }, map) {
  return { x: (map % across) * (width + 1), y: Math.floor(map / across) * (height + 1) };
}

/**
 * @param {Plan} plan
 * @param {number} x    in pixels of the drawing
 * @param {number} y
 */
function valueAt({ count, across, width, height }, x, y) {
  const map = Math.floor(y / (height + 1)) * across + Math.min(Math.floor(x / (width + 1)), across - 1);
  if (map < 0 || map >= count) return undefined;
  const row = Math.min(Math.floor(y % (height + 1)), height - 1);
  return [map, row, Math.min(Math.floor(x % (width + 1)), width - 1)];
}

/**
 * @param {Plan} plan
 * @param {number[]} from
 * @param {string} key
 */
function moved({ count, across, height, width }, [map, row, column], key) {
  /** @type {Record<string, [number, number]>} */
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const move = moves[key];
  if (!move) return undefined;
  const next = [map, row + move[0], column + move[1]];
  if (next[1] < 0) [next[0], next[1]] = [map - across, height - 1];
  if (next[1] >= height) [next[0], next[1]] = [map + across, 0];
  if (next[2] < 0) [next[0], next[2]] = [map - 1, width - 1];
  if (next[2] >= width) [next[0], next[2]] = [map + 1, 0];
  return next[0] >= 0 && next[0] < count ? next : undefined;
}

/**
 * @param {ImageData} image
 * @param {Content} content
 * @param {Plan} plan
 * @param {number} map
 * @param {{least: number, most: number}} range    of the values, for the scale
 * @param {"result" | "filter"} meaning
 */
function fill(image, { data, plain = false, out, largest }, plan, map, { least, most }, meaning) {
  const size = plan.height * plan.width;
  const full = largest || Math.max(-least, most) || 1;
  const [zero, above, below, silent] = [rgb("--raised"), rgb(`--${meaning}`), rgb("--padding"), rgb("--wrong")];
  const { x, y } = cornerOf(plan, map);
  for (let inside = 0; inside < size; inside++) {
    const place = map * size + inside;
    const value = data[place];
    const tone = value < 0 ? below : above;
    const share = plain ? (value - least) / (most - least || 1) : Math.abs(value) / full;
    const pixel = 4 * ((y + Math.floor(inside / plan.width)) * image.width + x + (inside % plan.width));
    for (let part = 0; part < 3; part++) {
      const shade = plain ? 255 * share : zero[part] + share * (tone[part] - zero[part]);
      image.data[pixel + part] = out?.[place] === 0 ? silent[part] : shade;
    }
    image.data[pixel + 3] = 255;
  }
}

/**
 * @param {ArrayLike<number>} data
 * @param {number} from
 * @param {number} to      not included
 */
export function rangeOf(data, from = 0, to = data.length) {
  let [least, most] = [Infinity, -Infinity];
  for (let place = from; place < to; place++) {
    if (data[place] < least) least = data[place];
    if (data[place] > most) most = data[place];
  }
  return { least, most };
}
