// The page's language: t("pooling.title"), t("sliding.rows", { count: 3 }), number(0.25).
//
// Every visible string stands in en.js and sk.js under the same key. A string may name values in braces: "row {row}".
// A string that depends on a count is an object with the plural forms of its language; `count` chooses among them.

import { en } from "convlens/i18n/en.js";
import { sk } from "convlens/i18n/sk.js";

/** @typedef {keyof typeof en} Key */
/** @typedef {"en" | "sk"} Language */
/** @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>>} Entry */

/** @type {Record<Language, Record<Key, Entry>>} */
const STRINGS = { en, sk };

/** The languages by their own names. @type {Record<Language, string>} */
export const LANGUAGES = { en: "English", sk: "Slovenčina" };

const THIN_SPACE = "\u202f"; // where no line breaks

/** @type {Language} */
let language = "en";
let plurals = new Intl.PluralRules("en");
let comma = false;

/**
 * Choose the language of everything that is drawn from now on.
 * @param {string} wanted    a language's code, or "" for the one that the browser asks for
 */
export function setLanguage(wanted) {
  const asked = wanted || navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in STRINGS);
  language = asked === "sk" ? "sk" : "en";
  plurals = new Intl.PluralRules(language);
  comma = language === "sk";
  document.documentElement.lang = language;
}

/** @returns {Language} the language that is drawn now */
export function currentLanguage() {
  return language;
}

/**
 * The text of a key in the page's language.
 * @param {Key} key
 * @param {Record<string, string | number>} [values]    what stands for the names in braces; numbers are written out
 * @returns {string}
 */
export function t(key, values = {}) {
  const entry = STRINGS[language][key];
  const form = typeof entry === "string" ? entry : (entry[plurals.select(Number(values.count))] ?? entry.other ?? "");
  return form.replace(/\{(\w+)\}/g, (braces, name) => {
    const value = values[name];
    return typeof value === "number" ? number(value) : (value ?? braces);
  });
}

/**
 * A number as people write it: a true minus sign, the language's decimal mark, thousands set apart from five digits on,
 * no digits that say nothing.
 * @param {number} value
 * @param {number} [digits]    at most so many after the decimal mark
 * @returns {string}
 */
export function number(value, digits = 4) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "?" : value < 0 ? "−∞" : "∞";
  const [whole, fraction = ""] = String(Number(value.toFixed(digits)))
    .replace("-", "−")
    .split(".");
  const grouped = /^−?\d{5,}$/.test(whole) ? whole.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE) : whole;
  return fraction ? `${grouped}${comma ? "," : "."}${fraction}` : grouped;
}

/**
 * A share as a percentage with one decimal, so that many of them align: `91.3 %`.
 * @param {number} share    0 to 1
 */
export function percent(share) {
  const text = (100 * share).toFixed(1);
  return `${comma ? text.replace(".", ",") : text}\u00a0%`;
}

/**
 * The number that a person typed, with a point or a comma, or as a fraction; undefined when it is none.
 * @param {string} text
 * @returns {number | undefined}
 */
export function parseNumber(text) {
  const plain = text.replace(/\s/g, "").replace("−", "-").replace(",", ".");
  const found = /^([+-]?\d{0,6}(?:\.\d{0,6})?)(?:\/(\d{1,6}))?$/.exec(plain);
  if (!found || !/\d/.test(found[1]) || Number(found[2]) === 0) return undefined;
  return Number(found[1]) / Number(found[2] ?? 1);
}
