// Keeps the map's state in the page's URL, a zoom as a step that Back undoes, and tells the server the part that it shows.

import { readState, writeState } from "./map-state.js";
/** @import { Model } from "./model.js" */
/** @import { Options, Server } from "./memory-map.js" */

const REST = 300; // a wheel or pinch that rests this long is one step of the history

export class MapUrl {
  #restTimer = 0;
  #isStep = false;
  /** @type {string | null} */
  #told = null;

  /** @param {Model} model @param {Options} options @param {Server | null} server told of what the table and the legend show */
  constructor(model, options, server) {
    this.model = model;
    this.options = options;
    this.server = server;
  }

  get query() {
    return this.options.writesUrl ? location.search : this.options.query;
  }

  /** @param {string} name */
  has(name) {
    return new URLSearchParams(this.query).has(name);
  }

  /** What the URL says. */
  read() {
    return readState(this.query, this.model.kinds);
  }

  /** The view moves: once that rests, it is settled. @param {boolean} isStep @param {() => void} rested */
  moving(isStep, rested) {
    this.#isStep ||= isStep;
    clearTimeout(this.#restTimer);
    this.#restTimer = window.setTimeout(rested, REST);
  }

  /** Ends a movement: what is seen goes into the URL. A link made while the map still moves is of what is seen, not of where the movement began. */
  settle(isStep = this.#isStep) {
    this.stop();
    this.commit(isStep);
  }

  /** Ends a movement that the URL does not get. */
  stop() {
    clearTimeout(this.#restTimer);
    this.#isStep = false;
  }

  /** @param {boolean} isStep whether Back undoes it */
  commit(isStep) {
    const query = writeState(this.query, this.model.settle());
    if (!this.options.writesUrl) {
      this.options.query = query;
    } else if (query !== location.search) {
      const url = location.pathname + query + location.hash;
      if (isStep) { history.pushState(history.state, "", url); } else { history.replaceState(history.state, "", url); }
    }
    this.tell();
  }

  /** Tells the server, unless it knows. It shows units, hidden kinds, the selection and the table's page, never the view. */
  tell() {
    const query = this.#serverPart();
    if (query !== this.#told) {
      this.#told = query;
      this.server?.invokeMethodAsync("StateChanged", query).catch(() => { /* the circuit is gone; a new one reads the URL */ });
    }
  }

  /** The server knows what is shown. */
  known() {
    this.#told = this.#serverPart();
  }

  /** The server has to be told the next time, whatever is shown. */
  unknown() {
    this.#told = null;
  }

  #serverPart() {
    return writeState("", { ...this.model.settle(), view: null, scale: "compressed", go: null });
  }
}
