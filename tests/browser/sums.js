// The page's sums, called from Python. Tensors travel as {shape, data}, data being the float32 numbers in base64.

import { shareBelow, softmax } from "convlens/sums/activations.js";
import { dropoutMasks } from "convlens/sums/dropout.js";
import { receptiveField } from "convlens/sums/field.js";
import { runNetwork } from "convlens/sums/network.js";
import { normalise } from "convlens/sums/normalisation.js";
import { compute } from "convlens/sums/operations.js";
import * as sizes from "convlens/sums/sizes.js";
import { indexOf, valuesFrom, weightsFrom } from "convlens/sums/tensors.js";
import { history, workOut } from "convlens/sums/unit.js";

const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);

function text(numbers) {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  let letters = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    letters += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(letters);
}

const unpacked = ({ shape, data }) => ({ shape, data: floats(data) });
const packed = ({ shape, data }) => ({ shape, data: text(data) });

/** Numbers beside each other, as the server sends them: one array for several tensors. */
function joined(arrays) {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const array of arrays) {
    all.set(array, start);
    start += array.length;
  }
  return all;
}

/** Each case's operation computed, and some of its values worked out on their own. */
function computeEach(cases) {
  return cases.map(({ operations, inputs, tensors, offsets }) => {
    const weights = Object.fromEntries(Object.entries(tensors).map(([name, weight]) => [name, unpacked(weight)]));
    const values = new Map(inputs.map((input, id) => [id, unpacked(input)]));
    const operation = operations.at(-1);
    const result = compute(operation, [...values.values()], weights);
    values.set(operation.id, result);
    const works = offsets.map((offset) => {
      return workOut(operations, values, weights, operation.id, indexOf(result.shape, offset));
    });
    return { ...packed(result), kinds: works.map(({ kind }) => kind), worked: works.map(({ value }) => value) };
  });
}

let network = { operations: [], tensors: {}, values: new Map(), masks: new Map() };

function load(operations, descriptions, numbers) {
  network = { operations, tensors: weightsFrom(descriptions, floats(numbers)), values: new Map(), masks: new Map() };
}

/**
 * The ids and values of each picture, one after the other; those of the last are kept for the functions below.
 * @param pictures tensors
 * @param seed of dropout as in training
 * @param given [id, tensor] pairs that are not to be computed
 */
function run(pictures, seed, given) {
  network.masks = seed === null ? new Map() : dropoutMasks(network.operations, seed);
  const already = { values: new Map(given.map(([id, value]) => [id, unpacked(value)])), masks: network.masks };
  return pictures.map((picture) => {
    network.values = runNetwork(network.operations, network.tensors, unpacked(picture), already);
    const arrays = [...network.values.values()].map(({ data }) => data);
    return { ids: [...network.values.keys()], data: text(joined(arrays)) };
  });
}

/** What `take` says of each place [id, index] of the network's values. */
function each(places, take) {
  const { operations, values, tensors, masks } = network;
  return places.map(([id, index]) => take(operations, values, tensors, id, index, masks));
}

/** Milliseconds of single runs of the network. */
function time(picture, rounds) {
  const input = unpacked(picture);
  return Array.from({ length: rounds }, () => {
    const start = performance.now();
    runNetwork(network.operations, network.tensors, input);
    return performance.now() - start;
  });
}

window.sums = {
  computeEach,
  load,
  run,
  time,
  work: (places) => each(places, workOut),
  history: (places) => each(places, history),
  fields: (places) => each(places, (all, _, tensors, id, index) => receptiveField(all, tensors, id, index)),
  masks: () => [...network.masks].map(([id, mask]) => [id, [...mask]]),
  values: (numbers) => [...valuesFrom(network.operations, floats(numbers))].map(([id, value]) => [id, packed(value)]),
  normalise: (pixels, shape, mean, std) => packed(normalise(pixels, shape, mean, std)),
  softmax: (logits) => packed(softmax(unpacked(logits))),
  shareBelow: (places) => places.map(shareBelow),
  sizes: (calls) => calls.map(([name, given]) => sizes[name](...given)),
};
