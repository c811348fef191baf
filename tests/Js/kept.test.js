import assert from "node:assert/strict";
import test from "node:test";
import { load, names, remove, save } from "../../wwwroot/js/kept.js";

/** @type {Map<string, string>} */
const stored = new Map();
let isDenied = false;
/** @type {any} */ (globalThis).document = { getElementById: () => null };
/** @type {any} */ (globalThis).localStorage = {
  /** @param {string} key */
  getItem: key => stored.get(key) ?? null,
  /** @param {string} key @param {string} value */
  setItem(key, value) {
    if (isDenied) {
      throw new Error("denied");
    }
    stored.set(key, value);
  },
};

test.beforeEach(() => {
  stored.clear();
  isDenied = false;
});

test("save_SameNameTwice_KeepsTheLaterTextAndNamesInOrder", () => {
  assert.equal(save("view", "racks", "?q=a"), "");
  assert.equal(save("view", "amber", "?q=reserved"), "");
  assert.equal(save("view", "racks", "?q=b"), "");
  assert.deepEqual(names("view"), ["amber", "racks"]);
  assert.equal(load("view", "racks"), "?q=b");
});

test("save_TwoKinds_HavePlacesOfTheirOwn", () => {
  save("view", "a", "?q=a");
  assert.deepEqual(names("plan"), []);
  assert.deepEqual(JSON.parse(stored.get("tdxdash.views") ?? ""), [{ name: "a", text: "?q=a" }]);
});

test("remove_Kept_IsGoneAndTheOthersStay", () => {
  save("plan", "a", "1 socket");
  save("plan", "b", "2 sockets");
  assert.equal(remove("plan", "a"), "");
  assert.equal(load("plan", "a"), null);
  assert.deepEqual(names("plan"), ["b"]);
});

test("save_MoreThanFifty_IsRefusedAndLosesNothing", () => {
  for (let i = 0; i < 50; i++) {
    save("view", String(i), "");
  }
  assert.match(save("view", "one more", ""), /at most 50 views: take one out first/);
  assert.equal(names("view").length, 50);
});

test("save_StorageDenied_SaysSoWithTheRemedy", () => {
  isDenied = true;
  assert.match(save("view", "a", ""), /did not allow the view to be kept.*copy the link/);
});

test("names_SomethingElseStored_AreNone", () => {
  stored.set("tdxdash.views", "{not json");
  assert.deepEqual(names("view"), []);
  stored.set("tdxdash.views", JSON.stringify([{ name: 1, text: "" }, { name: "a", text: "" }]));
  assert.deepEqual(names("view"), ["a"]);
});
