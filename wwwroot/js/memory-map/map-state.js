// What a map shows, and the query of the URL that carries it; the server's MapState reads and writes the same.

import { ADDRESS_END, UNITS, hexPlain, rangePlain } from "./addresses.js";
import { parseAddress } from "./address-text.js";
import { SCALE_MODES } from "./axis.js";
/** @import { Unit } from "./addresses.js" */
/** @import { ScaleMode } from "./axis.js" */

/**
 * @typedef {object} MapState
 * @property {{ start: number, end: number } | null} view null shows everything
 * @property {ScaleMode} scale
 * @property {Unit} units
 * @property {string[]} hidden kinds, by their words in URLs
 * @property {string | null} selected the key of a region
 * @property {boolean} below whether the second map, where there is one, is drawn below the first
 * @property {number} page of the table, from 1
 * @property {string | null} go what to go to once, as if it had been typed
 */

const NAMES = ["from", "to", "scale", "units", "hide", "sel", "below", "page", "go"];
const SEPARATOR = "."; // needs no escape in a URL
const MAX_PAGE = 10_000;
const MIN_VIEW = 4096;

/** @returns {MapState} */
export function defaultState() {
  return { view: null, scale: "compressed", units: "auto", hidden: [], selected: null, below: false, page: 1, go: null };
}

/**
 * Reads a query. What is malformed becomes the default; the server tells what was wrong with it.
 * @param {string} query
 * @param {readonly string[]} kinds the words of all kinds
 * @returns {MapState}
 */
export function readState(query, kinds) {
  const parts = new URLSearchParams(query);
  const state = defaultState();
  const from = address(parts.get("from")), to = address(parts.get("to"));
  if (from !== null && to !== null && to - from >= MIN_VIEW) {
    state.view = { start: from, end: to };
  }
  state.scale = SCALE_MODES.find(mode => mode === parts.get("scale")) ?? state.scale;
  state.units = UNITS.find(unit => unit === parts.get("units")) ?? state.units;
  const hidden = (parts.get("hide") ?? "").split(SEPARATOR);
  state.hidden = kinds.filter(kind => hidden.includes(kind));
  const selected = parts.get("sel");
  state.selected = selected !== null && isKey(selected, kinds) ? selected : null;
  state.below = parts.get("below") === "1";
  const page = /^[0-9]{1,5}$/.test(parts.get("page") ?? "") ? Number(parts.get("page")) : 1;
  state.page = page >= 1 && page <= MAX_PAGE ? page : 1;
  const go = parseAddress(parts.get("go") ?? "");
  state.go = !("start" in go) ? null : go.end === null ? hexPlain(go.start) : rangePlain(go.start, go.end);
  return state;
}

/**
 * Writes a state into a query and leaves every other part of it as it is.
 * @param {string} query
 * @param {MapState} state
 * @returns {string} with its question mark, or empty
 */
export function writeState(query, state) {
  const parts = new URLSearchParams(query);
  NAMES.forEach(name => parts.delete(name));
  if (state.view !== null) {
    parts.set("from", hexPlain(state.view.start));
    parts.set("to", hexPlain(state.view.end));
  }
  if (state.scale !== "compressed") { parts.set("scale", state.scale); }
  if (state.units !== "auto") { parts.set("units", state.units); }
  if (state.hidden.length > 0) { parts.set("hide", state.hidden.join(SEPARATOR)); }
  if (state.selected !== null) { parts.set("sel", state.selected); }
  if (state.below) { parts.set("below", "1"); }
  if (state.page !== 1) { parts.set("page", String(state.page)); }
  if (state.go !== null) { parts.set("go", state.go); }
  const text = parts.toString();
  return text === "" ? "" : "?" + text;
}

/** @param {string | null} text @returns {number | null} an address or the end of the last one */
function address(text) {
  if (text === null) {
    return null;
  }
  if (text === hexPlain(ADDRESS_END)) {
    return ADDRESS_END;
  }
  const parsed = parseAddress(text);
  return parsed.problem === "" && "start" in parsed && parsed.end === null ? parsed.start : null;
}

/** @param {string} text @param {readonly string[]} kinds */
function isKey(text, kinds) {
  const parts = /^([a-z-]+)\.0x([0-9a-f]{1,14})-0x([0-9a-f]{1,14})$/.exec(text);
  return parts !== null && kinds.includes(parts[1]) && parseInt(parts[2], 16) < parseInt(parts[3], 16) && parseInt(parts[3], 16) <= ADDRESS_END;
}
