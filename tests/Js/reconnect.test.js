// What the page does when Blazor has given its own retries up.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

const STATE = "components-reconnect-state-changed";
const EVERY = 30_000;

const time = { textContent: "" };
const button = new EventTarget();
const bar = Object.assign(new EventTarget(), { querySelector: (/** @type {string} */ selector) => selector === "time" ? time : button });
const page = Object.assign(new EventTarget(), { visibilityState: "visible", getElementById: () => bar });
const browser = new EventTarget();
const blazor = { reconnect: async () => true, resumeCircuit: async () => true };
let tries = 0, reloads = 0, status = 200;

mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
Object.assign(globalThis, { document: page, window: browser, Blazor: blazor, location: { reload: () => { reloads++; } },
  fetch: async (/** @type {string} */ path) => path === "/healthz" ? new Response("", { status }) : Promise.reject(new Error(path)) });
await import("../../wwwroot/js/reconnect.js");

/** @param {string} name */
function state(name) {
  bar.dispatchEvent(new CustomEvent(STATE, { detail: { state: name } }));
}

/** @param {() => Promise<boolean>} answer what the server is found to be at each try */
function server(answer) {
  blazor.reconnect = () => {
    tries++;
    return answer();
  };
}

const away = () => Promise.reject(new Error("refused"));

async function settled() {
  for (let i = 0; i < 8; i++) {
    await Promise.resolve();
  }
}

/** @param {number} milliseconds */
async function pass(milliseconds) {
  mock.timers.tick(milliseconds);
  await settled();
}

beforeEach(() => {
  state("hide");
  page.visibilityState = "visible";
  server(away);
  [tries, reloads, status] = [0, 0, 200];
});

test("Failed_NobodyTouchesThePage_IsTriedEvery30SecondsUntilTheServerIsBack", async () => {
  state("failed");
  await pass(EVERY - 1);
  assert.equal(tries, 0);

  for (let i = 1; i <= 40; i++) {
    await pass(i === 1 ? 1 : EVERY);
    assert.equal(tries, i);
  }

  server(async () => {
    await null;
    state("hide");
    return true;
  });
  await pass(EVERY);
  assert.equal(tries, 41);
  await pass(10 * EVERY);
  assert.equal(tries, 41);
  assert.equal(reloads, 0);
});

test("Failed_ServerKnowsTheCircuitNoMore_Reloads", async () => {
  blazor.resumeCircuit = async () => false;
  server(async () => false);
  state("failed");

  await pass(EVERY);

  assert.equal(reloads, 1);
});

test("Rejected_WhileAProxyAnswersInTheDashboardsPlace_ReloadsOnceItIsThere", async () => {
  status = 502;
  state("rejected");
  state("rejected");
  for (let i = 0; i < 5; i++) {
    await pass(1_000);
  }
  assert.equal(reloads, 0);

  status = 200;
  await pass(1_000);
  assert.equal(reloads, 1);
});

test("Failed_NetworkOrPageIsBack_IsTriedAtOnce_ButNotBesideBlazorsOwnTries", async () => {
  browser.dispatchEvent(new Event("online"));
  page.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.equal(tries, 0);

  state("failed");
  browser.dispatchEvent(new Event("online"));
  await settled();
  assert.equal(tries, 1);

  page.visibilityState = "hidden";
  page.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.equal(tries, 1);

  page.visibilityState = "visible";
  page.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.equal(tries, 2);
});

test("Failed_TryIsUnderWay_IsNotDoubled", async () => {
  /** @type {(isBack: boolean) => void} */
  let answer = () => {};
  server(() => new Promise(resolve => { answer = resolve; }));
  state("failed");

  await pass(3 * EVERY);
  button.dispatchEvent(new Event("click"));
  await settled();
  assert.equal(tries, 1);

  answer(true);
  await settled();
  assert.equal(reloads, 0);
});
