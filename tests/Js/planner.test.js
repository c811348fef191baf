import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { isWhole, load, names, remove, save } from "../../wwwroot/js/planner.js";

const most = 65_536;
/** @type {Map<string, string>} */
let stored = new Map();
let isFull = false;

beforeEach(() => {
  stored = new Map();
  isFull = false;
  const storage = {
    /** @param {string} key */
    getItem: key => stored.get(key) ?? null,
    /** @param {string} key @param {string} value */
    setItem: (key, value) => {
      if (isFull) {
        throw new Error("QuotaExceededError");
      }
      stored.set(key, value);
    },
  };
  Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });
  Object.defineProperty(globalThis, "document", { value: { getElementById: () => null }, configurable: true });
});

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

test("save_PlansOfSeveralNames_AreListedInOrderAndLoaded", () => {
  assert.equal(save("Rack 7", "1 socket x 8G"), "");
  assert.equal(save("Alpha", "2 sockets x 8G"), "");
  assert.equal(save("Rack 7", "1 socket x 16G"), "");
  assert.deepEqual(names(), ["Alpha", "Rack 7"]);
  assert.equal(load("Rack 7"), "1 socket x 16G");
  assert.equal(load("none"), null);
  assert.equal(remove("Rack 7"), "");
  assert.deepEqual(names(), ["Alpha"]);
});

test("save_MoreThanFifty_IsRefusedAndTheOthersStay", () => {
  for (let i = 0; i < 50; i++) {
    assert.equal(save(`plan ${i}`, "1 socket x 8G"), "");
  }
  assert.match(save("one more", "1 socket x 8G"), /at most 50 plans/);
  assert.equal(names().length, 50);
});

test("save_IntoFullStorage_SaysSo", () => {
  isFull = true;
  assert.match(save("Rack 7", "1 socket x 8G"), /copy the link instead/);
});

for (const broken of ["no JSON", "{}", '[1, null, {"name": 3}]']) {
  test(`names_Of${broken}_AreNone`, () => {
    stored.set("tdxdash.plans", broken);
    assert.deepEqual(names(), []);
    assert.equal(save("Rack 7", "1 socket x 8G"), "");
    assert.deepEqual(names(), ["Rack 7"]);
  });
}
