// A training loss jumps from batch to batch; what is drawn is its running mean.

const WINDOW = 0.02; // of all points

/**
 * The mean of each point and its neighbours, 2 % of all points.
 * @param {number[][]} points    [step, value] in order
 * @returns {number[][]}
 */
export function smoothed(points) {
  const reach = Math.floor((points.length * WINDOW) / 2);
  return points.map(([step], place) => {
    const near = points.slice(Math.max(0, place - reach), place + reach + 1);
    return [step, near.reduce((sum, [, value]) => sum + value, 0) / near.length];
  });
}

/**
 * Where a loss axis ends: above all but the first steps, whose loss would press everything else to the ground.
 * @param {number[][]} training
 * @param {number[][]} validation
 */
export function upTo(training, validation) {
  const later = training.slice(Math.floor(training.length * WINDOW));
  const highest = Math.max(...[...later, ...validation].map(([, value]) => value).filter(Number.isFinite), 0.01);
  return 1.05 * highest;
}
