// The address axis: a monotonic, continuous map from addresses to axis units, in which zooming and panning are linear.

import { ADDRESS_END } from "./addresses.js";
import { KIND } from "./regions.js";
/** @import { Regions } from "./regions.js" */

/** @typedef {"compressed" | "linear" | "equal"} ScaleMode */
/**
 * A stretch of the axis that is linear in itself.
 * @typedef {{ start: number, end: number, u: number, length: number, isBreak: boolean }} Piece
 */

/** @type {readonly ScaleMode[]} */
export const SCALE_MODES = ["compressed", "linear", "equal"];

const MAX_BREAKS = 16;
// Gaps below this share of all that is drawn to scale keep their true width: a break would be wider than they are.
const MIN_GAP_SHARE = 0.015;
// How wide a break is, and a stretch between two breaks at least, as shares of all that is drawn to scale.
const BREAK_SHARE = 0.0125;
const MIN_PIECE_SHARE = 0.006;

export class Axis {
  /** @param {Piece[]} pieces ascending and touching, from address 0 @param {{ start: number, end: number }} memory */
  constructor(pieces, memory) {
    this.pieces = pieces;
    const last = pieces[pieces.length - 1];
    this.length = last.u + last.length;
    this.end = last.end;
    this.memory = memory;
  }

  /** The index of the piece that holds a position. @param {"start" | "u"} by @param {number} value */
  indexOf(by, value) {
    let low = 0, high = this.pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.pieces[middle][by] <= value) { low = middle; } else { high = middle - 1; }
    }
    return low;
  }

  /** @param {number} address one outside lands on the nearer end */
  toU(address) {
    if (address >= this.end) {
      return this.length;
    }
    const piece = this.pieces[this.indexOf("start", address)];
    return piece.u + Math.max(0, address - piece.start) / (piece.end - piece.start) * piece.length;
  }

  /** @param {number} u @returns {number} the address, with a fraction where a unit is more than a byte */
  toAddress(u) {
    if (u >= this.length) {
      return this.end;
    }
    const piece = this.pieces[this.indexOf("u", u)];
    return piece.start + Math.max(0, u - piece.u) / piece.length * (piece.end - piece.start);
  }
}

/**
 * Makes the axis of a host.
 * @param {Regions} regions
 * @param {ScaleMode} mode
 */
export function makeAxis(regions, mode) {
  const memory = stretches(regions, i => regions.kind[i] !== KIND.firmware);
  const all = stretches(regions, () => true);
  const drawn = memory.length > 0 ? memory : all;
  const end = all.length > 0 ? all[all.length - 1].end : ADDRESS_END;
  const extent = drawn.length > 0 ? { start: drawn[0].start, end: drawn[drawn.length - 1].end } : { start: 0, end };
  switch (mode) {
    case "linear":
      return new Axis([{ start: 0, end, u: 0, length: end, isBreak: false }], extent);
    case "equal":
      return new Axis(equal(regions, end), { start: 0, end });
    default:
      return new Axis(compressed(drawn, end), { start: 0, end });
  }
}

/** @param {Regions} regions @param {(i: number) => boolean} wanted @returns {{ start: number, end: number }[]} merged, ascending */
function stretches(regions, wanted) {
  /** @type {{ start: number, end: number }[]} */
  const merged = [];
  for (let i = 0; i < regions.count; i++) {
    const last = merged[merged.length - 1];
    if (!wanted(i)) {
      continue;
    }
    if (last && regions.start[i] <= last.end) {
      last.end = Math.max(last.end, regions.end[i]);
    } else {
      merged.push({ start: regions.start[i], end: regions.end[i] });
    }
  }
  return merged;
}

/** Every stretch between two borders is as wide as any other. @param {Regions} regions @param {number} end */
function equal(regions, end) {
  const borders = [...new Set([0, ...regions.start, ...regions.end, end])].sort((a, b) => a - b);
  return borders.slice(1).map((border, i) => ({ start: borders[i], end: border, u: i, length: 1, isBreak: false }));
}

/**
 * To scale, except that the largest gaps shrink to breaks. What lies beyond memory (device windows) is a gap too.
 * @param {{ start: number, end: number }[]} drawn
 * @param {number} end
 */
function compressed(drawn, end) {
  const gaps = drawn.map((stretch, i) => ({ start: i === 0 ? 0 : drawn[i - 1].end, end: stretch.start }));
  gaps.push({ start: drawn.length > 0 ? drawn[drawn.length - 1].end : 0, end });
  let total = end;
  const breaks = [];
  for (const gap of gaps.filter(gap => gap.end > gap.start).sort((a, b) => (b.end - b.start) - (a.end - a.start)).slice(0, MAX_BREAKS)) {
    const size = gap.end - gap.start;
    if (size < (total - size) * MIN_GAP_SHARE || size === total) {
      break;
    }
    total -= size;
    breaks.push(gap);
  }
  breaks.sort((a, b) => a.start - b.start);
  /** @type {Piece[]} */
  const pieces = [];
  let at = 0, u = 0;
  /** @param {number} to @param {number} length @param {boolean} isBreak */
  const add = (to, length, isBreak) => {
    if (to > at) {
      pieces.push({ start: at, end: to, u, length, isBreak });
      [at, u] = [to, u + length];
    }
  };
  for (const gap of breaks) {
    add(gap.start, gap.start - at + total * MIN_PIECE_SHARE, false);
    add(gap.end, total * BREAK_SHARE, true);
  }
  add(end, end - at + total * MIN_PIECE_SHARE, false);
  return pieces;
}
