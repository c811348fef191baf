// The regions of a host, from the one array that the server sends for each snapshot (src/Web/Components/MemoryMap/MapBytes.cs).

import { hexGrouped, rangeGrouped, sizeWithBytes } from "./addresses.js";
/** @import { Unit } from "./addresses.js" */

/** What a region is, in the server's order. */
export const KIND = Object.freeze({ firmware: 0, ram: 1, cmr: 2, tdmr: 3, hole: 4, reservedPamt: 5, pamt: 6 });

const MAGIC = 0x4d584454; // "TDXM"
const VERSION = 1;
const HEADER = 16;
const PROVENANCE_BITS = 0x0f;
const HYPOTHETICAL_BIT = 0x10;

/**
 * @typedef {object} Meta
 * @property {{ key: string, name: string }[]} kinds each kind's word in URLs and its name on screen
 * @property {string[]} provenances the words of the marks
 * @property {number} hypothetical which of them says hypothetical
 * @property {string[]} texts the reasons
 */

export class Regions {
  /** @param {Uint8Array} bytes @throws {RangeError} when the array is not of this form */
  constructor(bytes) {
    const buffer = bytes.slice().buffer; // a view into a message need not lie on a boundary of 8 bytes
    const header = bytes.length >= HEADER ? new Uint32Array(buffer, 0, 4) : new Uint32Array(4);
    if (header[0] !== MAGIC || header[1] !== VERSION) {
      throw new RangeError(`The memory map came in form ${header[0].toString(16)}/${header[1]}, and this page reads version ${VERSION}: reload the page.`);
    }
    const count = header[2];
    let at = HEADER;
    /** @param {number} size */
    const next = size => { const from = at; at += size * count; return from; };
    this.count = count;
    this.start = new Float64Array(buffer, next(8), count);
    this.end = new Float64Array(buffer, next(8), count);
    this.text = new Uint32Array(buffer, next(4), count);
    this.node = new Int16Array(buffer, next(2), count);
    this.tdmr = new Int16Array(buffer, next(2), count);
    this.kind = new Uint8Array(buffer, next(1), count);
    this.marks = new Uint8Array(buffer, next(1), count);
    /** @type {Meta} */
    this.meta = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, at, header[3])));
  }

  /** @param {number} i */
  size(i) {
    return this.end[i] - this.start[i];
  }

  /** @param {number} i */
  name(i) {
    return this.meta.kinds[this.kind[i]].name;
  }

  /** @param {number} i */
  isHypothetical(i) {
    return (this.marks[i] & HYPOTHETICAL_BIT) !== 0 || (this.marks[i] & PROVENANCE_BITS) === this.meta.hypothetical;
  }

  /** The words of the marks beside a region, each once. @param {number} i */
  provenances(i) {
    const own = this.marks[i] & PROVENANCE_BITS;
    const words = [this.meta.provenances[own]];
    if (own !== this.meta.hypothetical && this.isHypothetical(i)) {
      words.push(this.meta.provenances[this.meta.hypothetical]);
    }
    return words;
  }

  /** Why a region is there: sentences, the first of which says it shortly. @param {number} i */
  why(i) {
    return this.meta.texts[this.text[i]].split("\n");
  }

  /** What links and URLs call a region: hole.0x107a000000-0x1080000000. @param {number} i */
  key(i) {
    return `${this.meta.kinds[this.kind[i]].key}.0x${this.start[i].toString(16)}-0x${this.end[i].toString(16)}`;
  }

  /** The region of a key; -1 when there is none. @param {string} key */
  find(key) {
    const parts = /^([a-z-]+)\.0x([0-9a-f]{1,14})-0x([0-9a-f]{1,14})$/.exec(key);
    if (!parts) {
      return -1;
    }
    const kind = this.meta.kinds.findIndex(known => known.key === parts[1]);
    const start = parseInt(parts[2], 16), end = parseInt(parts[3], 16);
    for (let i = 0; i < this.count; i++) {
      if (this.kind[i] === kind && this.start[i] === start && this.end[i] === end) {
        return i;
      }
    }
    return -1;
  }

  /** Node and owner, as they stand behind a size. @param {number} i */
  place(i) {
    return (this.node[i] >= 0 ? `, node ${this.node[i]}` : "") + (this.tdmr[i] >= 0 ? `, TDMR ${this.tdmr[i]}` : "");
  }

  /** Everything about a region in one text, for the tooltip and for screen readers. @param {number} i @param {Unit} unit */
  describe(i, unit) {
    return `${this.name(i)} ${rangeGrouped(this.start[i], this.end[i])}\n${sizeWithBytes(this.size(i), unit)}${this.place(i)}\n${this.why(i)[0]} (${this.provenances(i).join(", ")})`;
  }

  /** Every region that holds an address, the smallest first. @param {number} address @returns {number[]} */
  at(address) {
    const found = [];
    for (let i = 0; i < this.count; i++) {
      if (this.start[i] <= address && address < this.end[i]) {
        found.push(i);
      }
    }
    return found.sort((a, b) => this.size(a) - this.size(b) || this.kind[b] - this.kind[a]);
  }

  /**
   * What lies at an address, in words.
   * @param {number} address
   */
  whatIsAt(address) {
    const found = this.at(address);
    if (found.length > 0) {
      return `${hexGrouped(address)} lies in ${found.map(i => `${this.name(i)}${this.kind[i] === KIND.tdmr ? ` ${this.tdmr[i]}` : this.tdmr[i] >= 0 ? ` of TDMR ${this.tdmr[i]}` : ""} ${rangeGrouped(this.start[i], this.end[i])}`).join(", in ")}.`;
    }
    let below = -1, above = -1;
    for (let i = 0; i < this.count; i++) {
      if (this.end[i] <= address && (below < 0 || this.end[i] > this.end[below])) { below = i; }
      if (this.start[i] > address && (above < 0 || this.start[i] < this.start[above])) { above = i; }
    }
    const near = [
      ...(below >= 0 ? [`${this.name(below)} ends below it at ${hexGrouped(this.end[below])}`] : []),
      ...(above >= 0 ? [`${this.name(above)} starts above it at ${hexGrouped(this.start[above])}`] : []),
    ];
    return `Nothing that is known lies at ${hexGrouped(address)}${near.length > 0 ? `: ${near.join(", ")}` : ""}.`;
  }
}
