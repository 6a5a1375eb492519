// Elements in one line each, and the voice of the page.
//
//   el("button", { class: "plain", type: "button", onclick: play }, "Play")
//   svg("path", { d: "M0 0h4" })          math("mfrac", {}, math("mi", {}, "a"), math("mn", {}, "2"))
//   announce("Row 0, column 1: 3")        said by a screen reader, at the next pause
//
// Text is always set as text: nothing that anyone typed becomes markup.

/** @typedef {string | number | boolean | null | undefined | ((event: any) => void)} Property */
/** @typedef {Node | string | number | null | undefined | false} Child */

const SVG = "http://www.w3.org/2000/svg";
const MATHML = "http://www.w3.org/1998/Math/MathML";

/**
 * An HTML element. Properties are attributes; true is an attribute without a value, false and null leave it out, and a
 * function under `onclick`, `oninput`, ... listens.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, Property>} [properties]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/**
 * An SVG element, with the same properties as `el`.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, Property>} [properties]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function svg(tag, properties = {}, ...children) {
  return fill(/** @type {SVGElementTagNameMap[T]} */ (document.createElementNS(SVG, tag)), properties, children);
}

/**
 * A MathML element, with the same properties as `el`.
 * @param {string} tag
 * @param {Record<string, Property>} [properties]
 * @param {...Child} children
 * @returns {MathMLElement}
 */
export function math(tag, properties = {}, ...children) {
  return fill(/** @type {MathMLElement} */ (document.createElementNS(MATHML, tag)), properties, children);
}

/**
 * Say something to those who listen to the page.
 * @param {string} text
 */
export function announce(text) {
  const voice = document.getElementById("announcer");
  if (!voice) return;
  const isSame = voice.textContent === text;
  voice.textContent = isSame ? `${text}\u00a0` : text; // only what changes is said
}

/** @returns {boolean} whether the person has asked for less motion */
export function reducedMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

let count = 0;

/**
 * An id that nothing else on the page has.
 * @param {string} word
 */
export function uniqueId(word) {
  count += 1;
  return `${word}-${count}`;
}

/**
 * @template {Element} E
 * @param {E} element
 * @param {Record<string, Property>} properties
 * @param {Child[]} children
 * @returns {E}
 */
function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  for (const child of children) {
    if (child instanceof Node) element.append(child);
    else if (child !== null && child !== undefined && child !== false) element.append(String(child));
  }
  return element;
}
