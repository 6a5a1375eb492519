// What the page shows, as one flat record of named values that the address keeps: `#pooling?kernel=3&stride=1`.
//
// A section declares its values once, when its module is loaded, and draws whenever one of them changes:
//
//   const state = declare("pooling", { kernel: integer(2, 1, 4), stride: integer(2, 1, 4) });
//   state.watch(draw, signal);        // called when any of them changes, until the signal is aborted
//   state.change({ kernel: 3 });      // draws, and writes the address
//   state.values.kernel               // 3
//   state.link()                      // the address of this section as it is now, to be sent to someone
//
// The address names the section that was used last, whose values stand without a prefix; others stand as
// `section.name`, and those of the page itself (the section "") by their name alone. Only what differs from its
// initial value is written. A hash is anything that anyone typed: what cannot be read is left out.

import { isExported } from "convlens/source.js";

/** @import { Kind } from "convlens/kinds.js" */

/**
 * @template {Record<string, Kind<any>>} K
 * @typedef {{[N in keyof K]: K[N] extends Kind<infer T> ? T : never}} ValuesOf
 */

/**
 * @template {Record<string, Kind<any>>} K
 * @typedef {object} State
 * @property {ValuesOf<K>} values                                   as they are now; not to be written to
 * @property {(changes: Partial<ValuesOf<K>>) => void} change
 * @property {() => void} reset                                     everything back to its initial value
 * @property {() => boolean} changed                                whether anything differs from its initial value
 * @property {(draw: () => void, signal: AbortSignal) => void} watch
 * @property {() => string} link
 */

/**
 * @typedef {object} Declared
 * @property {Record<string, Kind<any>>} kinds
 * @property {Record<string, any>} values
 * @property {Set<() => void>} watchers
 */

/** @type {Map<string, Declared>} */
const sections = new Map();
let front = "";
let address = ""; // as it was read last
/** @type {ReturnType<typeof setTimeout> | undefined} */
let writing;

// Browsers refuse more than some hundred addresses in half a minute; while a slider is dragged one is enough.
const PAUSE = 150;

/**
 * Declare a section's values.
 * @template {Record<string, Kind<any>>} K
 * @param {string} id     the section's id, or "" for the page itself
 * @param {K} kinds
 * @returns {State<K>}
 */
export function declare(id, kinds) {
  /** @type {Declared} */
  const section = { kinds, values: initial(kinds), watchers: new Set() };
  sections.set(id, section);
  if (front === "" && id === named(address)) front = id;
  assign([id]); // one whose module comes late finds its values in the address, too
  /** @type {State<K>["change"]} */
  const change = (changes) => {
    Object.assign(section.values, changes);
    if (id) front = id;
    notify(section);
    writeSoon();
  };
  return {
    values: /** @type {ValuesOf<K>} */ (section.values),
    change,
    reset: () => change(/** @type {Partial<ValuesOf<K>>} */ (initial(kinds))),
    changed: () => written(section).length > 0,
    watch(draw, signal) {
      section.watchers.add(draw);
      signal.addEventListener("abort", () => section.watchers.delete(draw));
    },
    // A file lies elsewhere on another machine: there only what stands after its address is of use.
    link: () => `${isExported ? "" : location.href.split("#")[0]}#${compose(id, [id, ""])}`,
  };
}

/**
 * Read the address, and again whenever a person changes it.
 * @param {(section: string) => void} arrive    called with the section that the address names
 */
export function followAddress(arrive) {
  const follow = () => {
    read(location.hash);
    for (const section of sections.values()) notify(section);
    arrive(front);
  };
  addEventListener("hashchange", follow);
  follow();
}

/**
 * Name the section that the address should point to, without changing a value.
 * @param {string} id
 */
export function bringToFront(id) {
  front = id;
  writeSoon();
}

/** @param {Declared} section */
function notify(section) {
  for (const draw of [...section.watchers]) draw();
}

/** @param {string} hash */
function read(hash) {
  address = hash.slice(1, 20_000);
  for (const section of sections.values()) Object.assign(section.values, initial(section.kinds));
  front = sections.has(named(address)) ? named(address) : "";
  assign([...sections.keys()]);
}

/**
 * The section that an address names.
 * @param {string} address
 */
function named(address) {
  return decoded(address.split("?", 1)[0]);
}

/**
 * Give sections the values that the address has for them.
 * @param {string[]} ids
 */
function assign(ids) {
  const query = address.split("?", 2)[1] ?? "";
  for (const pair of query.split("&")) {
    const [name, value = ""] = pair.split("=", 2).map(decoded);
    const [id, key] = name.includes(".") ? name.split(".", 2) : [owner(name), name];
    const section = ids.includes(id) ? sections.get(id) : undefined;
    const kind = section && Object.hasOwn(section.kinds, key) ? section.kinds[key] : undefined;
    const found = kind?.read(value);
    if (section && found !== undefined) section.values[key] = found;
  }
}

/**
 * The section that a name without a prefix belongs to.
 * @param {string} name
 */
function owner(name) {
  const ahead = sections.get(front);
  return ahead && Object.hasOwn(ahead.kinds, name) ? front : "";
}

function writeSoon() {
  clearTimeout(writing);
  writing = setTimeout(() => history.replaceState(null, "", `#${compose(front, [...sections.keys()])}`), PAUSE);
}

/**
 * @param {string} ahead          the section whose values stand without a prefix
 * @param {string[]} included     the sections whose values are written
 */
function compose(ahead, included) {
  const pairs = included.flatMap((id) => {
    const prefix = id === ahead || id === "" ? "" : `${id}.`;
    const section = sections.get(id);
    return section ? written(section).map(([name, value]) => `${prefix}${name}=${encoded(value)}`) : [];
  });
  return pairs.length ? `${ahead}?${pairs.join("&")}` : ahead;
}

/**
 * The names and texts of the values that differ from the initial ones.
 * @param {Declared} section
 * @returns {[string, string][]}
 */
function written({ kinds, values }) {
  return Object.entries(kinds).flatMap(([name, kind]) => {
    const value = kind.write(values[name]);
    return value === kind.write(kind.initial) ? [] : [/** @type {[string, string]} */ ([name, value])];
  });
}

/** @param {Record<string, Kind<any>>} kinds */
function initial(kinds) {
  return Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, kind.initial]));
}

/** @param {string} text */
function encoded(text) {
  return encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("%3B", ";");
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
