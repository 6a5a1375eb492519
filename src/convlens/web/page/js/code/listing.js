// The findings, the gravest first, each with its line of code, what is wrong, and the change that mends it.

import { t } from "convlens/i18n/index.js";
import { el } from "convlens/parts/dom.js";

/**
 * @typedef {object} Finding
 * @property {number} line
 * @property {number} column
 * @property {string} rule
 * @property {"error" | "warning" | "info"} severity
 * @property {string} message
 * @property {string | null} fix    a diff
 */

const GRAVITY = { error: 0, warning: 1, info: 2 };

/**
 * @param {object} options
 * @param {(line: number) => void} options.onLine    a finding's line was chosen
 */
export function createListing({ onLine }) {
  const list = el("ol", { class: "findings", "aria-label": t("code.findings") });
  return {
    element: list,
    /**
     * @param {string} code
     * @param {Finding[]} findings
     */
    update(code, findings) {
      const lines = code.split("\n");
      const sorted = [...findings].sort(
        (one, other) => GRAVITY[one.severity] - GRAVITY[other.severity] || one.line - other.line,
      );
      list.replaceChildren(...sorted.map((finding) => entry(finding, lines[finding.line - 1] ?? "", onLine)));
    },
  };
}

/**
 * @param {Finding} finding
 * @param {string} line
 * @param {(line: number) => void} onLine
 */
function entry({ line: number, severity, rule, message, fix }, line, onLine) {
  return el(
    "li",
    { class: severity },
    el(
      "p",
      { class: "head" },
      el("b", {}, t(`severity.${severity}`)),
      el("button", { type: "button", class: "text", onclick: () => onLine(number) }, t("code.line", { line: number })),
      el("code", { class: "quiet" }, rule),
    ),
    el("pre", { class: "source" }, line.trim()),
    el("p", {}, message),
    fix ? el("pre", { class: "fix", "aria-label": t("code.fix") }, ...fix.split("\n").map(changed)) : null,
  );
}

/** A line of a diff. @param {string} line */
function changed(line) {
  const sign = line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "";
  return el("span", { class: sign }, `${line}\n`);
}
