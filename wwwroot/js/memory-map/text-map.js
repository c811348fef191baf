// The map for terminals, mails and tickets: the lanes as characters, then the regions. Addresses are plain, as in all that leaves the page.

import { plainHex } from "../plain-hex.js";
import { rangeGrouped, sizeText } from "./addresses.js";
import { KIND } from "./regions.js";
import { shown } from "./exports.js";
/** @import { Model } from "./model.js" */
/** @import { Layer } from "./drawing.js" */

const WIDTH = 100;
const LABEL = 12;

/** @type {Record<number, string>} */
const SIGNS = { [KIND.firmware]: "░", [KIND.ram]: "█", [KIND.cmr]: "═", [KIND.tdmr]: "─", [KIND.hole]: "/", [KIND.reservedPamt]: "•", [KIND.pamt]: "•" };

/** @param {Model} model @param {string} title */
export function textMap(model, title) {
  const { layer, regions, state } = model, { start, end } = model.range;
  const lines = [title, `${plainHex(rangeGrouped(start, end))}, scale ${state.scale}`, ""];
  lines.push(...layer.lanes.map((lane, i) => lane.name.padEnd(LABEL) + laneText(model, layer, i)));
  lines.push("".padEnd(LABEL) + breaksText(model), "");
  const rows = shown(model).map(i => [
    regions.name(i), plainHex(rangeGrouped(regions.start[i], regions.end[i])), plainHex(sizeText(regions.size(i), state.units)),
    regions.node[i] < 0 ? "" : `node ${regions.node[i]}`, regions.tdmr[i] < 0 ? "" : `TDMR ${regions.tdmr[i]}`, plainHex(`${regions.why(i)[0]} (${regions.provenances(i).join(", ")})`),
  ]);
  const widths = [0, 1, 2, 3, 4].map(column => rows.reduce((most, row) => Math.max(most, row[column].length), 0));
  lines.push(...rows.map(row => row.map((text, column) => column === 2 ? text.padStart(widths[column]) : text.padEnd(widths[column] ?? 0)).join("  ").trimEnd()));
  return lines.join("\n") + "\n";
}

/** @param {Model} model @param {Layer} layer @param {number} index */
function laneText(model, layer, index) {
  const signs = new Array(WIDTH).fill(" ");
  for (const shape of layer.placement.shapes(layer.lanes[index], index, layer.regions, model.view, WIDTH)) {
    const from = Math.max(0, Math.floor(shape.x)), to = Math.min(WIDTH, Math.max(from + 1, Math.round(shape.x + shape.width)));
    signs.fill(SIGNS[layer.regions.kind[shape.first]], from, shape.width <= 3 ? Math.min(from + 1, WIDTH) : to);
    if (layer.regions.kind[shape.first] === KIND.tdmr && shape.count === 1) {
      signs[from] = "[";
      signs[to - 1] = to - 1 > from ? ")" : signs[to - 1];
    }
  }
  return signs.join("").trimEnd();
}

/** @param {Model} model */
function breaksText({ axis, view }) {
  const signs = new Array(WIDTH).fill("┈");
  for (const piece of axis.pieces.filter(piece => piece.isBreak)) {
    const middle = Math.floor((piece.u + piece.length / 2 - view.u0) / (view.u1 - view.u0) * WIDTH);
    if (middle >= 0 && middle < WIDTH) {
      signs[middle] = "≈";
    }
  }
  return signs.join("");
}
