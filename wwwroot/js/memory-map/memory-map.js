// The memory map of a page: mount() takes what the server rendered, and draws and answers from then on without asking it.

import { hexGrouped, rangeGrouped, sizeWithBytes } from "./addresses.js";
import { parseAddress } from "./address-text.js";
import { readChanges } from "./changes.js";
import { copyText } from "./clipboard.js";
import { listenToControls, showControls } from "./controls.js";
import { drawSvg, exportMap } from "./exports.js";
import { FocusLayer } from "./focus.js";
import { readState, writeState } from "./map-state.js";
import { MapUrl } from "./map-url.js";
import { Model } from "./model.js";
import { Motion } from "./motion.js";
import { Notices } from "./notices.js";
import { showPane } from "./pane.js";
import { listenToOverview, listenToZoom } from "./pointer.js";
import { Regions } from "./regions.js";
import { rememberedUnits } from "./remembered.js";
import { makeStyles } from "./styles.js";
import { canvasOf, Surface } from "./surface.js";
import { readColours } from "./theme.js";
import { placeTip, tipText } from "./tooltip.js";
/** @import { Format } from "./exports.js" */
/** @import { Piece } from "./clipboard.js" */

/**
 * @typedef {object} Options
 * @property {string} query the state to begin with
 * @property {boolean} writesUrl whether this map keeps the page's URL
 * @property {string} title of exports
 * @property {Parameters<typeof readChanges>[0]} changes
 * @property {Uint8Array | null} overlay a second map
 * @property {string} overlayName what the second map is
 */
/** @typedef {{ invokeMethodAsync(name: string, ...args: unknown[]): Promise<unknown> }} Server */

/**
 * @param {HTMLElement} root
 * @param {Uint8Array} bytes
 * @param {Options} options
 * @param {Server | null} server told of what the table and the legend show
 */
export function mount(root, bytes, options, server) {
  return new MemoryMap(root, bytes, options, server);
}

export class MemoryMap {
  #end = new AbortController();

