// Which part of an axis is seen, and how it moves. All of it is pure.

import { PAGE } from "./addresses.js";
/** @import { Axis } from "./axis.js" */

/** @typedef {{ u0: number, u1: number }} View */

/** The least that a view shows, in bytes. */
export const MIN_VIEW = PAGE;

// Room left and right of a region that is fitted, as a share of it.
const MARGIN = 0.04;

/** Everything. @param {Axis} axis @returns {View} */
export function wholeView(axis) {
  return { u0: 0, u1: axis.length };
}

/** What is seen first: everything, but on a linear axis memory alone. @param {Axis} axis @returns {View} */
export function homeView(axis) {
  return rangeView(axis, axis.memory.start, axis.memory.end);
}

/** The view from one address to another. @param {Axis} axis @param {number} start @param {number} end @returns {View} */
export function rangeView(axis, start, end) {
  return clamp(axis, { u0: axis.toU(start), u1: axis.toU(end) }, 0.5);
}

/** A range with some room around it. @param {Axis} axis @param {number} start @param {number} end @returns {View} */
export function fitView(axis, start, end) {
  const u0 = axis.toU(start), u1 = axis.toU(end), room = (u1 - u0) * MARGIN;
  return clamp(axis, { u0: u0 - room, u1: u1 + room }, 0.5);
}

/**
 * Zooms so that a position stays where it is seen.
 * @param {Axis} axis
 * @param {View} view
 * @param {number} factor above 1 comes nearer
 * @param {number} u the position
 * @returns {View}
 */
export function zoomView(axis, view, factor, u) {
  const share = (u - view.u0) / (view.u1 - view.u0);
  const length = (view.u1 - view.u0) / factor;
  return clamp(axis, { u0: u - length * share, u1: u + length * (1 - share) }, share);
}

/** Moves by a share of what is seen. @param {Axis} axis @param {View} view @param {number} share @returns {View} */
export function panView(axis, view, share) {
  const length = view.u1 - view.u0;
  const u0 = Math.min(Math.max(view.u0 + length * share, 0), axis.length - length);
  return { u0, u1: u0 + length };
}

/** Brings a range into view by the least move; a range wider than the view shows its start. @param {Axis} axis @param {View} view @param {number} start @param {number} end @returns {View} */
export function revealView(axis, view, start, end) {
  const length = view.u1 - view.u0, u0 = axis.toU(start), u1 = axis.toU(end);
  if (u0 >= view.u0 && u1 <= view.u1) {
    return view;
  }
  const room = Math.max(0, Math.min(length * 0.1, (length - (u1 - u0)) / 2));
  return panView(axis, view, (u0 < view.u0 || u1 - u0 > length ? u0 - room - view.u0 : u1 + room - view.u1) / length);
}

/** The addresses of a view's ends, in whole bytes. @param {Axis} axis @param {View} view */
export function viewRange(axis, view) {
  const start = axis.toAddress(view.u0), end = axis.toAddress(view.u1);
  return { start: whole(start) ?? Math.floor(start), end: whole(end) ?? Math.ceil(end) };
}

// The number that an address missed by no more than the rounding of the axis.
/** @param {number} address */
function whole(address) {
  const near = Math.round(address);
  return Math.abs(address - near) <= Math.max(1, address) * 2 ** -44 ? near : null;
}

// Keeps a view on the axis and at least MIN_VIEW long; share says where the fixed position is seen.
/** @param {Axis} axis @param {View} view @param {number} share @returns {View} */
function clamp(axis, view, share) {
  const length = Math.min(view.u1 - view.u0, axis.length);
  const u0 = Math.min(Math.max(view.u0, 0), axis.length - length);
  const start = axis.toAddress(u0), end = axis.toAddress(u0 + length);
  if (end - start >= MIN_VIEW || axis.end <= MIN_VIEW) {
    return { u0, u1: u0 + length };
  }
  const fixed = axis.toAddress(u0 + length * share);
  const first = Math.min(Math.max(fixed - MIN_VIEW * share, 0), axis.end - MIN_VIEW);
  return { u0: axis.toU(first), u1: axis.toU(first + MIN_VIEW) };
}
