// The details of what is selected, and of what is measured. All text of the host goes in as text.

import { hexGrouped, rangeGrouped, sizeWithBytes } from "./addresses.js";
/** @import { Model } from "./model.js" */

const HINT = "Select a region to see why it is there. Shift and click on two places to measure between them.";
const DOCS = "docs/layout#";

/** @param {HTMLElement} pane @param {Model} model */
export function showPane(pane, model) {
  const parts = [];
  if (model.selected >= 0) {
    parts.push(...region(model, model.selected));
  }
  if (model.measure !== null) {
    parts.push(...measure(model.measure, model.state.units));
  }
  pane.replaceChildren(...(parts.length > 0 ? parts : [element("p", HINT, "muted")]));
}

/** @param {Model} model @param {number} i */
function region({ regions, state }, i) {
  const list = document.createElement("dl");
  const add = (/** @type {string} */ term, /** @type {string} */ value, mono = true) => list.append(element("dt", term), element("dd", value, mono ? "mono" : ""));
  add("Start", hexGrouped(regions.start[i]));
  add("End", hexGrouped(regions.end[i]));
  add("Size", sizeWithBytes(regions.size(i), state.units));
  if (regions.node[i] >= 0) { add("NUMA node", String(regions.node[i])); }
  if (regions.tdmr[i] >= 0) { add("TDMR", String(regions.tdmr[i])); }
  add("From", regions.provenances(i).join(", "), false);
  const why = document.createElement("ol");
  why.append(...regions.why(i).map(sentence => element("li", sentence)));
  const link = element("a", "How the layout comes about");
  link.setAttribute("href", DOCS + regions.meta.kinds[regions.kind[i]].key);
  const holds = inside(regions, i);
  return [element("h3", regions.name(i)), list, element("h4", "Why?"), why, ...(holds ? [element("p", holds, "muted")] : []), link];
}

// Which regions lie in it, by kind.
/** @param {Model["regions"]} regions @param {number} i */
function inside(regions, i) {
  const counts = regions.meta.kinds.map(() => 0);
  for (let k = 0; k < regions.count; k++) {
    if (k !== i && regions.start[k] >= regions.start[i] && regions.end[k] <= regions.end[i]) {
      counts[regions.kind[k]]++;
    }
  }
  const words = counts.flatMap((count, kind) => count > 0 ? [`${count} × ${regions.meta.kinds[kind].name}`] : []);
  return words.length > 0 ? `Inside it: ${words.join("; ")}.` : "";
}

/** @param {NonNullable<Model["measure"]>} measured @param {Model["state"]["units"]} units */
function measure({ from, to }, units) {
  const parts = [element("h3", "Measured")];
  if (to === null) {
    return [...parts, element("p", `From ${hexGrouped(from)}. Shift and click on the other place.`)];
  }
  const start = Math.min(from, to), end = Math.max(from, to);
  return [...parts, element("p", rangeGrouped(start, end), "mono"), element("p", sizeWithBytes(end - start, units), "mono")];
}

/** @param {string} tag @param {string} text @param {string} [style] */
function element(tag, text, style) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (style) {
    made.className = style;
  }
  return made;
}
