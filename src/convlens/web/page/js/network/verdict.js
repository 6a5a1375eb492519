// Whether an answer is right, and whether that says anything: a network that has not learned is right by chance, too.

/** How much of the way from blind guessing to certainty an answer has to come to be more than a guess. */
const MORE_THAN_A_GUESS = 0.1;

/**
 * @param {number[]} shares    the probabilities
 * @param {number} truth       the picture's class
 * @returns {"right" | "unsure" | "guess" | "wrong"} unsure: the true class, with less than one half; guess: with hardly
 *   more than blind guessing gives
 */
export function verdictOf(shares, truth) {
  const most = Math.max(...shares);
  if (shares[truth] < most) return "wrong";
  const blind = 1 / shares.length;
  if (most < blind + MORE_THAN_A_GUESS * (1 - blind)) return "guess";
  return most < 0.5 ? "unsure" : "right";
}
