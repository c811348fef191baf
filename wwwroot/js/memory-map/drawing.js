// Draws the zoom view and the overview with a pen.

import { hexGrouped } from "./addresses.js";
import { KIND } from "./regions.js";
import { styleOf } from "./styles.js";
import { makeTicks } from "./ticks.js";
/** @import { Regions } from "./regions.js" */
/** @import { Axis } from "./axis.js" */
/** @import { View } from "./viewport.js" */
/** @import { Lane, Placement, Shape } from "./lanes.js" */
/** @import { Pen } from "./pens.js" */
/** @import { Change } from "./changes.js" */

export const AXIS_HEIGHT = 28;
export const LANE_HEIGHT = 28;
export const OVERVIEW_HEIGHT = 34;
const REGION_HEIGHT = 18;

/**
 * A map on an axis.
 * @typedef {{ regions: Regions, lanes: Lane[], placement: Placement }} Layer
 */
/**
 * @typedef {object} Scene
 * @property {Layer} layer
 * @property {Layer | null} overlay a second map that is drawn in the lower half of each lane
 * @property {readonly Change[]} changes
 * @property {Axis} axis
 * @property {View} view
 * @property {number} left where the axis starts, in pixels
 * @property {number} width of the axis, in pixels
 * @property {number} selected a region or -1
 * @property {number} hovered a region or -1
 * @property {number | null} pin an address
 * @property {{ from: number, to: number | null } | null} measure
 */

/** The height of the zoom view. @param {number} lanes @param {boolean} hasChanges */
export function zoomHeight(lanes, hasChanges) {
  return AXIS_HEIGHT + (lanes + (hasChanges ? 1 : 0)) * LANE_HEIGHT + 4;
}

/** @param {number} lane */
export function laneTop(lane) {
  return AXIS_HEIGHT + lane * LANE_HEIGHT;
}

/** @param {Pen} pen @param {Scene} scene */
export function drawZoom(pen, scene) {
  const { layer, left, width } = scene;
  const rows = Math.max(layer.lanes.length, 0) + (scene.changes.length > 0 ? 1 : 0);
  const height = AXIS_HEIGHT + rows * LANE_HEIGHT + 4;
  pen.rect(0, 0, left + width, height, "surface");
  layer.lanes.forEach((lane, i) => pen.text(lane.name, 0, laneTop(i) + 17, "muted", "label"));
  pen.clip(left, 0, width, height);
  drawBreaks(pen, scene, height);
  drawAxis(pen, scene);
  layer.lanes.forEach((lane, i) => {
    const other = scene.overlay?.lanes.findIndex(candidate => candidate.name === lane.name) ?? -1;
    const half = scene.overlay !== null;
    drawLane(pen, scene, layer, i, laneTop(i) + 2, half ? REGION_HEIGHT / 2 : REGION_HEIGHT);
    if (scene.overlay && other >= 0) {
      drawLane(pen, scene, scene.overlay, other, laneTop(i) + 3 + REGION_HEIGHT / 2, REGION_HEIGHT / 2);
    }
  });
  drawChanges(pen, scene, laneTop(layer.lanes.length));
  drawMarks(pen, scene, height);
  pen.unclip();
  if (scene.changes.length > 0) {
    pen.text("changes", 0, laneTop(layer.lanes.length) + 17, "muted", "label");
  }
}

/** @param {Pen} pen @param {Scene} scene @param {number} height */
function drawBreaks(pen, { axis, view, left, width }, height) {
  const scale = width / (view.u1 - view.u0);
  for (let i = axis.indexOf("u", view.u0); i < axis.pieces.length; i++) {
    const piece = axis.pieces[i], x = (piece.u - view.u0) * scale, wide = piece.length * scale;
    if (x >= width) {
      return;
    }
    if (piece.isBreak) {
      pen.rect(left + x, 20, wide, height - 20, "gap");
      if (wide < width / 2) {
        pen.path(`M${F(left + x + wide / 2 - 5)} 28 l3 -9 m3 9 l3 -9`, "breakMark");
      }
    }
  }
}

/** @param {Pen} pen @param {Scene} scene */
function drawAxis(pen, { axis, view, left, width }) {
  pen.path(`M${left} 23.5 h${F(width)}`, "axis");
  for (const tick of makeTicks(axis, view, width)) {
    pen.path(`M${F(left + tick.x + 0.5)} 18 v6`, "axis");
    pen.text(hexGrouped(tick.address), left + tick.x + 1, 13, "muted", "address");
  }
}

/** @param {Pen} pen @param {Scene} scene @param {Layer} layer @param {number} lane @param {number} top @param {number} height */
function drawLane(pen, scene, layer, lane, top, height) {
  const shapes = layer.placement.shapes(layer.lanes[lane], lane, layer.regions, scene.view, scene.width);
  /** @param {number} region */
  const isHere = region => region >= 0 && layer === scene.layer && layer.placement.laneOf[region] === lane;
  const selected = isHere(scene.selected) ? scene.selected : -1, hovered = isHere(scene.hovered) ? scene.hovered : -1;
  shapes.forEach((shape, i) => {
    drawShape(pen, layer.regions, shape, scene.left + shape.x, top, height);
    if (shape.count > 1) {
      drawCluster(pen, shape, scene.left + shape.x, top, height, hasRoom(shapes, i, scene.width));
    }
    const state = holds(shape, selected) ? "selected" : holds(shape, hovered) ? "hover" : null;
    if (state !== null) {
      pen.rect(scene.left + shape.x, top, shape.width, height, state);
    }
  });
}

