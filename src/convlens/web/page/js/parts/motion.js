// Numbers that appear one after the other; at once for those who have asked for less motion.

import { reducedMotion } from "convlens/parts/dom.js";

const BETWEEN = 22; // milliseconds
const LASTS = 160;

/** @param {Iterable<Element>} elements    in the order in which they appear */
export function appearInTurn(elements) {
  if (reducedMotion()) return;
  [...elements].forEach((element, place) => {
    element.animate([{ opacity: 0, transform: "scale(0.7)" }, {}], {
      duration: LASTS,
      delay: place * BETWEEN,
      fill: "backwards",
      easing: "ease-out",
    });
  });
}
