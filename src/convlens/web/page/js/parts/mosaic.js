// All maps of a layer in one drawing, side by side, whose values can be pointed at and chosen; neurons are small squares.
//
//   const mosaic = createMosaic({ label, onChoose: (index) => ..., signal });
//   mosaic.update({ tensor, maps: 24, chosen: [3, 5, 6], plain: false });
//
// Above zero is green, below zero grey, on one scale for all maps of the drawing; `plain` draws from black to white.
// Arrow keys move the value that is chosen, within its map and on into the next one.

import { el } from "convlens/parts/dom.js";
import { onTheme, rgb } from "convlens/parts/theme.js";

/** @import { Tensor } from "convlens/sums/tensors.js" */

/**
 * @typedef {object} MosaicContent
 * @property {Tensor} tensor        [C, H, W] or [N]
 * @property {number} [maps]        how many of them at most
 * @property {number[] | null} [chosen]
 * @property {boolean} [plain]      a picture's own grey
 * @property {Uint8Array} [out]     for each value 0 where dropout silences it
 */

/**
 * @param {object} options
 * @param {string} options.label
 * @param {(index: number[]) => void} [options.onChoose]    [channel, row, column], or [neuron, 0, 0]
 * @param {AbortSignal} options.signal
 */
export function createMosaic({ label, onChoose, signal }) {
  const canvas = el("canvas", { class: "mosaic", role: onChoose ? "application" : "img", "aria-label": label, tabindex: onChoose ? 0 : null });
  const frame = el("div", { class: "chosen-value", hidden: true });
  const element = el("div", { class: "mosaic-frame" }, canvas, frame);
  /** @type {MosaicContent | undefined} */
  let shown;

  function draw() {
    if (!shown) return;
    const plan = planOf(shown);
    canvas.width = plan.across * (plan.width + 1) - 1;
    canvas.height = plan.down * (plan.height + 1) - 1;
    element.style.setProperty("--shape", String(canvas.width / canvas.height));
    const image = new ImageData(canvas.width, canvas.height);
    fill(image, shown, plan);
    canvas.getContext("2d")?.putImageData(image, 0, 0);
    const { chosen } = shown;
    frame.hidden = !chosen || chosen[0] >= plan.maps;
    if (chosen && !frame.hidden) {
      const { left, top } = placeOf(plan, chosen);
      Object.assign(frame.style, {
        left: `${(100 * left) / canvas.width}%`, top: `${(100 * top) / canvas.height}%`,
        width: `${100 / canvas.width}%`, height: `${100 / canvas.height}%`,
      }); // prettier-ignore
    }
  }
  if (onChoose) {
    canvas.addEventListener("click", (event) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const found = shown && valueAt(planOf(shown), ((event.clientX - left) / width) * canvas.width, ((event.clientY - top) / height) * canvas.height);
      if (found) onChoose(found);
    }, { signal }); // prettier-ignore
    canvas.addEventListener("keydown", (event) => {
      const next = shown && moved(planOf(shown), shown.chosen ?? [0, 0, 0], event.key);
      if (!next) return;
      event.preventDefault();
      onChoose(next);
    }, { signal }); // prettier-ignore
  }
  onTheme(draw, signal);
  return {
    element,
    /** @param {MosaicContent} content */
    update(content) {
      shown = content;
      draw();
    },
  };
}

/** @typedef {{maps: number, height: number, width: number, across: number, down: number}} Plan */

/** @param {MosaicContent} content @returns {Plan} */
function planOf({ tensor: { shape }, maps: most = Infinity }) {
  const [channels, height, width] = shape.length === 3 ? shape : [shape.reduce((product, side) => product * side, 1), 1, 1];
  const maps = Math.min(channels, most);
  const across = Math.min(maps, Math.ceil(Math.sqrt(maps * (height / width) * (height === 1 ? 2 : 1))));
  return { maps, height, width, across, down: Math.ceil(maps / across) };
}

/**
 * @param {Plan} plan
 * @param {number[]} index
 */
function placeOf({ across, width, height }, [channel, row = 0, column = 0]) {
  return { left: (channel % across) * (width + 1) + column, top: Math.floor(channel / across) * (height + 1) + row };
}

/**
 * @param {Plan} plan
 * @param {number} x    in pixels of the drawing
 * @param {number} y
 */
function valueAt({ maps, across, width, height }, x, y) {
  const channel = Math.floor(y / (height + 1)) * across + Math.min(Math.floor(x / (width + 1)), across - 1);
  if (channel < 0 || channel >= maps) return undefined;
  return [channel, Math.min(Math.floor(y % (height + 1)), height - 1), Math.min(Math.floor(x % (width + 1)), width - 1)];
}

/**
 * @param {Plan} plan
 * @param {number[]} from
 * @param {string} key
 */
function moved({ maps, across, height, width }, [channel, row, column], key) {
  /** @type {Record<string, [number, number]>} */
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const move = moves[key];
  if (!move) return undefined;
  const next = [channel, row + move[0], column + move[1]];
  if (next[1] < 0) [next[0], next[1]] = [channel - across, height - 1];
  if (next[1] >= height) [next[0], next[1]] = [channel + across, 0];
  if (next[2] < 0) [next[0], next[2]] = [channel - 1, width - 1];
  if (next[2] >= width) [next[0], next[2]] = [channel + 1, 0];
  return next[0] >= 0 && next[0] < maps ? next : undefined;
}

/**
 * @param {ImageData} image
 * @param {MosaicContent} content
 * @param {Plan} plan
 */
function fill(image, { tensor: { data }, plain, out }, { maps, across, height, width }) {
  const count = maps * height * width;
  let [least, most] = [Infinity, -Infinity];
  for (let place = 0; place < count; place++) {
    least = Math.min(least, data[place]);
    most = Math.max(most, data[place]);
  }
  const largest = Math.max(Math.abs(least), Math.abs(most)) || 1;
  const [zero, above, below, silent] = [rgb("--raised"), rgb("--result"), rgb("--padding"), rgb("--wrong")];
  for (let place = 0; place < count; place++) {
    const channel = Math.floor(place / (height * width));
    const inside = place - channel * height * width;
    const x = (channel % across) * (width + 1) + (inside % width);
    const y = Math.floor(channel / across) * (height + 1) + Math.floor(inside / width);
    const pixel = 4 * (y * image.width + x);
    const value = data[place];
    const share = plain ? (value - least) / (most - least || 1) : Math.abs(value) / largest;
    const tone = value < 0 ? below : above;
    for (let part = 0; part < 3; part++) {
      const shade = plain ? 255 * share : zero[part] + share * (tone[part] - zero[part]);
      image.data[pixel + part] = out?.[place] === 0 ? silent[part] : shade;
    }
    image.data[pixel + 3] = 255;
  }
}
