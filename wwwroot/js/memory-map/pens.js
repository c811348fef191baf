// Two pens that draw the same: one on a canvas, one into an SVG document.

/** @import { Style, Styles } from "./styles.js" */

/**
 * @typedef {object} Pen
 * @property {(x: number, y: number, width: number, height: number, style: string) => void} rect
 * @property {(d: string, style: string) => void} path an SVG path
 * @property {(text: string, x: number, y: number, style: string, font: Font, anchor?: "start" | "middle" | "end") => void} text
 * @property {(x: number, y: number, width: number, height: number) => void} clip until unclip
 * @property {() => void} unclip
 */
/** @typedef {"label" | "address" | "small"} Font */

const FONTS = {
  label: { size: 12, mono: false },
  address: { size: 11, mono: true },
  small: { size: 10, mono: true },
};
const WORDS = "system-ui, 'Segoe UI', 'Noto Sans', 'Liberation Sans', sans-serif";
const MONO = "ui-monospace, 'Cascadia Mono', 'Noto Sans Mono', 'DejaVu Sans Mono', monospace";
const SVG = "http://www.w3.org/2000/svg";

// Both patterns repeat every 6 pixels; the hatch runs at 45 degrees.
const TILE = 6;

/** @implements {Pen} */
export class CanvasPen {
  /** @param {CanvasRenderingContext2D} context @param {Styles} styles @param {number} ratio device pixels for one of CSS */
  constructor(context, styles, ratio) {
    this.context = context;
    this.styles = styles;
    /** @type {Map<string, CanvasPattern | string>} */
    this.fills = new Map();
    for (const [name, style] of Object.entries(styles)) {
      if (style.pattern) {
        this.fills.set(name, tile(context, style, ratio));
      } else if (style.fill) {
        this.fills.set(name, style.fill);
      }
    }
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height @param {string} name */
  rect(x, y, width, height, name) {
    const fill = this.fills.get(name);
    if (fill !== undefined) {
      this.context.fillStyle = fill;
      this.context.fillRect(x, y, width, height);
    }
    if (this.#stroke(name)) {
      this.context.strokeRect(x, y, width, height);
    }
  }

  /** @param {string} d @param {string} name */
  path(d, name) {
    if (this.#stroke(name)) {
      this.context.stroke(new Path2D(d));
    }
  }

  /** @param {string} text @param {number} x @param {number} y @param {string} name @param {Font} font @param {"start" | "middle" | "end"} anchor */
  text(text, x, y, name, font, anchor = "start") {
    const { size, mono } = FONTS[font];
    this.context.font = `${size}px ${mono ? MONO : WORDS}`;
    this.context.textAlign = anchor === "middle" ? "center" : anchor;
    this.context.fillStyle = this.styles[name].fill ?? "";
    this.context.fillText(text, x, y);
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  clip(x, y, width, height) {
    this.context.save();
    this.context.beginPath();
    this.context.rect(x, y, width, height);
    this.context.clip();
  }

  unclip() {
    this.context.restore();
  }

  /** @param {string} name */
  #stroke(name) {
    const style = this.styles[name];
    if (!style.stroke) {
      return false;
    }
    this.context.strokeStyle = style.stroke;
    this.context.lineWidth = style.width ?? 1;
    this.context.setLineDash(style.dash ?? []);
    return true;
  }
}

/** @param {CanvasRenderingContext2D} context @param {Style} style @param {number} ratio @returns {CanvasPattern | string} */
function tile(context, style, ratio) {
  const canvas = document.createElement("canvas");
  const sharp = Math.max(1, Math.ceil(ratio));
  canvas.width = canvas.height = TILE * sharp;
  const small = canvas.getContext("2d");
  if (!small) {
    return style.stroke ?? "";
  }
  small.scale(sharp, sharp);
  small.strokeStyle = small.fillStyle = style.stroke ?? "";
  if (style.pattern === "hatch") {
    small.lineWidth = 1.6;
    small.stroke(new Path2D("M-1 1 l2 -2 M0 6 l6 -6 M5 7 l2 -2"));
  } else {
    small.fill(new Path2D("M0 1.5 a1.4 1.4 0 1 0 2.8 0 a1.4 1.4 0 1 0 -2.8 0 M3 4.5 a1.4 1.4 0 1 0 2.8 0 a1.4 1.4 0 1 0 -2.8 0"));
  }
  const pattern = context.createPattern(canvas, "repeat");
  pattern?.setTransform(new DOMMatrix().scale(1 / sharp));
  return pattern ?? style.stroke ?? "";
}

/** @implements {Pen} */
export class SvgPen {
  #clips = 0;

