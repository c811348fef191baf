// One map without its page: what is known, what is shown, and what the pointer and the keys do to it. Touches no document.

import { PAGE } from "./addresses.js";
import { makeAxis } from "./axis.js";
import { AXIS_HEIGHT, LANE_HEIGHT, laneTop } from "./drawing.js";
import { Placement, makeLanes } from "./lanes.js";
import { defaultState } from "./map-state.js";
import { fitView, homeView, panView, rangeView, revealView, viewRange, zoomView } from "./viewport.js";
/** @import { Regions } from "./regions.js" */
/** @import { Layer, Scene } from "./drawing.js" */
/** @import { Change } from "./changes.js" */
/** @import { MapState } from "./map-state.js" */
/** @import { Axis, ScaleMode } from "./axis.js" */
/** @import { Shape } from "./lanes.js" */
/** @import { View } from "./viewport.js" */

// How near a region's border the pointer has to be to mean it, in pixels.
const SNAP = 5;

export class Model {
  /** @param {Regions} regions */
  constructor(regions) {
    this.state = defaultState();
    this.left = 96;
    this.width = 1100;
    this.selected = -1;
    this.focused = -1;
    this.hovered = -1;
    /** @type {number | null} */
    this.pin = null;
    /** @type {Scene["measure"]} */
    this.measure = null;
    /** @type {readonly Change[]} */
    this.changes = [];
    /** @type {Regions | null} */
    this.other = null;
    this.regions = regions;
    this.built = build(regions, null, this.state);
    /** @type {View} */
    this.view = homeView(this.axis);
    /** What is drawn on the way to the view. @type {View | null} */
    this.passing = null;
  }

  /** What is drawn now. */
  get seen() {
    return this.passing ?? this.view;
  }

  get axis() {
    return this.built.axis;
  }

  get layer() {
    return this.built.layer;
  }

  /** The words of all kinds. */
  get kinds() {
    return this.regions.meta.kinds.map(kind => kind.key);
  }

  /** Another snapshot of the host; what is seen and selected stays where it can. @param {Regions} regions */
  setRegions(regions) {
    const kept = { ...this.state }, focused = this.focused < 0 ? null : this.regions.key(this.focused);
    this.regions = regions;
    this.hovered = -1;
    this.focused = focused === null ? -1 : regions.find(focused);
    this.setState(kept);
  }

  /** A second map to compare with; null removes it. @param {Regions | null} other */
  setOverlay(other) {
    this.other = other;
    this.#rebuild();
  }

  /** @param {MapState} state */
  setState(state) {
    this.state = state;
    this.#rebuild();
    this.view = state.view ? rangeView(this.axis, state.view.start, state.view.end) : homeView(this.axis);
    this.selected = state.selected === null ? -1 : this.regions.find(state.selected);
  }

  /** @param {ScaleMode} scale */
  setScale(scale) {
    const isHome = this.isHome;
    const { start, end } = viewRange(this.axis, this.view);
    this.state.scale = scale;
    this.#rebuild();
    this.view = isHome ? homeView(this.axis) : rangeView(this.axis, start, end);
  }

  /** @param {string} kind @param {boolean} isShown */
  setShown(kind, isShown) {
    const hidden = new Set(this.state.hidden);
    if (isShown) { hidden.delete(kind); } else { hidden.add(kind); }
    this.state.hidden = this.kinds.filter(key => hidden.has(key));
    this.#rebuild();
  }

  get isHome() {
    const home = homeView(this.axis), slack = (home.u1 - home.u0) * 1e-9;
    return Math.abs(this.view.u0 - home.u0) <= slack && Math.abs(this.view.u1 - home.u1) <= slack;
  }

  /** The addresses that are seen. */
  get range() {
    return viewRange(this.axis, this.view);
  }

  /** Takes the view into the state, for the URL. */
  settle() {
    this.state.view = this.isHome ? null : this.range;
    this.state.selected = this.selected < 0 ? null : this.regions.key(this.selected);
    return this.state;
  }

