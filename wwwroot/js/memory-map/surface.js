// The two canvases: their size, their pens, and one drawing for each frame however often it is asked for.

import { OVERVIEW_HEIGHT, drawOverview, drawZoom, zoomHeight } from "./drawing.js";
import { CanvasPen } from "./pens.js";
import { makeStyles } from "./styles.js";
import { readColours, watchTheme } from "./theme.js";
/** @import { Model } from "./model.js" */

const LABELS = 96;
const LABELS_SMALL = 72;
const RIGHT = 8;

export class Surface {
  #frame = 0;

  /**
   * @param {HTMLElement} root
   * @param {HTMLCanvasElement} zoom
   * @param {HTMLCanvasElement} overview
   * @param {Model} model
   * @param {() => void} drawn
   */
  constructor(root, zoom, overview, model, drawn) {
    this.root = root;
    this.zoom = zoom;
    this.overview = overview;
    this.model = model;
    this.drawn = drawn;
    this.draws = 0;
    /** @type {{ zoom: CanvasPen, overview: CanvasPen } | null} */
    this.pens = null;
    this.endTheme = watchTheme(() => { this.pens = null; this.draw(); });
    this.observer = new ResizeObserver(() => { this.pens = null; this.drawNow(); });
    this.observer.observe(zoom.parentElement ?? zoom);
    this.observer.observe(overview.parentElement ?? overview);
  }

  /** The styles of the theme as it is now. */
  get styles() {
    return makeStyles(readColours(this.root));
  }

  /** Draws in the next frame. */
  draw() {
    if (this.#frame === 0) {
      this.#frame = requestAnimationFrame(() => this.drawNow());
    }
  }

  drawNow() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { model } = this, height = zoomHeight(model.layer.lanes.length, model.changes.length > 0);
    const wide = this.zoom.parentElement?.clientWidth ?? 0, strip = this.overview.parentElement?.clientWidth ?? 0;
    if (strip === 0) {
      return; // not laid out; the observer calls again
    }
    const ratio = devicePixelRatio;
    const resized = [size(this.zoom, wide, height, ratio), size(this.overview, strip, OVERVIEW_HEIGHT, ratio)];
    if (this.pens === null || resized.includes(true)) {
      this.pens = this.#makePens(ratio);
      if (this.pens === null) {
        return;
      }
    }
    model.left = wide < 700 ? LABELS_SMALL : LABELS;
    model.width = Math.max(1, wide - model.left - RIGHT);
    if (wide > 0) {
      drawZoom(this.pens.zoom, model.scene);
    }
    const { axis, layer } = model.built.overview;
    drawOverview(this.pens.overview, layer, axis, strip, model.range);
    this.draws++;
    this.drawn();
  }

  dispose() {
    cancelAnimationFrame(this.#frame);
    this.observer.disconnect();
    this.endTheme();
  }

  /** @param {number} ratio */
  #makePens(ratio) {
    const styles = this.styles, zoom = this.zoom.getContext("2d"), overview = this.overview.getContext("2d");
    if (!zoom || !overview) {
      return null;
    }
    for (const context of [zoom, overview]) {
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    return { zoom: new CanvasPen(zoom, styles, ratio), overview: new CanvasPen(overview, styles, ratio) };
  }
}

/** Setting a canvas's size clears it and its transform, so only when it changed. @param {HTMLCanvasElement} canvas @param {number} width @param {number} height @param {number} ratio */
function size(canvas, width, height, ratio) {
  const w = Math.max(1, Math.round(width * ratio)), h = Math.round(height * ratio);
  if (canvas.width === w && canvas.height === h) {
    return false;
  }
  canvas.width = w;
  canvas.height = h;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  return true;
}

/** @param {HTMLElement} zone @returns {HTMLCanvasElement} */
export function canvasOf(zone) {
  const found = zone.querySelector("canvas");
  if (!found) {
    throw new Error("The memory map lacks a canvas.");
  }
  return found;
}
