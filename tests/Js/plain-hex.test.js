import assert from "node:assert/strict";
import test from "node:test";
import { plainHex } from "../../wwwroot/js/plain-hex.js";

for (const [name, text, plain] of [
  ["Range", "[0x1_0000_0000, 0x2_7a00_0000)", "[0x100000000, 0x27a000000)"],
  ["Rows", "TDMR\t0xA0_0000_0000\nPAMT\t0x4000", "TDMR\t0xA000000000\nPAMT\t0x4000"],
  ["SixteenDigits", "0xffff_ffff_ffff_ffff", "0xffffffffffffffff"],
  ["NamesAndOtherGroups", "MAX_TDMRS of host_0x1_2 is 0x40_name 0x1_000", "MAX_TDMRS of host_0x1_2 is 0x40_name 0x1_000"],
]) {
  test(`plainHex_${name}_HasNoGroupsInItsNumbers`, () => assert.equal(plainHex(text), plain));
}