/** @param {Pen} pen @param {Regions} regions @param {Shape} shape @param {number} x @param {number} top @param {number} height */
function drawShape(pen, regions, shape, x, top, height) {
  const style = styleOf(regions, shape.first);
  if (regions.kind[shape.first] !== KIND.tdmr) {
    pen.rect(x, top, shape.width, height, style);
  } else if (shape.width < 12) {
    pen.path(`M${F(x)} ${top + height / 2} h${F(shape.width)} M${F(x + 0.75)} ${top} v${height}`, style);
  } else {
    // [----) as the range is half-open.
    pen.path(`M${F(x + 5)} ${top + 1} h-4 v${height - 2} h4 M${F(x + 1)} ${top + height - 1} H${F(x + shape.width - 5)} q4 ${-(height - 2) / 2} 0 ${-(height - 2)}`, style);
    if (shape.width > 28 && height === REGION_HEIGHT) {
      pen.text(String(regions.tdmr[shape.first]), Math.max(x, 0) + 6, top + 12, "tdmrText", "small");
    }
  }
}

// Several regions in one mark: a foot below it, and how many more where that can be read.
/** @param {Pen} pen @param {Shape} shape @param {number} x @param {number} top @param {number} height @param {boolean} hasRoom */
function drawCluster(pen, shape, x, top, height, hasRoom) {
  pen.path(`M${F(x - 1)} ${top + height + 2} h${F(shape.width + 2)}`, "cluster");
  if (hasRoom && height === REGION_HEIGHT) {
    pen.text(`×${shape.count - 1} more`, x + shape.width + 4, top + 13, "muted", "small");
  }
}

// A count beside a mark that stands alone; in a crowd it would read as the count of all of them.
/** @param {Shape[]} shapes @param {number} i @param {number} width */
function hasRoom(shapes, i, width) {
  const room = 66, next = i === shapes.length - 1 ? width : shapes[i + 1].x;
  return (i === 0 || shapes[i].x - shapes[i - 1].x - shapes[i - 1].width > 6) && next - shapes[i].x > room;
}

/** @param {Shape} shape @param {number} region */
function holds(shape, region) {
  return region >= 0 && shape.first <= region && region <= shape.last;
}

/** @param {Pen} pen @param {Scene} scene @param {number} top */
function drawChanges(pen, { changes, axis, view, left, width }, top) {
  const scale = width / (view.u1 - view.u0);
  for (const change of changes) {
    for (const [range, style, sign] of change.marks) {
      const x = (axis.toU(range.start) - view.u0) * scale, end = (axis.toU(range.end) - view.u0) * scale;
      if (end >= 0 && x <= width) {
        const wide = Math.max(3, end - x);
        pen.rect(left + x, top + 3, wide, 16, style);
        pen.text(sign, left + Math.max(x, 0) + (wide > 12 ? 3 : wide + 2), top + 15, "text", "small");
      }
    }
  }
}

/** @param {Pen} pen @param {Scene} scene @param {number} height */
function drawMarks(pen, { pin, measure, axis, view, left, width }, height) {
  const scale = width / (view.u1 - view.u0);
  /** @param {number} address */
  const x = address => F(left + Math.min(Math.max((axis.toU(address) - view.u0) * scale, -2), width + 2));
  if (pin !== null) {
    pen.path(`M${x(pin)} 14 V${height}`, "pin");
  }
  if (measure !== null) {
    pen.path(`M${x(measure.from)} 14 V${height}`, "measure");
    if (measure.to !== null) {
      pen.path(`M${x(measure.to)} 14 V${height} M${x(measure.from)} ${height - 2} H${x(measure.to)}`, "measure");
    }
  }
}

/**
 * Draws the whole address space in one strip: memory by node, TDMRs as brackets, breaks, and what the zoom view shows.
 * @param {Pen} pen
 * @param {Layer} layer
 * @param {Axis} axis
 * @param {number} width
 * @param {{ start: number, end: number }} shown
 */
export function drawOverview(pen, layer, axis, width, shown) {
  const whole = { u0: 0, u1: axis.length }, scale = width / axis.length;
  pen.rect(0, 0, width, OVERVIEW_HEIGHT, "surface");
  layer.lanes.forEach((lane, i) => {
    const kind = lane.kinds[0];
    const shapes = layer.placement.shapes(lane, i, layer.regions, whole, width);
    for (const shape of shapes) {
      const style = styleOf(layer.regions, shape.first);
      if (kind === KIND.ram) {
        pen.rect(shape.x, 9, shape.width, 17, style);
      } else if (kind === KIND.tdmr) {
        pen.path(`M${F(shape.x + 0.5)} 7 v-4 H${F(shape.x + shape.width - 0.5)} v4`, style);
      } else if (kind === KIND.firmware) {
        pen.rect(shape.x, 28, shape.width, 4, style);
      }
    }
    const bands = shapes.filter(shape => kind === KIND.ram && shape.width > 26);
    bands.forEach(shape => pen.text(`n${Math.max(0, layer.regions.node[shape.first])}`, shape.x + 4, 21, "onRam", "small"));
  });
  for (const piece of axis.pieces.filter(piece => piece.isBreak)) {
    const x = piece.u * scale, middle = F(x + piece.length * scale / 2 - 4);
    pen.rect(x, 0, piece.length * scale, OVERVIEW_HEIGHT, "gap");
    pen.path(`M${middle} 22 l3 -10 m2 10 l3 -10`, "breakMark");
  }
  const from = axis.toU(shown.start) * scale, to = axis.toU(shown.end) * scale;
  if (from > 0.5 || to < width - 0.5) {
    pen.rect(Math.max(1, from), 1, Math.max(3, to - from - 1), OVERVIEW_HEIGHT - 2, "window");
  }
}

/** @param {number} value */
function F(value) {
  return Math.round(value * 100) / 100;
}
