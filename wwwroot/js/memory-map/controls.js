// The tools around the drawing, which the server rendered: go-to, scale, units, zoom, menus, legend, gauges, table, keys.

import { anyKey, overviewKey, zoomKey } from "./keys.js";
import { SCALE_MODES } from "./axis.js";
import { UNITS } from "./addresses.js";
import { rememberUnits } from "./remembered.js";
/** @import { MemoryMap } from "./memory-map.js" */

/** @param {MemoryMap} map @param {AbortSignal} signal */
export function listenToControls(map, signal) {
  const { root, model } = map;
  root.addEventListener("keydown", e => {
    if (e.defaultPrevented || e.altKey || e.ctrlKey || e.metaKey) {
      return;
    }
    if (key(map, e)) {
      e.preventDefault();
    }
  }, { signal });

  map.part("go").addEventListener("submit", e => {
    e.preventDefault();
    const input = map.part("go-text");
    if (input instanceof HTMLInputElement) {
      input.setAttribute("aria-invalid", String(!map.goTo(input.value)));
    }
  }, { signal });

  root.addEventListener("change", e => {
    const target = /** @type {HTMLInputElement | HTMLSelectElement} */ (e.target);
    if (target.dataset.kind !== undefined) {
      model.setShown(target.dataset.kind, /** @type {HTMLInputElement} */ (target).checked);
      model.state.page = 1;
      map.changed();
    } else if (target.dataset.part === "scale") {
      model.setScale(SCALE_MODES.find(mode => mode === target.value) ?? "compressed");
      map.changed();
    } else if (target.dataset.part === "units") {
      model.state.units = UNITS.find(unit => unit === target.value) ?? "auto";
      rememberUnits(model.state.units);
      map.changed();
    } else if (target.dataset.part === "overlay") {
      map.switchOverlay(/** @type {HTMLInputElement} */ (target).checked);
    }
  }, { signal });

  root.addEventListener("click", e => {
    const target = /** @type {Element} */ (e.target);
    const control = target.closest("[data-do], [data-select], [data-page]");
    if (control instanceof HTMLElement) {
      e.preventDefault(); // a page of the table is a link without scripts
      act(map, control);
      const menu = control.closest("details.menu");
      if (menu) {
        menu.removeAttribute("open");
        menu.querySelector("summary")?.focus();
      }
    }
    root.querySelectorAll("details.menu[open]").forEach(menu => {
      if (!menu.contains(target)) { menu.removeAttribute("open"); }
    });
  }, { signal });
}

/** Brings the controls in line with the state. @param {MemoryMap} map */
export function showControls({ root, model }) {
  const scale = root.querySelector("[data-part=scale]"), units = root.querySelector("[data-part=units]");
  if (scale instanceof HTMLSelectElement) { scale.value = model.state.scale; }
  if (units instanceof HTMLSelectElement) { units.value = model.state.units; }
  for (const box of root.querySelectorAll("input[data-kind]")) {
    if (box instanceof HTMLInputElement) { box.checked = !model.state.hidden.includes(box.dataset.kind ?? ""); }
  }
}

/** @param {MemoryMap} map @param {KeyboardEvent} e @returns {boolean} whether the key meant something */
function key(map, e) {
  const target = /** @type {Element} */ (e.target);
  if (e.key === "Escape") {
    const menu = target.closest("details.menu[open]");
    if (menu) {
      menu.removeAttribute("open");
      menu.querySelector("summary")?.focus();
      return true;
    }
  }
  if (target.matches("input, select, textarea")) {
    return e.key === "Escape" && anyKey(map, e);
  }
  if (map.part("lanes").contains(target) && zoomKey(map, e)) {
    return true;
  }
  if (target === map.part("overview") && overviewKey(map, e)) {
    return true;
  }
  return anyKey(map, e);
}

/** @param {MemoryMap} map @param {HTMLElement} control */
function act(map, control) {
  const { model } = map;
  if (control.dataset.select !== undefined) {
    const region = model.regions.find(control.dataset.select);
    if (region >= 0) {
      model.reveal(region);
      map.select(region, 1);
    }
    return;
  }
  if (control.dataset.page !== undefined) {
    model.state.page = Number(control.dataset.page);
    map.changed();
    return;
  }
  const [verb, object] = (control.dataset.do ?? "").split(":");
  switch (verb) {
    case "copy": void map.copy(/** @type {"range"} */(object)); break;
    case "save": void map.save(/** @type {"svg"} */(object)); break;
    case "zoom": map.zoomStep(object === "in" ? 1.6 : 1 / 1.6); break;
    case "all": map.step(() => model.showAll()); break;
    case "fit": if (map.focusedOrSelected >= 0) { map.step(() => model.fitRegion(map.focusedOrSelected)); } break;
    case "clear": map.clear(); break;
  }
}
