// Test data that the C# tests read too.

import { readFileSync } from "node:fs";

/** @param {string} name a file of tests/data/map @returns {any} */
export function data(name) {
  return JSON.parse(readFileSync(new URL(`../data/map/${name}`, import.meta.url), "utf8"));
}
