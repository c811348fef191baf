// The keyboard path through the map.

import { areSingleKeysOn } from "./remembered.js";
/** @import { MemoryMap } from "./memory-map.js" */

const STEP = 1.6; // of + and -
const PAGE_SHARE = 0.9;
const PAN_SHARE = 0.1;

/** @type {Record<string, "left" | "right" | "up" | "down" | "home" | "end">} */
const MOVES = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", Home: "home", End: "end" };

/** Keys of the drawing: regions and lanes by arrows, Shift and arrows for pages. @param {MemoryMap} map @param {KeyboardEvent} e */
export function zoomKey(map, e) {
  const { model } = map, where = MOVES[e.key];
  if (where && !e.shiftKey) {
    const next = model.neighbour(where);
    if (next >= 0) {
      model.reveal(next);
      map.focusRegion(next);
      map.moved("pan");
    }
    return true;
  }
  if (e.shiftKey && (e.key === "ArrowLeft" || e.key === "ArrowRight")) {
    map.step(() => model.pan(e.key === "ArrowLeft" ? -PAGE_SHARE : PAGE_SHARE), false);
    return true;
  }
  if (e.key === "Enter" || e.key === " ") {
    if (model.focused >= 0) {
      map.select(model.focused, 1);
      if (e.key === "Enter") { map.focusPane(); }
    }
    return true;
  }
  return false;
}

/** Keys of the strip: arrows pan, with Shift by pages. @param {MemoryMap} map @param {KeyboardEvent} e */
export function overviewKey(map, e) {
  const { model } = map;
  const share = e.shiftKey ? PAGE_SHARE : PAN_SHARE;
  switch (e.key) {
    case "ArrowLeft": case "ArrowDown": map.step(() => model.pan(-share), false); return true;
    case "ArrowRight": case "ArrowUp": map.step(() => model.pan(share), false); return true;
    case "PageUp": map.step(() => model.pan(PAGE_SHARE), false); return true;
    case "PageDown": map.step(() => model.pan(-PAGE_SHARE), false); return true;
    case "Home": map.step(() => model.pan(-Infinity), false); return true;
    case "End": map.step(() => model.pan(Infinity), false); return true;
    default: return false;
  }
}

/** Keys that hold in the whole map, outside of its text fields. @param {MemoryMap} map @param {KeyboardEvent} e */
export function anyKey(map, e) {
  const { model } = map;
  if (/^[a-z]$/.test(e.key) && !areSingleKeysOn()) {
    return false;
  }
  switch (e.key) {
    case "+": case "=": map.zoomStep(STEP); return true;
    case "-": case "_": map.zoomStep(1 / STEP); return true;
    case "0": map.step(() => model.showAll()); return true;
    case "f": {
      const region = map.focusedOrSelected;
      if (region >= 0) { map.step(() => model.fitRegion(region)); }
      return true;
    }
    case "c": void map.copy("range"); return true;
    case "g": map.focusGo(); return true;
    case "t": map.focusTable(); return true;
    case "Escape": map.clear(); return true;
    default: return false;
  }
}
