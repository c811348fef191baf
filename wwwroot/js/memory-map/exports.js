// The map as files. Table, CSV and JSON have the same rows: every region that the legend shows.

import { hexPlain, rangePlain, sizeText } from "./addresses.js";
import { OVERVIEW_HEIGHT, drawOverview, drawZoom, zoomHeight } from "./drawing.js";
import { CanvasPen, SvgPen } from "./pens.js";
import { textMap } from "./text-map.js";
/** @import { Model } from "./model.js" */
/** @import { Styles } from "./styles.js" */

const PICTURE_WIDTH = 1200;
const PICTURE_GAP = 8;
const PNG_SCALE = 2;
const HEADINGS = ["Type", "Start", "End", "Size", "Bytes", "Node", "TDMR", "Why", "From"];

/** @typedef {"svg" | "png" | "text" | "json" | "csv"} Format */

/**
 * @param {Model} model
 * @param {Format} format
 * @param {() => Styles} styles asked for only by pictures
 * @param {string} title
 * @returns {Promise<{ blob: Blob, extension: string }>}
 */
export async function exportMap(model, format, styles, title) {
  switch (format) {
    case "svg":
      return file(svgText(drawSvg(model, styles(), title)), "image/svg+xml", "svg");
    case "png":
      return { blob: await drawPng(model, styles()), extension: "png" };
    case "text":
      return file(textMap(model, title), "text/plain", "txt");
    case "json":
      return file(JSON.stringify({ title, view: view(model), units: model.state.units, regions: shown(model).map(i => regionJson(model, i)) }, null, 2) + "\n", "application/json", "json");
    default:
      return file(csvText(model), "text/csv", "csv");
  }
}

/** The regions that the legend shows, in the table's order. @param {Model} model */
export function shown({ regions, state }) {
  const keys = regions.meta.kinds.map(kind => kind.key);
  return Array.from({ length: regions.count }, (_, i) => i).filter(i => !state.hidden.includes(keys[regions.kind[i]]));
}

/** One region as copied and exported. @param {Model} model @param {number} i */
export function regionJson({ regions, state }, i) {
  return {
    type: regions.name(i), range: rangePlain(regions.start[i], regions.end[i]), start: hexPlain(regions.start[i]), end: hexPlain(regions.end[i]),
    size: sizeText(regions.size(i), state.units), bytes: regions.size(i),
    node: regions.node[i] < 0 ? null : regions.node[i], tdmr: regions.tdmr[i] < 0 ? null : regions.tdmr[i],
    why: regions.why(i), from: regions.provenances(i),
  };
}

/** @param {Model} model */
export function csvText(model) {
  const rows = shown(model).map(i => {
    const region = regionJson(model, i);
    return [region.type, region.start, region.end, region.size.replaceAll("_", ""), region.bytes, region.node ?? "", region.tdmr ?? "", region.why[0], region.from.join(", ")];
  });
  return [HEADINGS, ...rows].map(row => row.map(cell).join(",") + "\r\n").join("");
}

/** A whole picture: the strip above the zoom view, as on the page. @param {Model} model @param {Styles} styles @param {string} title @returns {Element} */
export function drawSvg(model, styles, title) {
  const scene = pictureScene(model), height = OVERVIEW_HEIGHT + PICTURE_GAP + zoomHeight(scene.layer.lanes.length, scene.changes.length > 0);
  const pen = new SvgPen(document, PICTURE_WIDTH, height, styles, title);
  drawOverview(pen, model.built.overview.layer, model.built.overview.axis, PICTURE_WIDTH, model.range);
  const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
  group.setAttribute("transform", `translate(0 ${OVERVIEW_HEIGHT + PICTURE_GAP})`);
  const whole = pen.root;
  whole.append(group);
  pen.root = group;
  pen.at = group;
  drawZoom(pen, scene);
  return whole;
}

/** @param {Model} model @param {Styles} styles @returns {Promise<Blob>} */
function drawPng(model, styles) {
  const scene = pictureScene(model), height = OVERVIEW_HEIGHT + PICTURE_GAP + zoomHeight(scene.layer.lanes.length, scene.changes.length > 0);
  const canvas = document.createElement("canvas");
  canvas.width = PICTURE_WIDTH * PNG_SCALE;
  canvas.height = height * PNG_SCALE;
  const context = canvas.getContext("2d");
  if (!context) {
    throw new Error("This browser offers no canvas; export SVG instead.");
  }
  context.scale(PNG_SCALE, PNG_SCALE);
  const pen = new CanvasPen(context, styles, PNG_SCALE);
  pen.rect(0, 0, PICTURE_WIDTH, height, "surface");
  drawOverview(pen, model.built.overview.layer, model.built.overview.axis, PICTURE_WIDTH, model.range);
  context.translate(0, OVERVIEW_HEIGHT + PICTURE_GAP);
  drawZoom(pen, scene);
  return new Promise((resolve, reject) => canvas.toBlob(blob => blob ? resolve(blob) : reject(new Error("The browser made no picture; export SVG instead.")), "image/png"));
}

/** @param {Model} model */
function pictureScene(model) {
  const left = 96;
  return { ...model.scene, left, width: PICTURE_WIDTH - left - 8, hovered: -1 };
}

/** @param {Element} svg */
function svgText(svg) {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(svg)}\n`;
}

/** @param {Model} model */
function view(model) {
  return { start: hexPlain(model.range.start), end: hexPlain(model.range.end), scale: model.state.scale };
}

/** @param {string} text @param {string} type @param {string} extension */
function file(text, type, extension) {
  return { blob: new Blob([text], { type: `${type};charset=utf-8` }), extension };
}

// A text that a spreadsheet would take for a formula is given a quote, as the host chooses some of them.
/** @param {string | number} value */
function cell(value) {
  const text = String(value), safe = /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll("\"", "\"\"")}"` : safe;
}
