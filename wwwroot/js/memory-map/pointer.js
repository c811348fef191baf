// Mouse, pen and touch on the drawing. A wheel without Ctrl scrolls the page, as it does elsewhere.

/** @import { MemoryMap } from "./memory-map.js" */

const WHEEL = 0.0022; // zoom for a pixel of wheel, as an exponent
const CLICK = 4; // how far a press may move and still be a click, in pixels

/** @param {MemoryMap} map @param {HTMLElement} zone @param {AbortSignal} signal */
export function listenToZoom(map, zone, signal) {
  const { model } = map;
  /** @type {Map<number, { x: number, y: number }>} */
  const down = new Map();
  let moved = 0, spread = 0;
  const at = (/** @type {MouseEvent} */ e) => { const box = zone.getBoundingClientRect(); return { x: e.clientX - box.left, y: e.clientY - box.top }; };

  zone.addEventListener("wheel", e => {
    if (!e.ctrlKey && !e.metaKey) {
      return;
    }
    e.preventDefault();
    const pixels = e.deltaY * (e.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : e.deltaMode === WheelEvent.DOM_DELTA_PAGE ? 400 : 1);
    model.zoomAt(Math.exp(-Math.max(-300, Math.min(300, pixels)) * WHEEL), at(e).x);
    map.moved("zoom");
  }, { signal, passive: false });

  zone.addEventListener("pointerdown", e => {
    if (e.button !== 0) {
      return;
    }
    zone.setPointerCapture(e.pointerId);
    down.set(e.pointerId, at(e));
    moved = down.size === 1 ? 0 : CLICK;
    spread = distance(down);
  }, { signal });

  zone.addEventListener("pointermove", e => {
    const before = down.get(e.pointerId), now = at(e);
    if (!before) {
      map.hover(now.x, now.y);
      return;
    }
    down.set(e.pointerId, now);
    moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
    if (down.size === 2) {
      const middle = [...down.values()].reduce((sum, point) => sum + point.x, 0) / 2, wide = distance(down), shift = (now.x - before.x) / 2;
      if (spread > 0 && wide > 0) {
        model.zoomAt(wide / spread, middle - shift);
      }
      model.pan(-shift / model.width); // after the zoom, which makes room for it
      spread = wide;
      map.moved("zoom");
    } else if (moved >= CLICK) {
      map.hover(null, 0);
      zone.dataset.panning = "";
      model.pan(-(now.x - before.x) / model.width);
      map.moved("pan");
    }
  }, { signal });

  const up = (/** @type {PointerEvent} */ e) => {
    const place = down.get(e.pointerId);
    down.delete(e.pointerId);
    spread = distance(down);
    delete zone.dataset.panning;
    if (place && e.type === "pointerup" && moved < CLICK) {
      click(map, place.x, place.y, e.shiftKey);
    }
  };
  zone.addEventListener("pointerup", up, { signal });
  zone.addEventListener("pointercancel", up, { signal });
  zone.addEventListener("pointerleave", () => map.hover(null, 0), { signal });

  zone.addEventListener("dblclick", e => {
    const { x, y } = at(e), shape = model.shapeAt(x, y);
    map.step(() => {
      if (shape) { model.fit(model.regions.start[shape.first], model.regions.end[shape.last]); } else { model.zoomAt(2, x); }
    });
  }, { signal });
}

/** @param {MemoryMap} map @param {number} x @param {number} y @param {boolean} isMeasure */
function click(map, x, y, isMeasure) {
  const { model } = map;
  if (!isMeasure) {
    const shape = model.shapeAt(x, y);
    map.select(shape ? shape.first : -1, shape ? shape.count : 0);
    return;
  }
  const address = model.snap(x);
  model.measure = model.measure === null || model.measure.to !== null ? { from: address, to: null } : { from: model.measure.from, to: address };
  map.measured();
}

/** The strip: a drag zooms to what it covers, a click moves the view there. @param {MemoryMap} map @param {HTMLElement} strip @param {AbortSignal} signal */
export function listenToOverview(map, strip, signal) {
  const { model } = map;
  let from = NaN;
  const addressOf = (/** @type {PointerEvent} */ e) => {
    const box = strip.getBoundingClientRect(), { axis } = model.built.overview;
    return Math.floor(axis.toAddress(Math.min(Math.max((e.clientX - box.left) / box.width, 0), 1) * axis.length));
  };
  strip.addEventListener("pointerdown", e => {
    if (e.button === 0) {
      strip.setPointerCapture(e.pointerId);
      from = e.clientX;
    }
  }, { signal });
  strip.addEventListener("pointermove", e => {
    map.point(addressOf(e));
    if (!Number.isNaN(from)) {
      const box = strip.getBoundingClientRect();
      map.band(Math.min(from, e.clientX) - box.left, Math.max(from, e.clientX) - box.left);
    }
  }, { signal });
  const leave = () => { from = NaN; map.band(0, 0); };
  strip.addEventListener("pointerup", e => {
    if (Number.isNaN(from) || e.button !== 0) {
      leave();
      return; // the press was another button's, or began elsewhere
    }
    const box = strip.getBoundingClientRect(), { axis } = model.built.overview;
    const toAddress = (/** @type {number} */ clientX) => axis.toAddress(Math.min(Math.max((clientX - box.left) / box.width, 0), 1) * axis.length);
    const start = Math.floor(toAddress(Math.min(from, e.clientX))), end = Math.ceil(toAddress(Math.max(from, e.clientX)));
    const wasDrag = Math.abs(e.clientX - from) >= CLICK;
    leave();
    if (wasDrag) {
      map.step(() => model.show(start, end));
    } else {
      map.step(() => model.centre(start), false);
    }
  }, { signal });
  strip.addEventListener("pointercancel", leave, { signal });
  strip.addEventListener("pointerleave", () => map.point(null), { signal });
}

/** @param {Map<number, { x: number, y: number }>} points */
function distance(points) {
  const [a, b] = points.values();
  return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
}
