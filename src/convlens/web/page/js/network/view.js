// What the network makes of the picture that is shown: every value, worked out anew when picture, moment or dropout
// change, and never twice.
//
//   const view = createView(run, weights);
//   view.watch(draw, signal);        // draw(shown) now, if it is there already, and after every change
//
// PyTorch's own values come after the page's, where they are at hand: draw is called again then.

import { network } from "convlens/network/shared.js";
import { ownPixels } from "convlens/network/own.js";
import { loadPictures, loadSnapshot, valuesOfPicture, valuesOfPixels } from "convlens/run.js";
import { softmax } from "convlens/sums/activations.js";
import { dropoutMasks } from "convlens/sums/dropout.js";
import { runNetwork } from "convlens/sums/network.js";
import { normalise } from "convlens/sums/normalisation.js";

/** @import { Run } from "convlens/run.js" */
/** @import { Tensor } from "convlens/sums/tensors.js" */
/** @typedef {Record<string, Tensor>} Weights */

/**
 * @typedef {object} Shown
 * @property {Uint8Array<ArrayBuffer>} pixels           [C, H, W]
 * @property {number | null} index                      of the test picture; null for one's own
 * @property {number | null} truth                      its class, where it is known
 * @property {Weights} weights                          of the moment that is shown
 * @property {Map<number, Tensor>} values               by the operation's id
 * @property {Map<number, Uint8Array>} masks            of dropout, if it is as in training
 * @property {Map<number, Tensor> | undefined} torch    PyTorch's values; undefined where they are not at hand
 * @property {number[] | null} plain                    probabilities from this picture alone
 * @property {number[] | null} answer                   those of `predict`: with the mirror image, if the run takes it
 */

/**
 * @param {Run} run
 * @param {Weights} finished
 */
export function createView(run, finished) {
  /** @type {Set<(shown: Shown) => void>} */
  const watchers = new Set();
  /** @type {Map<number, Promise<Weights>>} */
  const snapshots = new Map();
  /** @type {Shown | undefined} */
  let shown;
  let key = "";
  let turn = 0;

  /** @param {number} place */
  function weightsAt(place) {
    if (place < 0 || place >= run.snapshots.length) return Promise.resolve(finished);
    const found = snapshots.get(place) ?? loadSnapshot(run, place);
    snapshots.set(place, found);
    return found;
  }

  async function follow() {
    const { source, picture, own, snapshot, training, draw } = network.values;
    const asked = JSON.stringify([source, picture, own, snapshot, training, draw]);
    const pixelsAsked = source === "test" ? undefined : ownPixels(run.picture.shape);
    if (asked === key && pixelsAsked === (source === "test" ? undefined : shown?.pixels)) return;
    key = asked;
    turn += 1;
    const mine = turn;
    const index = pixelsAsked ? null : indexOf(run, picture);
    const [pixels, weights] = await Promise.all([pixelsAsked ?? pixelsOf(index), weightsAt(snapshot)]);
    if (mine !== turn) return;
    const masks = training === "yes" ? dropoutMasks(run.operations, draw) : new Map();
    show(pixels, index, weights, masks, undefined);
    const comparable = weights === finished && masks.size === 0;
    const torch = comparable ? await (index === null ? valuesOfPixels(run, pixels) : valuesOfPicture(run, index)) : undefined;
    if (mine === turn && torch) show(pixels, index, weights, masks, torch);
  }

  /** @param {number | null} index @returns {Promise<Uint8Array<ArrayBuffer>>} */
  async function pixelsOf(index) {
    if (index === null) return new Uint8Array(run.picture.shape.reduce((product, side) => product * side, 1));
    const [pixels] = await loadPictures(run, [index]);
    return /** @type {Uint8Array<ArrayBuffer>} */ (pixels);
  }

  /**
   * @param {Uint8Array<ArrayBuffer>} pixels
   * @param {number | null} index
   * @param {Weights} weights
   * @param {Map<number, Uint8Array>} masks
   * @param {Map<number, Tensor> | undefined} torch
   */
  function show(pixels, index, weights, masks, torch) {
    const given = torch ? new Map(run.operations.filter(({ known }) => !known).map(({ id }) => [id, at(torch, id)])) : new Map();
    const values = runNetwork(run.operations, weights, input(run, pixels), { masks, values: given });
    const place = index === null ? -1 : run.test.indices.indexOf(index);
    const truth = place < 0 ? null : run.test.labels[place];
    shown = { pixels, index, truth, weights, masks, values, torch, ...answers(run, values, weights, pixels, masks) };
    for (const draw of [...watchers]) draw(shown);
  }

  const soon = () => void follow().catch((error) => console.warn(error));
  network.watch(soon, new AbortController().signal);
  soon();
  return {
    weightsAt,
    /**
     * @param {(shown: Shown) => void} draw
     * @param {AbortSignal} signal
     */
    watch(draw, signal) {
      watchers.add(draw);
      signal.addEventListener("abort", () => watchers.delete(draw));
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
 * The probabilities, alone and with the mirror image; null where the page cannot compute them.
 * @param {Run} run
 * @param {Map<number, Tensor>} values
 * @param {Weights} weights
 * @param {Uint8Array} pixels
 * @param {Map<number, Uint8Array>} masks
 */
function answers(run, values, weights, pixels, masks) {
  const logits = run.answer === null ? undefined : values.get(run.answer);
  if (!logits || run.answer === null) return { plain: null, answer: null };
  const plain = [...softmax(logits).data];
  if (!run.mirror || masks.size) return { plain, answer: plain };
  const other = runNetwork(run.operations, weights, input(run, mirrored(pixels, run.picture.shape[2]))).get(run.answer);
  if (!other) return { plain, answer: null };
  const mean = logits.data.map((value, place) => (value + other.data[place]) / 2);
  return { plain, answer: [...softmax({ shape: logits.shape, data: mean }).data] };
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

/**
 * @param {Map<number, Tensor>} values
 * @param {number} id
 */
function at(values, id) {
  return /** @type {Tensor} */ (values.get(id));
}