  /** @param {HTMLElement} root @param {Uint8Array} bytes @param {Options} options @param {Server | null} server */
  constructor(root, bytes, options, server) {
    performance.mark("tdx-map-mount");
    this.root = root;
    this.options = options;
    this.model = new Model(new Regions(bytes));
    this.url = new MapUrl(this.model, options, server);
    this.model.changes = readChanges(options.changes);
    this.notices = new Notices(this.part("toast"));
    const zone = this.part("zoom"), strip = this.part("overview"), { signal } = this.#end;
    this.focusLayer = new FocusLayer(this.part("lanes"), this.model);
    this.surface = new Surface(root, canvasOf(zone), canvasOf(strip), this.model, () => this.#drawn());
    this.motion = new Motion(this.model, () => this.surface.drawNow());
    listenToZoom(this, zone, signal);
    listenToOverview(this, strip, signal);
    listenToControls(this, signal);
    addEventListener("popstate", () => this.#popped(), { signal });
    addEventListener("beforeprint", () => this.#print(), { signal });
    this.model.setState(this.url.read());
    this.url.known();
    this.#rememberedUnits();
    root.dataset.live = "";
    this.toggleOverlay(this.#overlayBox?.checked ?? false);
    this.surface.drawNow();
    this.#show();
    this.#follow();
    performance.measure("tdx-map-first-draw", "tdx-map-mount");
  }

  /** @param {string} name @returns {HTMLElement} */
  part(name) {
    const found = this.root.querySelector(`[data-part="${name}"]`);
    if (!(found instanceof HTMLElement)) {
      throw new Error(`The memory map lacks its part '${name}'.`);
    }
    return found;
  }

  // What the server calls.

  /** Another snapshot. @param {Uint8Array} bytes */
  setMap(bytes) {
    this.model.settle();
    this.model.setRegions(new Regions(bytes));
    this.#show();
  }

  /** A second map to compare with; null removes it. @param {Uint8Array | null} bytes */
  setOverlay(bytes) {
    this.options.overlay = bytes;
    this.toggleOverlay(this.model.other !== null || (this.#overlayBox?.checked ?? false));
  }

  /** @param {Parameters<typeof readChanges>[0]} changes */
  setChanges(changes) {
    this.model.changes = readChanges(changes);
    this.#show();
  }

  /** Another state, for example after a link was followed. @param {string} query */
  setState(query) {
    const wanted = writeState("", readState(query, this.model.kinds));
    if (wanted === writeState("", this.model.settle())) {
      return; // the browser was there first, with Back or with its own click
    }
    this.model.setState(readState(query, this.model.kinds));
    this.url.known();
    this.#followOverlay();
    this.#show();
    this.#follow();
  }

  dispose() {
    this.#end.abort();
    this.url.stop();
    this.motion.stop();
    this.surface.dispose();
    this.notices.dispose();
    delete this.root.dataset.live;
  }

  // What the pointer, the keys and the controls call.

  /** Shows what is below the pointer; null ends it. @param {number | null} x @param {number} y */
  hover(x, y) {
    const tip = this.part("tip"), { model } = this;
    const below = x === null ? null : model.overlayAt(x, y);
    const shape = below ?? (x === null ? null : model.shapeAt(x, y));
    const hovered = below ? -1 : shape?.first ?? -1;
    this.point(x === null || x < model.left ? null : model.addressAt(x));
    if (shape && x !== null) {
      tip.textContent = below && model.other ? `${this.options.overlayName}: ${tipText(model.other, below, model.state.units)}` : tipText(model.regions, shape, model.state.units);
      placeTip(tip, this.part("zoom"), x, y);
    }
    tip.hidden = shape === null;
    if (hovered !== model.hovered) {
      model.hovered = hovered;
      this.surface.draw();
    }
  }

  /** Says which address the pointer means. @param {number | null} address */
  point(address) {
    this.part("pointer").textContent = address === null ? "" : hexGrouped(address);
  }

  /** Marks the part of the strip that a drag covers, in its pixels. @param {number} from @param {number} to */
  band(from, to) {
    const band = this.part("band");
    band.hidden = to - from < 1;
    band.style.transform = `translateX(${from}px)`;
    band.style.width = `${to - from}px`;
  }

  /** After the view moved: draws, and keeps the URL once the movement rests. @param {"zoom" | "pan"} how */
  moved(how) {
    this.motion.stop();
    this.surface.draw();
    this.url.moving(how === "zoom", () => this.#rest());
  }

  /** One deliberate move, shown on its way unless motion is unwanted. @param {() => void} move @param {boolean} isZoom */
  step(move, isZoom = true) {
    const { model } = this, before = model.seen;
    this.url.settle();
    move();
    this.#rest(isZoom);
    this.motion.run(before);
  }

  /** @param {number} factor */
  zoomStep(factor) {
    const { model } = this, focused = this.focusLayer.hasFocus ? model.focused : -1;
    const x = focused >= 0 ? model.xOf((model.regions.start[focused] + model.regions.end[focused]) / 2) : NaN;
    this.step(() => model.zoomAt(factor, x >= model.left && x <= model.left + model.width ? x : undefined));
  }

  /** @param {number} region or -1 @param {number} count how many regions stood there */
  select(region, count) {
    const { model } = this;
    model.selected = region;
    if (region >= 0) {
      model.focused = region;
      this.notices.announce(`Selected ${model.regions.describe(region, model.state.units).replaceAll("\n", ", ")}${count > 1 ? `, the first of ${count}` : ""}`);
    }
    this.url.commit(false);
    this.#show();
  }

  measured() {
    const { measure } = this.model;
    if (measure && measure.to !== null) {
      const start = Math.min(measure.from, measure.to), end = Math.max(measure.from, measure.to);
      this.notices.tell(`${rangeGrouped(start, end)}: ${sizeWithBytes(end - start, this.model.state.units)}`);
    }
    this.#show();
  }

  clear() {
    this.model.selected = -1;
    this.model.measure = this.model.pin = null;
    this.part("go-message").textContent = "";
    this.url.commit(false);
    this.#show();
  }

  get focusedOrSelected() {
    return this.focusLayer.hasFocus && this.model.focused >= 0 ? this.model.focused : this.model.selected;
  }

  /** @param {number} region */
  focusRegion(region) {
    this.focusLayer.focus(region);
  }

  focusPane() {
    this.part("pane").focus();
  }

  focusGo() {
    const input = this.part("go-text");
    input.focus();
    if (input instanceof HTMLInputElement) { input.select(); }
  }

  focusTable() {
    const table = this.part("table"), region = this.focusedOrSelected;
    const own = region < 0 ? null : table.querySelector(`button[data-select="${this.model.regions.key(region)}"]`);
    const row = own ?? table.querySelector("tbody button");
    table.scrollIntoView({ block: "nearest" });
    (row instanceof HTMLElement ? row : table).focus();
  }

  /** Goes to what a person typed. @param {string} text @param {boolean} isStep whether Back undoes it */
  goTo(text, isStep = true) {
    const target = parseAddress(text), message = this.part("go-message"), { model } = this;
    if (!("start" in target)) {
      message.textContent = target.problem;
      return false;
    }
    if (target.end !== null) {
      const { start, end } = target;
      this.step(() => model.fit(start, end), isStep);
      message.textContent = `Shows ${rangeGrouped(start, end)}, ${sizeWithBytes(end - start, model.state.units)}.`;
    } else {
      this.step(() => model.goTo(target.start), isStep);
      message.textContent = model.regions.whatIsAt(target.start);
    }
    this.url.commit(false);
    this.#show();
    return true;
  }

  // What a link names is gone to once; the address then says what is seen, and the server what it was told.
  #follow() {
    const { go } = this.model.state;
    if (go !== null) {
      this.model.state.go = null;
      this.url.unknown();
      this.goTo(go, false);
    }
  }

  /** @param {Piece | "link"} what */
  async copy(what) {
    if (what === "link") { this.url.settle(); }
    const text = what === "link" ? location.href : copyText(this.model, this.focusedOrSelected, what);
    if (text === null) {
      this.notices.tell("Nothing is selected: click a region, or focus one with the keyboard.");
      return;
    }
    try {
      await navigator.clipboard.writeText(text);
      this.notices.tell(`Copied ${what === "json" ? "JSON" : what === "link" ? "the link" : text}`);
    } catch {
      this.notices.tell(`The browser did not allow copying: ${text}`);
    }
  }

  /** @param {Format} format */
  async save(format) {
    const { blob, extension } = await exportMap(this.model, format, () => this.surface.styles, this.options.title);
    const link = document.createElement("a"), url = URL.createObjectURL(blob);
    link.href = url;
    link.download = `${this.options.title.replaceAll(/[^A-Za-z0-9._-]+/g, "-")}.${extension}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    this.notices.tell(`Saved ${link.download}`);
  }

  /** @param {boolean} isShown */
  toggleOverlay(isShown) {
    const { overlay } = this.options;
    this.model.setOverlay(isShown && overlay !== null ? new Regions(overlay) : null);
    this.#show();
  }

  /** By the person. @param {boolean} isShown */
  switchOverlay(isShown) {
    this.model.state.below = isShown;
    this.toggleOverlay(isShown);
    this.changed();
  }

  /** After the controls changed the state. */
  changed() {
    this.url.commit(false);
    this.#show();
  }

  get #overlayBox() {
    const box = this.root.querySelector("[data-part=overlay]");
    return box instanceof HTMLInputElement ? box : null;
  }

  // Of a map that the URL does not follow, the switch is its own.
  #followOverlay() {
    const box = this.#overlayBox, { below } = this.model.state;
    if (this.options.writesUrl && box !== null && box.checked !== below) {
      box.checked = below;
      this.toggleOverlay(below);
    }
  }

  #rememberedUnits() {
    const remembered = rememberedUnits();
    if (remembered !== null && !this.url.has("units")) {
      this.model.state.units = readState(`?units=${encodeURIComponent(remembered)}`, this.model.kinds).units;
      this.url.tell();
    }
  }

  #show() {
    showPane(this.part("pane"), this.model);
    showControls(this);
    this.surface.draw();
  }

  #drawn() {
    this.focusLayer.update();
    const { model } = this, { start, end } = model.range;
    const strip = this.part("overview"), share = Math.round((model.view.u0 + model.view.u1) / 2 / model.axis.length * 100);
    strip.setAttribute("aria-valuenow", String(share));
    strip.setAttribute("aria-valuetext", `${hexGrouped(start)} to ${hexGrouped(end)}, ${sizeWithBytes(end - start, "auto")}`);
    this.part("range").textContent = `${rangeGrouped(start, end)} ${sizeWithBytes(end - start, model.state.units)}`;
  }

  /** A movement ended. @param {boolean} [isStep] */
  #rest(isStep) {
    this.url.settle(isStep);
    this.notices.summarise(() => `Showing ${this.part("range").textContent}`);
  }

  #popped() {
    if (!this.options.writesUrl || !this.root.isConnected) {
      return;
    }
    const before = this.model.seen, units = this.model.state.units;
    this.url.stop();
    this.model.setState(this.url.read());
    if (!this.url.has("units")) { this.model.state.units = units; }
    this.#followOverlay();
    this.url.tell();
    this.#show();
    this.motion.run(before);
    this.#follow();
  }

  // Paper is white: the picture is drawn anew, as lines, in the light theme's colours.
  #print() {
    this.part("print").replaceChildren(drawSvg(this.model, makeStyles(readColours(this.part("print"))), this.options.title));
  }
}