  /** @returns {Scene} */
  get scene() {
    return {
      layer: this.layer, overlay: this.built.overlay, changes: this.changes, axis: this.axis, view: this.seen, left: this.left, width: this.width,
      selected: this.selected, hovered: this.hovered, pin: this.pin, measure: this.measure,
    };
  }

  /** The axis position below a pixel. @param {number} x from the drawing's left edge */
  uAt(x) {
    return this.seen.u0 + (x - this.left) / this.width * (this.seen.u1 - this.seen.u0);
  }

  /** @param {number} x @returns {number} a whole address */
  addressAt(x) {
    return Math.min(Math.max(0, Math.floor(this.axis.toAddress(this.uAt(x)))), this.axis.end - 1);
  }

  /** The pixel of an address. @param {number} address */
  xOf(address) {
    return this.left + (this.axis.toU(address) - this.seen.u0) / (this.seen.u1 - this.seen.u0) * this.width;
  }

  /** The border nearest to the pointer where one is near, else the address below it. @param {number} x */
  snap(x) {
    const perPixel = (this.view.u1 - this.view.u0) / this.width, u = this.uAt(x);
    let best = this.addressAt(x), distance = SNAP * perPixel;
    for (let i = 0; i < this.regions.count; i++) {
      if (this.layer.placement.laneOf[i] >= 0) {
        for (const [address, at] of [[this.regions.start[i], this.layer.placement.u0[i]], [this.regions.end[i], this.layer.placement.u1[i]]]) {
          if (Math.abs(at - u) < distance) {
            [best, distance] = [address, Math.abs(at - u)];
          }
        }
      }
    }
    return best;
  }

  /** What is drawn below the pointer. @param {number} x @param {number} y @returns {Shape | null} */
  shapeAt(x, y) {
    const lane = Math.floor((y - AXIS_HEIGHT) / LANE_HEIGHT);
    if (lane < 0 || lane >= this.layer.lanes.length || x < this.left) {
      return null;
    }
    return this.#hit(this.layer, lane, x);
  }

