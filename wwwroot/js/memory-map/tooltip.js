// What the pointer is told.

import { hexGrouped, rangeGrouped } from "./addresses.js";
/** @import { Model } from "./model.js" */
/** @import { Shape } from "./lanes.js" */

/**
 * Shows what a shape is, beside the pointer and inside its zone.
 * @param {HTMLElement} tip
 * @param {HTMLElement} zone
 * @param {Model} model
 * @param {Shape} shape
 * @param {number} x
 * @param {number} y
 */
export function showTip(tip, zone, model, shape, x, y) {
  const { regions } = model, { first, last, count } = shape;
  tip.textContent = count === 1
    ? regions.describe(first, model.state.units)
    : `${regions.name(first)} ${rangeGrouped(regions.start[first], regions.end[first])}\nand ${count - 1} more up to ${hexGrouped(regions.end[last])}; double-click to see them`;
  tip.hidden = false;
  const room = zone.clientWidth - tip.offsetWidth - 4;
  tip.style.transform = `translate(${Math.max(0, Math.min(x + 14, room))}px, ${y + 18}px)`;
}
