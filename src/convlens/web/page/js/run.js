// The run that the page shows: its document, weights, pictures, PyTorch's values, and what only the server can do.
//
//   const run = await loadRun();                          // null where the page was opened without one
//   const weights = await loadWeights(run);               // for runNetwork
//   const earlier = await loadSnapshot(run, 3);           // the same as they were at run.snapshots[3]
//   const { predicted } = await loadAnswers(run);         // of run.test.indices, in order; a server needs some seconds
//   const pictures = await loadPictures(run, [7, 12]);    // of run.test.indices, at most 1000 at once
//   const values = await valuesOfPicture(run, 7);         // PyTorch's; undefined where they are not at hand
//
// What needs a server rejects in an exported file: ask `run.live` before it is offered.

import { count, valuesFrom, weightsFrom } from "convlens/sums/tensors.js";
import { fileOf, isExported, post } from "convlens/source.js";

/** @import {Operation, Tensor} from "convlens/sums/tensors.js" */

/**
 * An operation of the run's network.
 * @typedef {object} Described
 * @property {string} name                               what the person called it
 * @property {{reason: string, what: string}} [why]      where the page cannot compute it: `operation` (there is none
 *   such), `option`, `tensor` (one that is neither computed nor a weight), `batch` (it reaches across pictures), `size`
 *   (its weights were too large for the file); and what it is about, in PyTorch's words
 * @property {number | null} line                        in the file of the network
 * @property {number | null} parameters
 * @property {number | null} macs                        multiply-accumulates for one picture
 * @property {number[] | null} receptive_field           [rows, columns], nominally
 * @property {number[] | null} dropped                   rows and columns of the input that no window reaches
 */

/** @typedef {{step: number, epoch: number, validation_accuracy: number | null, file: number}} Snapshot */

/** @typedef {{predicted: number[], confidence: number[]}} Answers    for the test pictures, in their order */

/**
 * @typedef {object} Run
 * @property {number} version
 * @property {string} name
 * @property {string} network
 * @property {string[]} classes
 * @property {{shape: number[], mean: number[], std: number[]}} picture
 * @property {boolean} mirror        an answer is the mean of the logits of a picture and of its mirror image
 * @property {boolean} average       the weights are a running average
 * @property {(Operation & Described)[]} operations
 * @property {number | null} answer  the operation that gives the logits
 * @property {boolean} dropout
 * @property {Record<string, {shape: number[], offset: number}>} tensors
 * @property {Snapshot[]} snapshots
 * @property {"float16" | "int8"} snapshot_format
 * @property {"large" | "older" | "file" | null} no_snapshots
 * @property {{steps: number[][], validations: number[][], best_step: number | null}} log
 *   steps: [step, learning rate, loss]; validations: [step, epoch, accuracy, loss, training loss]
 * @property {{accuracy: number, total: number, correct: number, confusion: number[][], indices: number[],
 *   labels: number[]} & Partial<Answers>} test
 * @property {boolean} live          a server answers
 * @property {number[]} checked      without one, the pictures whose PyTorch values are at hand
 * @property {{weights: string[], snapshots: number}} [left_out]
 */

/** @returns {Promise<Run | null>} */
export async function loadRun() {
  return JSON.parse(await (await fileOf("data/run.json")).text());
}

/**
 * @param {Run} run
 * @returns {Promise<Record<string, Tensor>>} by name
 */
export async function loadWeights(run) {
  return weightsFrom(run.tensors, new Float32Array(await bytesOf("data/weights.bin")));
}

/**
 * @param {Run} run
 * @param {number} place    in `run.snapshots`
 * @returns {Promise<Record<string, Tensor>>} by name
 */
export async function loadSnapshot(run, place) {
  const bytes = await bytesOf(`data/snapshots/${run.snapshots[place].file}.bin`);
  const numbers = run.snapshot_format === "int8" ? fromEightBits(run, bytes) : fromHalves(new Uint16Array(bytes));
  return weightsFrom(run.tensors, numbers);
}

/** @type {WeakMap<Run, Promise<Answers>>} */
const answers = new WeakMap();

/**
 * What the network says of the test pictures, asked for once.
 * @param {Run} run
 * @returns {Promise<Answers>}
 */
export function loadAnswers(run) {
  const found = answers.get(run) ?? askForAnswers(run);
  answers.set(run, found);
  found.catch(() => answers.delete(run)); // the next one asks again
  return found;
}

/**
 * @param {Run} run
 * @returns {Promise<Answers>}
 */
async function askForAnswers({ test: { predicted, confidence } }) {
  if (predicted && confidence) return { predicted, confidence }; // a file has them
  return JSON.parse(await (await fileOf("data/answers.json")).text());
}

