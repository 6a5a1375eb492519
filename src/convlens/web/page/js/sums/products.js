// Sums of products: the loop in which a network's time goes.

/**
 * Weigh every window with every filter: `output[filter * stride + offset + window] = bias + sum of weight * value`, in
 * double precision and in order. Four filters at a time, so that each value is fetched once for all of them.
 * @param {{weight: Float32Array, bias: Float32Array | undefined, first: number, end: number}} filters those from
 *   `first` up to `end`, each with as many weights as a window has values
 * @param {Float64Array} windows one after the other
 * @param {number} count of windows
 * @param {{data: Float32Array, offset: number, stride: number}} output where the sums go
 */
export function weigh({ weight, bias, first, end }, windows, count, { data, offset, stride }) {
  const length = windows.length / count;
  for (let filter = first; filter < end; filter += 4) {
    // Where fewer than four are left, the last one is done again.
    const [second, third, fourth] = [1, 2, 3].map((step) => Math.min(filter + step, end - 1));
    for (let window = 0; window < count; window++) {
      let a = filter * length;
      let b = second * length;
      let c = third * length;
      let d = fourth * length;
      let sumA = bias ? bias[filter] : 0;
      let sumB = bias ? bias[second] : 0;
      let sumC = bias ? bias[third] : 0;
      let sumD = bias ? bias[fourth] : 0;
      for (let place = window * length; place < (window + 1) * length; place++) {
        const value = windows[place];
        sumA += weight[a++] * value;
        sumB += weight[b++] * value;
        sumC += weight[c++] * value;
        sumD += weight[d++] * value;
      }
      data[filter * stride + offset + window] = sumA;
      data[second * stride + offset + window] = sumB;
      data[third * stride + offset + window] = sumC;
      data[fourth * stride + offset + window] = sumD;
    }
  }
}
