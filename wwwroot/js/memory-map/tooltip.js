// What the pointer is told.

import { hexGrouped, rangeGrouped } from "./addresses.js";
/** @import { Unit } from "./addresses.js" */
/** @import { Regions } from "./regions.js" */
/** @import { Shape } from "./lanes.js" */

/** What a shape is. @param {Regions} regions @param {Shape} shape @param {Unit} units */
export function tipText(regions, { first, last, count }, units) {
  return count === 1
    ? regions.describe(first, units)
    : `${regions.name(first)} ${rangeGrouped(regions.start[first], regions.end[first])}\nand ${count - 1} more up to ${hexGrouped(regions.end[last])}; double-click to see them`;
}

/** Shows the tooltip beside the pointer and inside its zone. @param {HTMLElement} tip @param {HTMLElement} zone @param {number} x @param {number} y */
export function placeTip(tip, zone, x, y) {
  tip.hidden = false;
  const room = zone.clientWidth - tip.offsetWidth - 4;
  tip.style.transform = `translate(${Math.max(0, Math.min(x + 14, room))}px, ${y + 18}px)`;
}