  /** @param {Document} document @param {number} width @param {number} height @param {Styles} styles @param {string} title */
  constructor(document, width, height, styles, title) {
    this.document = document;
    this.styles = styles;
    /** @type {Element} */
    this.root = this.#make("svg", { xmlns: SVG, viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": title });
    this.root.append(Object.assign(this.#make("title", {}), { textContent: title }));
    this.defs = this.#make("defs", {});
    this.root.append(this.defs);
    for (const [name, style] of Object.entries(styles)) {
      if (style.pattern) {
        this.defs.append(this.#pattern(name, style));
      }
    }
    /** @type {Element} */
    this.at = this.root;
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height @param {string} name */
  rect(x, y, width, height, name) {
    this.at.append(this.#make("rect", { x: N(x), y: N(y), width: N(width), height: N(height), ...this.#paint(name) }));
  }

  /** @param {string} d @param {string} name */
  path(d, name) {
    this.at.append(this.#make("path", { d, ...this.#paint(name), fill: "none" }));
  }

  /** @param {string} text @param {number} x @param {number} y @param {string} name @param {Font} font @param {"start" | "middle" | "end"} anchor */
  text(text, x, y, name, font, anchor = "start") {
    const { size, mono } = FONTS[font];
    const element = this.#make("text", { x: N(x), y: N(y), fill: this.styles[name].fill ?? "", "font-size": size, "font-family": mono ? MONO : WORDS, "text-anchor": anchor });
    element.textContent = text;
    this.at.append(element);
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  clip(x, y, width, height) {
    const id = `clip${++this.#clips}`;
    const path = this.#make("clipPath", { id });
    path.append(this.#make("rect", { x: N(x), y: N(y), width: N(width), height: N(height) }));
    this.defs.append(path);
    this.at = this.#make("g", { "clip-path": `url(#${id})` });
    this.root.append(this.at);
  }

  unclip() {
    this.at = this.root;
  }

  /** @param {string} name */
  #paint(name) {
    const style = this.styles[name];
    /** @type {Record<string, string | number>} */
    const paint = { fill: style.pattern ? `url(#${name})` : style.fill ?? "none" };
    if (style.stroke) {
      paint.stroke = style.stroke;
      paint["stroke-width"] = style.width ?? 1;
    }
    if (style.dash) {
      paint["stroke-dasharray"] = style.dash.join(" ");
    }
    return paint;
  }

  /** @param {string} id @param {Style} style */
  #pattern(id, style) {
    const pattern = this.#make("pattern", { id, width: TILE, height: TILE, patternUnits: "userSpaceOnUse" });
    if (style.pattern === "hatch") {
      pattern.append(this.#make("path", { d: "M-1 1 l2 -2 M0 6 l6 -6 M5 7 l2 -2", stroke: style.stroke ?? "", "stroke-width": 1.6 }));
    } else {
      pattern.append(
        this.#make("circle", { cx: 1.5, cy: 1.5, r: 1.4, fill: style.stroke ?? "" }),
        this.#make("circle", { cx: 4.5, cy: 4.5, r: 1.4, fill: style.stroke ?? "" }));
    }
    return pattern;
  }

  /** @param {string} name @param {Record<string, string | number>} attributes */
  #make(name, attributes) {
    const element = this.document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key !== "xmlns") {
        element.setAttribute(key, String(value));
      }
    }
    return element;
  }
}

/** @param {number} value */
function N(value) {
  return Math.round(value * 100) / 100;
}
