import assert from "node:assert/strict";
import test from "node:test";
import { parseAddress } from "../../wwwroot/js/memory-map/address-text.js";
import { UNITS, hexGrouped, hexPlain, rangeGrouped, rangePlain, sizeText, sizeWithBytes } from "../../wwwroot/js/memory-map/addresses.js";
import { data } from "./data.js";

for (const { text, start, end, problem } of data("address-text.json")) {
  test(`parseAddress_${JSON.stringify(text)}_AnswersAsTheServer`, () => {
    assert.deepEqual(parseAddress(text), problem ? { problem } : { start: Number(start), end: end === undefined ? null : Number(end), problem: "" });
  });
}

for (const row of data("size-text.json")) {
  test(`sizeText_${row.bytes}Bytes_ReadsAsOnTheServer`, () => {
    assert.deepEqual(UNITS.map(unit => sizeText(row.bytes, unit)), UNITS.map(unit => row[unit]));
  });
}

test("hexGrouped_AnyLength_JoinsFoursFromTheRight", () => {
  assert.deepEqual([0, 0xfff, 0xffff, 0x10000, 0x1080000000, 2 ** 52].map(hexGrouped), ["0x0", "0xfff", "0xffff", "0x1_0000", "0x10_8000_0000", "0x10_0000_0000_0000"]);
});

test("range_BothForms_AreGroupedOnScreenAndPlainWhenCopied", () => {
  assert.equal(rangeGrouped(0x1080000000, 0x2080000000), "[0x10_8000_0000, 0x20_8000_0000)");
  assert.equal(rangePlain(0x1080000000, 0x2080000000), "0x1080000000-0x2080000000");
  assert.equal(hexPlain(2 ** 52 - 1), "0xfffffffffffff");
});

test("sizeWithBytes_AnyUnit_KeepsTheExactBytes", () => {
  assert.equal(sizeWithBytes(100663296, "pages"), "24,576 pages (100,663,296 bytes)");
});
