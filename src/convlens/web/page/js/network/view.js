// What the network makes of the picture that is shown: every value, worked out anew when picture, moment or dropout
// change, once a frame at most, and never twice.
//
//   const view = createView(run, weights);
//   view.watch(draw, signal, fail);  // draw(shown) now, if it is there already, and after every change
//
// PyTorch's own values come after the page's, where they are at hand: draw is called again then.

import { comparable } from "convlens/network/comparable.js";
import { ownPixels } from "convlens/network/own.js";
import { answersOf } from "convlens/network/probabilities.js";
import { network } from "convlens/network/shared.js";
import { loadPictures, loadSnapshot, valuesOfPicture, valuesOfPixels } from "convlens/run.js";
import { sentenceOf } from "convlens/source.js";
import { dropoutMasks } from "convlens/sums/dropout.js";
import { runNetwork } from "convlens/sums/network.js";
import { normalise } from "convlens/sums/normalisation.js";
import { count } from "convlens/sums/tensors.js";

/** @import { Answers } from "convlens/network/probabilities.js" */
/** @import { Run } from "convlens/run.js" */
/** @import { Tensor } from "convlens/sums/tensors.js" */
/** @typedef {Record<string, Tensor>} Weights */

/**
 * What is looked at.
 * @typedef {object} Look
 * @property {Uint8Array<ArrayBuffer>} pixels           [C, H, W]
 * @property {boolean} isOwn                            a picture of one's own, not one of the test pictures
 * @property {number | null} index                      of the test picture; null for one's own
 * @property {Weights} weights                          of the moment that is shown
 * @property {Map<number, Uint8Array>} masks            of dropout, if it is as in training
 */

/**
 * What the network makes of it.
 * @typedef {object} Seen
 * @property {number | null} truth                      the picture's class, where it is known
 * @property {Map<number, Tensor>} values               by the operation's id
 * @property {Map<number, Tensor> | undefined} torch    PyTorch's values that can be compared with these; undefined
 *   where none are at hand
 * @property {Answers | null} answers                   null where the page cannot compute them
 */

/** @typedef {Look & Seen} Shown */

const REST = 300; // ms without a change, before PyTorch is asked about a drawing

/** @param {number} milliseconds @returns {Promise<void>} */
export function rest(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * @param {Run} run
 * @param {Weights} finished
 */
export function createView(run, finished) {
  /** @type {Set<{draw: (shown: Shown) => void, fail: (sentence: string) => void}>} */
  const watchers = new Set();
  const weightsAt = momentsOf(run, finished);
  const pixelsOf = testPicturesOf(run);
  /** @type {Shown | undefined} */
  let shown;
  /** @type {unknown[]} */
  let asked = [];
  let turn = 0; // what was asked for before the latest change comes too late
  let isDue = false;

  function soon() {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      void follow();
    });
  }

  async function follow() {
    const { source, picture, snapshot, training, draw } = network.values;
    const own = source === "test" ? undefined : ownPixels(run.picture.shape);
    const index = own ? null : indexOf(run, picture);
    const wanted = [own ?? index, snapshot, training, draw];
    if (wanted.every((value, place) => value === asked[place])) return;
    asked = wanted;
    turn += 1;
    const mine = turn;
    try {
      const [pixels, weights] = await Promise.all([own ?? pixelsOf(index), weightsAt(snapshot)]);
      if (mine !== turn) return;
      const masks = training === "yes" ? dropoutMasks(run.operations, draw) : new Map();
      const look = { pixels, isOwn: own !== undefined, index, weights, masks };
      show({ ...look, ...seen(run, look) });
      if (weights === finished) await compare(look, () => mine === turn);
    } catch (error) {
      if (mine !== turn) return;
      asked = []; // the next change asks again
      for (const { fail } of watchers) fail(sentenceOf(error));
    }
  }

  /**
   * @param {Look} look
   * @param {() => boolean} isCurrent
   */
  async function compare(look, isCurrent) {
    const { pixels, index, masks } = look;
    if (index === null) await rest(REST);
    if (!isCurrent()) return;
    const all = await (index === null ? valuesOfPixels(run, pixels) : valuesOfPicture(run, index));
    if (!all || !isCurrent() || !shown) return;
    const torch = comparable(run, all, masks);
    const isKnown = run.operations.every(({ known }) => known !== false);
    show(isKnown ? { ...shown, torch } : { ...look, ...seen(run, look, torch) });
  }

  /** @param {Shown} now */
  function show(now) {
    shown = now;
    for (const { draw } of [...watchers]) draw(now);
  }

  network.watch(soon, new AbortController().signal);
  void follow();
  return {
    weightsAt,
    /**
     * @param {(shown: Shown) => void} draw
     * @param {AbortSignal} signal
     * @param {(sentence: string) => void} [fail]    what was asked for could not be had
     */
    watch(draw, signal, fail = () => {}) {
      const watcher = { draw, fail };
      watchers.add(watcher);
      signal.addEventListener("abort", () => watchers.delete(watcher));
      if (shown) draw(shown);
    },
  };
}