  /** @param {Layer} layer @param {number} lane @param {number} x @returns {Shape | null} the narrowest shape at a pixel */
  #hit(layer, lane, x) {
    const shapes = layer.placement.shapes(layer.lanes[lane], lane, layer.regions, this.seen, this.width);
    const at = x - this.left, near = 1.5; // a mark of 3 pixels is hard to hit
    const hits = shapes.filter(shape => shape.x - near <= at && at < shape.x + shape.width + near);
    return hits.length === 0 ? null : hits.reduce((a, b) => b.width < a.width ? b : a);
  }

  /** What is drawn of the second map below the pointer: it has the lower half of each lane. @param {number} x @param {number} y @returns {Shape | null} */
  overlayAt(x, y) {
    const { overlay } = this.built, lane = Math.floor((y - AXIS_HEIGHT) / LANE_HEIGHT), name = this.layer.lanes[lane]?.name;
    const other = overlay?.lanes.findIndex(candidate => candidate.name === name) ?? -1;
    return !overlay || other < 0 || x < this.left || y - laneTop(lane) < LANE_HEIGHT / 2 ? null : this.#hit(overlay, other, x);
  }

  /** @param {number} factor @param {number} x the pixel that keeps its address */
  zoomAt(factor, x = this.left + this.width / 2) {
    this.view = zoomView(this.axis, this.view, factor, this.uAt(x));
  }

  /** @param {number} share of what is seen */
  pan(share) {
    this.view = panView(this.axis, this.view, share);
  }

  showAll() {
    this.view = this.isHome ? { u0: 0, u1: this.axis.length } : homeView(this.axis);
  }

  /** @param {number} start @param {number} end */
  fit(start, end) {
    this.view = fitView(this.axis, start, end);
  }

  /** @param {number} start @param {number} end */
  show(start, end) {
    this.view = rangeView(this.axis, start, end);
  }

  /** Moves the view to an address. @param {number} address */
  centre(address) {
    const middle = (this.view.u0 + this.view.u1) / 2;
    this.pan((this.axis.toU(address) - middle) / (this.view.u1 - this.view.u0));
  }

  /** @param {number} i */
  fitRegion(i) {
    this.fit(this.regions.start[i], this.regions.end[i]);
  }

  /** Sees to it that a region is in view. @param {number} i */
  reveal(i) {
    this.view = revealView(this.axis, this.view, this.regions.start[i], this.regions.end[i]);
  }

  /** Looks at an address: the smallest region that holds it comes into view, large enough to be seen. @param {number} address */
  goTo(address) {
    const [smallest] = this.regions.at(address);
    this.pin = address;
    this.selected = smallest ?? -1;
    if (smallest !== undefined) {
      const wide = (this.axis.toU(this.regions.end[smallest]) - this.axis.toU(this.regions.start[smallest])) / (this.view.u1 - this.view.u0) * this.width;
      if (wide < 24) { this.fitRegion(smallest); } else { this.revealAddress(address); }
    } else {
      this.revealAddress(address);
    }
  }

  /** @param {number} address */
  revealAddress(address) {
    this.view = revealView(this.axis, this.view, address, Math.min(address + PAGE, this.axis.end));
  }

  /**
   * The region that a key leads to from the focused one.
   * @param {"left" | "right" | "up" | "down" | "home" | "end"} where
   * @returns {number} -1 when there is none
   */
  neighbour(where) {
    const { lanes, placement } = this.layer;
    if (this.focused < 0 || placement.laneOf[this.focused] < 0) {
      return lanes.length > 0 ? this.#firstSeen(0) : -1;
    }
    const lane = placement.laneOf[this.focused], own = lanes[lane].regions, at = own.indexOf(this.focused);
    switch (where) {
      case "left": return at > 0 ? own[at - 1] : -1;
      case "right": return at < own.length - 1 ? own[at + 1] : -1;
      case "home": return own[0];
      case "end": return own[own.length - 1];
      default: {
        const next = lane + (where === "up" ? -1 : 1);
        return next < 0 || next >= lanes.length ? -1 : this.#nearest(next, this.regions.start[this.focused]);
      }
    }
  }

  /** @param {number} lane @param {number} address @returns {number} the region of a lane that holds an address or lies nearest to it */
  #nearest(lane, address) {
    let best = -1, distance = Infinity;
    for (const i of this.layer.lanes[lane].regions) {
      const away = address < this.regions.start[i] ? this.regions.start[i] - address : address >= this.regions.end[i] ? address - this.regions.end[i] + 1 : 0;
      if (away < distance) {
        [best, distance] = [i, away];
      }
    }
    return best;
  }

  /** @param {number} lane */
  #firstSeen(lane) {
    return this.#nearest(lane, this.axis.toAddress(this.view.u0));
  }

  #rebuild() {
    this.built = build(this.regions, this.other, this.state);
  }
}

/**
 * All that follows from a map and the scale and kinds that are chosen.
 * @param {Regions} regions
 * @param {Regions | null} other
 * @param {MapState} state
 */
function build(regions, other, state) {
  const keys = regions.meta.kinds.map(kind => kind.key), hidden = new Set(state.hidden.map(key => keys.indexOf(key)));
  const axis = makeAxis(regions, state.scale);
  const whole = state.scale === "compressed" ? axis : makeAxis(regions, "compressed");
  const layer = makeLayer(regions, axis, hidden);
  const overview = { axis: whole, layer: whole === axis && hidden.size === 0 ? layer : makeLayer(regions, whole, new Set()) };
  return { axis, layer, overview, overlay: other === null ? null : makeLayer(other, axis, hidden) };
}

/** @param {Regions} regions @param {Axis} axis @param {ReadonlySet<number>} hidden @returns {Layer} */
function makeLayer(regions, axis, hidden) {
  const lanes = makeLanes(regions, hidden);
  return { regions, lanes, placement: new Placement(regions, axis, lanes) };
}
