// The focusable side of the drawing: a listbox for each lane, of which only the option in use is in the document. It stands
// over the region that it names, so that the focus ring does.

import { LANE_HEIGHT, laneTop } from "./drawing.js";
/** @import { Model } from "./model.js" */

export class FocusLayer {
  /** @type {HTMLElement[]} */
  #lists = [];
  #shown = "";

  /** @param {HTMLElement} layer @param {Model} model */
  constructor(layer, model) {
    this.layer = layer;
    this.model = model;
    // Tab alone brings the focus to a region, and keys go on from there.
    layer.addEventListener("focusin", e => {
      if (model.focused < 0 && e.target instanceof HTMLElement) { model.focused = Number(e.target.dataset.region); }
    });
  }

  /** Brings the lists in line with the lanes, and the options with what is focused and seen. */
  update() {
    const { model } = this, { lanes } = model.layer;
    const names = lanes.map(lane => lane.name).join("\n");
    if (names !== this.#shown) {
      const hadFocus = this.layer.contains(document.activeElement);
      this.#shown = names;
      this.#lists = lanes.map(lane => list(lane.name));
      this.layer.replaceChildren(...this.#lists);
      if (hadFocus && model.focused >= 0) {
        queueMicrotask(() => this.focus(model.focused));
      }
    }
    const active = this.#activeLane();
    lanes.forEach((lane, index) => {
      const region = index === model.layer.placement.laneOf[model.focused] ? model.focused : lane.regions[0];
      this.#place(this.#option(index), index, region, index === active);
    });
  }

  /** Moves the focus to a region. @param {number} region */
  focus(region) {
    const { model } = this;
    model.focused = region;
    this.update();
    const lane = model.layer.placement.laneOf[region];
    if (lane < 0) {
      return;
    }
    // Screen readers speak only of an element that comes to be focused, so each region gets a new one.
    const old = this.#option(lane), fresh = option();
    this.#place(fresh, lane, region, true);
    this.#lists[lane].append(fresh);
    fresh.focus({ preventScroll: true });
    old.remove();
  }

  get hasFocus() {
    return this.layer.contains(document.activeElement);
  }

  #activeLane() {
    const lane = this.model.focused < 0 ? -1 : this.model.layer.placement.laneOf[this.model.focused];
    return lane < 0 ? 0 : lane;
  }

  /** @param {number} lane @returns {HTMLElement} */
  #option(lane) {
    const list = this.#lists[lane];
    return /** @type {HTMLElement} */ (list.lastElementChild ?? list.appendChild(option()));
  }

  /** @param {HTMLElement} element @param {number} lane @param {number} region @param {boolean} isActive */
  #place(element, lane, region, isActive) {
    const { model } = this, own = model.layer.lanes[lane].regions;
    element.tabIndex = isActive ? 0 : -1;
    element.dataset.region = String(region);
    element.setAttribute("aria-posinset", String(own.indexOf(region) + 1));
    element.setAttribute("aria-setsize", String(own.length));
    element.setAttribute("aria-selected", String(region === model.selected));
    element.setAttribute("aria-label", model.regions.describe(region, model.state.units).replaceAll("\n", ", "));
    const right = model.left + model.width;
    const x = Math.min(Math.max(model.xOf(model.regions.start[region]), model.left), right - 3);
    const end = Math.min(Math.max(model.xOf(model.regions.end[region]), x + 3), right);
    element.style.transform = `translate(${x}px, ${laneTop(lane) + 2}px)`;
    element.style.width = `${end - x}px`;
    element.style.height = `${LANE_HEIGHT - 10}px`;
  }
}

/** @param {string} name */
function list(name) {
  const element = document.createElement("div");
  element.setAttribute("role", "listbox");
  element.setAttribute("aria-orientation", "horizontal");
  element.setAttribute("aria-label", `${name} lane`);
  return element;
}

function option() {
  const element = document.createElement("div");
  element.setAttribute("role", "option");
  element.className = "spot";
  return element;
}
