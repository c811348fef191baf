// What each thing on the map looks like, for the canvas and for SVG alike. Never by colour alone: a pattern, an outline or a
// sign goes with each.

import { KIND } from "./regions.js";
/** @import { Colours } from "./theme.js" */
/** @import { Regions } from "./regions.js" */

/**
 * @typedef {object} Style
 * @property {string} [fill] a colour
 * @property {"hatch" | "dots"} [pattern] drawn in the stroke's colour
 * @property {string} [stroke]
 * @property {number} [width] of the stroke, in pixels
 * @property {number[]} [dash]
 */

/** @typedef {Record<string, Style>} Styles */

const GUESS = [3, 2];

/** @param {Colours} c @returns {Styles} */
export function makeStyles(c) {
  return {
    surface: { fill: c.surface },
    axis: { stroke: c.line, width: 1 },
    gap: { fill: c.raised },
    breakMark: { stroke: c.text, width: 1.5 },
    cluster: { stroke: c.text, width: 1.5 },
    divider: { stroke: c.raised, width: 1 },
    ram0: { fill: c.ram0, stroke: c.surface, width: 0.5 },
    ram1: { fill: c.ram1, stroke: c.surface, width: 0.5 },
    ram2: { fill: c.ram2, stroke: c.surface, width: 0.5 },
    ram3: { fill: c.ram3, stroke: c.surface, width: 0.5 },
    cmr: { stroke: c.cmr, width: 1.5 },
    tdmr: { stroke: c.tdmr, width: 1.5 },
    hole: { pattern: "hatch", stroke: c.hole, width: 1 },
    pamt: { pattern: "dots", stroke: c.pamt, width: 1 },
    pamtGuess: { pattern: "dots", stroke: c.pamt, width: 1, dash: GUESS },
    firmware: { fill: c.firmware },
    hover: { stroke: c.text, width: 1.5 },
    selected: { stroke: c.accent, width: 2.5 },
    pin: { stroke: c.accent, width: 1.5, dash: [5, 3] },
    measure: { stroke: c.accent, width: 1.5 },
    window: { stroke: c.accent, width: 2 },
    outside: { fill: c.surface },
    added: { stroke: c.ready, width: 2 },
    removed: { stroke: c.fail, width: 2, dash: GUESS },
    changed: { stroke: c.warn, width: 2 },
    text: { fill: c.text },
    muted: { fill: c.muted },
    accent: { fill: c.accent },
    onRam: { fill: c.surface },
    tdmrText: { fill: c.tdmr },
  };
}

/** The style of a region. @param {Regions} regions @param {number} i */
export function styleOf(regions, i) {
  switch (regions.kind[i]) {
    case KIND.ram: return `ram${Math.max(0, regions.node[i]) % 4}`;
    case KIND.cmr: return "cmr";
    case KIND.tdmr: return "tdmr";
    case KIND.hole: return "hole";
    case KIND.firmware: return "firmware";
    default: return regions.isHypothetical(i) ? "pamtGuess" : "pamt";
  }
}
