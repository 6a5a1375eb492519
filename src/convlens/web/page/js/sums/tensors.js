// Numbers with a shape, and how a network's arrays are cut into them.

/**
 * The picture, weights, and every map the page computes; one picture, no batch.
 * @typedef {object} Tensor
 * @property {number[]} shape [C, H, W] for maps, [N] for neurons, or any other
 * @property {Float32Array} data the numbers in order, the last dimension's beside each other; never changed once made,
 *   for several tensors may share them
 */

/**
 * One entry of the run's document: an operation that ran. Its options are those that the function of its `op` takes,
 * see operations.js; dimensions are counted without the batch, so 0 is the channel.
 * @typedef {object} Operation
 * @property {number} id its place; inputs have smaller ones
 * @property {string} op the field's name: `conv2d`, ...
 * @property {number[]} inputs ids of what it reads
 * @property {number[]} output its shape, without the batch
 * @property {Record<string, any>} [options]
 * @property {Record<string, string | null>} [weights] names of its weights by what they are to it
 * @property {boolean} [known] false for an operation that the page cannot compute
 */

/**
 * How many numbers a tensor of this shape has.
 * @param {number[]} shape
 */
export function count(shape) {
  return shape.reduce((product, side) => product * side, 1);
}

/**
 * @param {number[]} shape
 * @returns {Tensor} of zeros
 */
export function zeros(shape) {
  return { shape, data: new Float32Array(count(shape)) };
}

/**
 * Where a place lies among a tensor's numbers.
 * @param {number[]} shape
 * @param {number[]} index a place per dimension
 */
export function offsetOf(shape, index) {
  return index.reduce((offset, place, dimension) => offset * shape[dimension] + place, 0);
}

/**
 * The place of a tensor's number, a place per dimension: the other way round.
 * @param {number[]} shape
 * @param {number} offset
 * @returns {number[]}
 */
export function indexOf(shape, offset) {
  const index = new Array(shape.length);
  let rest = offset;
  for (let dimension = shape.length - 1; dimension >= 0; dimension--) {
    index[dimension] = rest % shape[dimension];
    rest = Math.floor(rest / shape[dimension]);
  }
  return index;
}

/**
 * The value at a place.
 * @param {Tensor} tensor
 * @param {number[]} index
 */
export function at(tensor, index) {
  return tensor.data[offsetOf(tensor.shape, index)];
}

/**
 * A dimension counted from the front; -1 is the last.
 * @param {number} dimension
 * @param {number[]} shape
 */
export function fromFront(dimension, shape) {
  return dimension < 0 ? dimension + shape.length : dimension;
}

/**
 * A tensor as (before, length, after) around one dimension: how many rows of how many steps of how many numbers.
 * @param {number[]} shape
 * @param {number} dimension
 * @returns {{outer: number, length: number, inner: number}}
 */
export function around(shape, dimension) {
  const place = fromFront(dimension, shape);
  return { outer: count(shape.slice(0, place)), length: shape[place] ?? 1, inner: count(shape.slice(place + 1)) };
}

/**
 * The weights by name, cut from the array that holds all of them.
 * @param {Record<string, {shape: number[], offset: number}>} descriptions the document's `tensors`
 * @param {Float32Array} numbers
 * @returns {Record<string, Tensor>}
 */
export function weightsFrom(descriptions, numbers) {
  const cut = Object.entries(descriptions).map(([name, { shape, offset }]) => {
    return [name, { shape, data: numbers.subarray(offset, offset + count(shape)) }];
  });
  return Object.fromEntries(cut);
}

/**
 * The values of all operations, cut from the array that holds them one after the other.
 * @param {Operation[]} operations
 * @param {Float32Array} numbers
 * @returns {Map<number, Tensor>} by the operation's id
 */
export function valuesFrom(operations, numbers) {
  let end = 0;
  return new Map(
    operations.map(({ id, output }) => {
      const start = end;
      end += count(output);
      return [id, { shape: output, data: numbers.subarray(start, end) }];
    }),
  );
}