/**
 * The network's input: the pixels, normalised.
 * @param {Run} run
 * @param {Uint8Array} pixels
 */
export function input({ picture: { shape, mean, std } }, pixels) {
  return normalise(pixels, shape, mean, std);
}

/**
 * @param {Run} run
 * @param {Look} look
 * @param {Map<number, Tensor>} [torch]    stands in for operations that the page does not know
 * @returns {Seen}
 */
function seen(run, { pixels, index, weights, masks }, torch) {
  const unknown = run.operations.filter(({ id, known }) => known === false && torch?.has(id));
  const given = new Map(unknown.map(({ id }) => [id, /** @type {Tensor} */ (torch?.get(id))]));
  const values = runNetwork(run.operations, weights, input(run, pixels), { masks, values: given });
  const place = index === null ? -1 : run.test.indices.indexOf(index);
  const answers = answersOf(run, values, masks, () => {
    return runNetwork(run.operations, weights, input(run, mirrored(pixels, run.picture.shape[2])));
  });
  return { truth: place < 0 ? null : run.test.labels[place], values, torch, answers };
}

/**
 * The weights at each moment, loaded when they are asked for first.
 * @param {Run} run
 * @param {Weights} finished
 * @returns {(place: number) => Promise<Weights>} by the place in `run.snapshots`; any other, the finished network's
 */
function momentsOf(run, finished) {
  /** @type {Map<number, Promise<Weights>>} */
  const loaded = new Map();
  return (place) => {
    if (!run.snapshots[place]) return Promise.resolve(finished);
    const found = loaded.get(place) ?? loadSnapshot(run, place);
    loaded.set(place, found);
    found.catch(() => loaded.delete(place)); // may be asked for again
    return found;
  };
}

/**
 * @param {Run} run
 * @returns {(index: number | null) => Promise<Uint8Array<ArrayBuffer>>} for the same index as before the same pixels;
 *   black ones where there is no test picture
 */
function testPicturesOf(run) {
  /** @type {{index: number | null, pixels: Uint8Array<ArrayBuffer>}} */
  let last = { index: null, pixels: new Uint8Array(count(run.picture.shape)) };
  return async (index) => {
    if (index !== last.index && index !== null) {
      const [pixels] = await loadPictures(run, [index]);
      last = { index, pixels: /** @type {Uint8Array<ArrayBuffer>} */ (pixels) };
    }
    return last.pixels;
  };
}

/**
 * @param {Uint8Array} pixels
 * @param {number} width
 */
function mirrored(pixels, width) {
  return pixels.map((_, place) => pixels[place - (place % width) + width - 1 - (place % width)]);
}

/**
 * The test picture that is asked for, or the first there is.
 * @param {Run} run
 * @param {number} picture
 */
function indexOf({ test: { indices } }, picture) {
  return indices.includes(picture) ? picture : (indices[0] ?? null);
}
