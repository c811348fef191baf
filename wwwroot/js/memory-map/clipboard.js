// What is copied of a map: plain forms, which other tools take.

import { hexPlain, rangePlain } from "./addresses.js";
import { regionJson } from "./exports.js";
/** @import { Model } from "./model.js" */

/** @typedef {"range" | "start" | "end" | "size" | "json"} Piece */

/**
 * The text of a measured range, or else of a region.
 * @param {Model} model
 * @param {number} region -1 for none
 * @param {Piece} piece
 * @returns {string | null} null when there is nothing to copy
 */
export function copyText(model, region, piece) {
  const { measure, regions } = model;
  const measured = measure !== null && measure.to !== null ? [Math.min(measure.from, measure.to), Math.max(measure.from, measure.to)] : null;
  if (measured === null && region < 0) {
    return null;
  }
  const [start, end] = measured ?? [regions.start[region], regions.end[region]];
  switch (piece) {
    case "start": return hexPlain(start);
    case "end": return hexPlain(end);
    case "size": return String(end - start);
    case "json": return JSON.stringify(measured ? { start: hexPlain(start), end: hexPlain(end), bytes: end - start } : regionJson(model, region));
    default: return rangePlain(start, end);
  }
}
