// The rows of the map, and what is drawn in them: visible however small, and never more than a browser draws at once.

import { KIND } from "./regions.js";
/** @import { Regions } from "./regions.js" */
/** @import { Axis } from "./axis.js" */
/** @import { View } from "./viewport.js" */

/**
 * One row.
 * @typedef {{ name: string, kinds: readonly number[], regions: Uint32Array }} Lane
 */
/**
 * One thing that is drawn: a region, or several tiny neighbours together.
 * @typedef {{ first: number, last: number, count: number, x: number, width: number }} Shape
 */

/** The narrowest shape, in pixels. */
export const MIN_WIDTH = 3;

// More nodes share one row: a map taller than a screen shows nothing.
const MAX_NODE_LANES = 16;

/** @type {readonly (readonly [string, readonly number[]])[]} */
const AFTER_RAM = [["TDMR", [KIND.tdmr]], ["reserved", [KIND.hole, KIND.reservedPamt]], ["PAMT", [KIND.pamt]]];

/**
 * The rows of a map, top to bottom, without empty ones: firmware, CMR, RAM by node, TDMR, reserved, PAMT.
 * @param {Regions} regions
 * @param {ReadonlySet<number>} hidden the kinds that are not shown
 * @returns {Lane[]}
 */
export function makeLanes(regions, hidden) {
  /** @type {Map<string, { kinds: readonly number[], found: number[] }>} */
  const rows = new Map([["firmware", { kinds: [KIND.firmware], found: [] }], ["CMR", { kinds: [KIND.cmr], found: [] }]]);
  for (const name of ramLanes(regions)) {
    rows.set(name, { kinds: [KIND.ram], found: [] });
  }
  for (const [name, kinds] of AFTER_RAM) {
    rows.set(name, { kinds, found: [] });
  }
  const ofKind = [...rows].flatMap(([name, row]) => row.kinds.map(kind => /** @type {[number, string]} */([kind, name])));
  const byKind = new Map(ofKind);
  for (let i = 0; i < regions.count; i++) {
    const kind = regions.kind[i];
    const name = kind === KIND.ram && rows.has(ramLane(regions, i)) ? ramLane(regions, i) : byKind.get(kind);
    if (name !== undefined && !hidden.has(kind)) {
      rows.get(name)?.found.push(i);
    }
  }
  return [...rows].filter(([, row]) => row.found.length > 0).map(([name, row]) => ({ name, kinds: row.kinds, regions: Uint32Array.from(row.found) }));
}

/** @param {Regions} regions @returns {string[]} */
function ramLanes(regions) {
  const nodes = new Set();
  for (let i = 0; i < regions.count; i++) {
    if (regions.kind[i] === KIND.ram) {
      nodes.add(Math.max(0, regions.node[i]));
    }
  }
  return nodes.size > MAX_NODE_LANES ? [`RAM ${nodes.size} nodes`] : [...nodes].sort((a, b) => a - b).map(node => `RAM node ${node}`);
}

/** @param {Regions} regions @param {number} i */
function ramLane(regions, i) {
  return `RAM node ${Math.max(0, regions.node[i])}`;
}

/** Where the regions of a map lie on an axis, worked out once, so that a frame costs one multiplication for each end. */
export class Placement {
  /** @param {Regions} regions @param {Axis} axis @param {Lane[]} lanes */
  constructor(regions, axis, lanes) {
    this.u0 = Float64Array.from(regions.start, address => axis.toU(address));
    this.u1 = Float64Array.from(regions.end, address => axis.toU(address));
    // The lane of each region; -1 while its kind is hidden.
    this.laneOf = new Int16Array(regions.count).fill(-1);
    lanes.forEach((lane, index) => lane.regions.forEach(i => { this.laneOf[i] = index; }));
    // How far the regions of a lane reach up to each of them: what starts left of a view may still reach into it.
    this.reach = lanes.map(lane => {
      let most = 0;
      return Float64Array.from(lane.regions, i => (most = Math.max(most, this.u1[i])));
    });
  }

  /**
   * What is drawn of a lane.
   * @param {Lane} lane
   * @param {number} laneIndex
   * @param {Regions} regions
   * @param {View} view
   * @param {number} width the axis in pixels
   * @returns {Shape[]} ascending
   */
  shapes(lane, laneIndex, regions, view, width) {
    const scale = width / (view.u1 - view.u0), reach = this.reach[laneIndex];
    /** @type {Shape[]} */
    const shapes = [];
    /** @type {Shape | null} */
    let cluster = null;
    for (let k = firstAbove(reach, view.u0); k < lane.regions.length; k++) {
      const i = lane.regions[k];
      const start = (this.u0[i] - view.u0) * scale;
      if (start >= width) {
        break;
      }
      const end = (this.u1[i] - view.u0) * scale;
      if (end <= 0) {
        continue;
      }
      if (end - start >= MIN_WIDTH) {
        cluster = null;
        const left = Math.max(start, -8), right = Math.min(end, width + 8);
        shapes.push({ first: i, last: i, count: 1, x: left, width: right - left });
      } else if (cluster !== null && start < cluster.x + MIN_WIDTH && regions.kind[i] === regions.kind[cluster.first]) {
        cluster.count++;
        cluster.last = i;
      } else {
        cluster = { first: i, last: i, count: 1, x: Math.min(start, width - MIN_WIDTH), width: MIN_WIDTH };
        shapes.push(cluster);
      }
    }
    return shapes;
  }
}

/** The first index whose value lies above a limit. @param {Float64Array} ascending @param {number} limit */
function firstAbove(ascending, limit) {
  let low = 0, high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] > limit) { high = middle; } else { low = middle + 1; }
  }
  return low;
}
