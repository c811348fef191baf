import assert from "node:assert/strict";
import test from "node:test";
import { isWhole } from "../../wwwroot/js/planner.js";

const most = 65_536;
test("isWhole_LinesOrASnapshotInThePlaceOfAll_AreReadAsAWhole", () => {
  assert.equal(isWhole("00001000-0009ffff : System RAM\n00100000-7fffffff : System RAM\n", true, most), true);
  assert.equal(isWhole(' {"schema":1}', true, most), true);
});

test("isWhole_OneLineOrAPartOfAPlan_IsPastedAsUsual", () => {
  assert.equal(isWhole("2 sockets x 1 TiB, hole 2G-4G\n", true, most), false);
  assert.equal(isWhole("hole 2G-4G\nkeyids 32", false, most), false);
});

test("isWhole_LongerThanAPlan_NeverFillsTheBox", () => {
  assert.equal(isWhole("x".repeat(most + 1), false, most), true);
  assert.equal(isWhole("x".repeat(most), false, most), false);
});
