// Made-up hosts in the form that the server sends.

import { Regions } from "../../wwwroot/js/memory-map/regions.js";

const KINDS = ["firmware", "ram", "cmr", "tdmr", "hole", "reserved-pamt", "pamt"];
const MAGIC = 0x4d584454;

/** @typedef {{ kind: string, start: number, end: number, node?: number, tdmr?: number, why?: string, marks?: number }} Row */

/** @param {Row[]} rows @returns {Uint8Array} */
export function encode(rows) {
  const texts = [...new Set(rows.map(row => row.why ?? "Because."))];
  const meta = new TextEncoder().encode(JSON.stringify({
    kinds: KINDS.map(key => ({ key, name: key })), provenances: ["read", "kernel", "computed", "hypothetical", "emulated", "reported by file"], hypothetical: 3, texts,
  }));
  const count = rows.length, bytes = new Uint8Array(16 + 26 * count + meta.length), data = new DataView(bytes.buffer);
  [MAGIC, 1, count, meta.length].forEach((value, i) => data.setUint32(i * 4, value, true));
  rows.forEach((row, i) => {
    data.setFloat64(16 + i * 8, row.start, true);
    data.setFloat64(16 + (count + i) * 8, row.end, true);
    data.setUint32(16 + count * 16 + i * 4, texts.indexOf(row.why ?? "Because."), true);
    data.setInt16(16 + count * 20 + i * 2, row.node ?? -1, true);
    data.setInt16(16 + count * 22 + i * 2, row.tdmr ?? -1, true);
    data.setUint8(16 + count * 24 + i, KINDS.indexOf(row.kind));
    data.setUint8(16 + count * 25 + i, row.marks ?? 2);
  });
  bytes.set(meta, 16 + 26 * count);
  return bytes;
}

/** @param {Row[]} rows */
export function regionsOf(rows) {
  return new Regions(encode(rows));
}

export const GiB = 2 ** 30;

/** Two nodes with a hole between them, and a device window far beyond. @type {Row[]} */
export const HOST = [
  { kind: "ram", start: 0x100000, end: 0x6f800000, node: 0 },
  { kind: "firmware", start: 0x70000000, end: 0x78000000 },
  { kind: "tdmr", start: 4 * GiB, end: 66 * GiB, tdmr: 0 },
  { kind: "ram", start: 4 * GiB, end: 65 * GiB + 0x3a000000, node: 0 },
  { kind: "hole", start: 65 * GiB + 0x3a000000, end: 66 * GiB, tdmr: 0, why: "No memory between block 1 and block 2.\nLinux reserves what no memory covers." },
  { kind: "tdmr", start: 1024 * GiB, end: 1100 * GiB, tdmr: 1 },
  { kind: "ram", start: 1024 * GiB, end: 1100 * GiB, node: 1 },
  { kind: "reserved-pamt", start: 1024 * GiB, end: 1025 * GiB, tdmr: 1, marks: 3 },
  { kind: "pamt", start: 1024 * GiB, end: 1025 * GiB, node: 1, tdmr: 1, marks: 0x14 },
  { kind: "firmware", start: 2 ** 45, end: 2 ** 45 + 2 ** 40 },
];