/**
 * @param {Run} run
 * @param {number[]} indices    of `run.test.indices`
 * @returns {Promise<Uint8Array[]>} each [C, H, W]
 */
export async function loadPictures(run, indices) {
  if (indices.length === 0) return [];
  const path = isExported ? "data/pictures.bin" : `data/pictures.bin?indices=${indices.join(",")}`;
  const bytes = new Uint8Array(await bytesOf(path));
  const size = count(run.picture.shape);
  return indices.map((index, asked) => {
    const place = isExported ? run.test.indices.indexOf(index) : asked;
    return bytes.subarray(place * size, (place + 1) * size);
  });
}

/**
 * PyTorch's values of every operation for a test picture.
 * @param {Run} run
 * @param {number} index    of `run.test.indices`
 * @returns {Promise<Map<number, Tensor> | undefined>} by the operation's id
 */
export async function valuesOfPicture(run, index) {
  if (!run.live && !run.checked.includes(index)) return undefined;
  const path = isExported ? `data/values/${index}.bin` : `data/values.bin?picture=${index}`;
  return valuesFrom(run.operations, new Float32Array(await bytesOf(path)));
}

/**
 * The same for any picture.
 * @param {Run} run
 * @param {Uint8Array<ArrayBuffer>} pixels    [C, H, W]
 * @returns {Promise<Map<number, Tensor> | undefined>} by the operation's id
 */
export async function valuesOfPixels(run, pixels) {
  if (!run.live) return undefined;
  const answer = await post("data/values.bin", pixels);
  return valuesFrom(run.operations, new Float32Array(await answer.arrayBuffer()));
}

/**
 * What the network sees of a photograph.
 * @param {Blob} file
 * @returns {Promise<{picture: number[], found: {box: number[] | null, inverted: boolean, note: string | null}}>}
 *   picture: pixels [C, H, W]; box: left, upper, right and lower edge of the object in the photograph
 */
export async function prepare(file) {
  return answered("data/prepare", file);
}

/**
 * The mistakes in training code, which is not run: the document of `convlens check --format json`.
 * @param {string} code
 * @returns {Promise<{findings: {line: number, column: number, rule: string, severity: "error" | "warning" | "info",
 *   message: string, fix: string | null}[]}>}
 */
export async function checkCode(code) {
  return answered("code/check", JSON.stringify({ code }));
}

/**
 * The sizes of the network in some code, whose definitions are run: the document of `convlens shapes --format json`.
 * @param {string} code
 * @param {string} name     of the network; empty where there is one only
 * @param {string} input    such as `1,28,28`; empty to find it in the code
 * @returns {Promise<any>}
 */
export async function shapesOfCode(code, name, input) {
  return answered("code/shapes", JSON.stringify({ code, name, input }));
}

/**
 * A document from the server; what it has to say against what was sent is an error here.
 * @param {string} path
 * @param {BodyInit} body
 * @returns {Promise<any>}
 */
async function answered(path, body) {
  const answer = await (await post(path, body)).json();
  if (typeof answer.error === "string") throw new Error(answer.error);
  return answer;
}

/** @param {string} path */
async function bytesOf(path) {
  return (await fileOf(path)).arrayBuffer();
}

/**
 * The numbers that 16 bits each stand for (IEEE 754 half precision); weights are finite.
 * @param {Uint16Array} halves
 */
export function fromHalves(halves) {
  return Float32Array.from(halves, (half) => {
    const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
    const size = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
    return half >> 15 ? -size : size;
  });
}

/**
 * Weights from 8 bits. First come float32 numbers: for each tensor in order a scale for each entry of its first
 * dimension, or, if it has no second one, itself; then int8 values in units of those scales.
 * @param {Pick<Run, "tensors">} run
 * @param {ArrayBuffer} bytes
 */
export function fromEightBits({ tensors }, bytes) {
  const shapes = Object.values(tensors).map(({ shape }) => shape);
  const plain = shapes.reduce((sum, shape) => sum + (shape[0] ?? 1), 0);
  const numbers = new Float32Array(bytes, 0, plain);
  const steps = new Int8Array(bytes, 4 * plain);
  const found = new Float32Array(shapes.reduce((sum, shape) => sum + count(shape), 0));
  let [number, step, place] = [0, 0, 0];
  for (const shape of shapes) {
    for (let entry = 0; entry < (shape[0] ?? 1); entry++) {
      const scale = numbers[number++];
      if (shape.length < 2) found[place++] = scale;
      else for (let left = count(shape.slice(1)); left > 0; left--) found[place++] = steps[step++] * scale;
    }
  }
  return found;
}
