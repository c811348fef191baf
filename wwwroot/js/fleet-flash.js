// @ts-check
// Values of the fleet's table that changed flash softly.

import { rowOf } from "./fleet-rows.js";

const flash = { duration: 900, easing: "ease-out" };

/** Flashes the cells that changed, unless the whole row is new. @param {MutationRecord[]} changes @param {Set<Node>} fresh what this batch of changes added, and rows that have another host */
export function flashChanges(changes, fresh) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
    return;
  }
  for (const change of changes) {
    const from = change.target instanceof Element ? change.target : change.target.parentElement;
    const row = rowOf(from), cell = from?.closest("td");
    if (row === null || fresh.has(row)) {
      continue;
    }
    if (row === from) {
      change.addedNodes.forEach(added => { showAnew(added, row, changes); });
    } else if (cell && !fresh.has(cell) && !cell.matches(".col-seen, .col-select")) {
      showCell(cell, cell.dataset.changed);
    }
  }
}

/** Most cells come anew with their value: one changed when the cell of its column said something else. @param {Node} cell @param {Element} row @param {MutationRecord[]} changes */
function showAnew(cell, row, changes) {
  if (!(cell instanceof HTMLTableCellElement)) {
    return;
  }
  const before = changes.filter(change => change.target === row).flatMap(change => [...change.removedNodes])
    .find(gone => gone instanceof HTMLTableCellElement && gone.className === cell.className);
  if (before instanceof HTMLTableCellElement && before.innerHTML !== cell.innerHTML) {
    showCell(cell, before.dataset.changed);
  }
}

/** @param {HTMLElement} cell @param {string | undefined} times how often it changed before */
function showCell(cell, times) {
  cell.dataset.changed = String(Number(times ?? 0) + 1);
  cell.animate([{ backgroundColor: "color-mix(in srgb, var(--accent) 30%, transparent)" }, { backgroundColor: "transparent" }], flash);
}
