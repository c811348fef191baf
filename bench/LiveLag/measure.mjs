// Measures the time from an observation of a host's module to its row in an open page of the live board. README.md says how to run it.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cookieOf, signIn } from "../sign-in.mjs";

const [web, probe, count, journals] = process.argv.slice(2);
const hosts = Number(count ?? 200), nodes = Number(process.env.NODES ?? 1);
if (!web || !probe || !(hosts >= 1 && hosts <= 256) || ![1, 2].includes(nodes)) {
  console.error("Usage: [NODES=2] node bench/LiveLag/measure.mjs FOLDER-OF-THE-PUBLISHED-DASHBOARD TDXPROBE.DLL [HOSTS, 1 to 256 [FOLDER-FOR-THE-JOURNALS]]");
  process.exit(2);
}
if (nodes === 2 && process.env.TdxDash__Store__Engine !== "postgres") {
  console.error("NODES=2 takes two dashboards on one PostgreSQL: give both their settings in the environment, TdxDash__Store__Engine=postgres and so on (docs/nodes.md).");
  process.exit(2);
}
const require = createRequire(import.meta.url);
const { chromium } = require(resolve(import.meta.dirname, "../../tests/EndToEnd/bin/Debug/net10.0/.playwright/package"));
const PATIENCE = 60_000;

/** @param {string[]} command @returns {string} What it printed. */
function once(...command) {
  const [program, ...rest] = command[0].endsWith(".dll") ? ["dotnet", ...command] : command;
  return execFileSync(program, rest, { encoding: "utf8" }).trim();
}

/** @param {string[]} command */
function start(...command) {
  const [program, ...rest] = command[0].endsWith(".dll") ? ["dotnet", ...command] : command;
  const child = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"] });
  // What nobody reads has to go all the same, or the program waits with its log.
  child.stderr.resume();
  child.stdout.resume();
  /** @param {RegExp} pattern @returns {Promise<string>} */
  const line = pattern => new Promise((found, failed) => {
    let text = "";
    child.stdout.on("data", data => { const match = pattern.exec(text += data); if (match) { found(match[1]); } });
    child.on("exit", code => failed(new Error(`${command[0]} ended with ${code}: ${text}`)));
  });
  return { child, line };
}

// Every observation that the dashboard keeps behind a revision: plain SignalR JSON over long polling.
/** @param {string} base @param {string} session @param {number} from @param {number} newest */
async function observations(base, session, from, newest) {
  const hub = base + "/hubs/live", headers = { Cookie: session };
  const { connectionToken } = await (await fetch(hub + "/negotiate?negotiateVersion=1", { method: "POST", headers })).json();
  const address = `${hub}?id=${connectionToken}`;
  const send = (/** @type {object} */ message) => fetch(address, { method: "POST", headers, body: JSON.stringify(message) + "\x1e" });
  await fetch(address, { headers });
  await send({ protocol: "json", version: 1 });
  await send({ type: 4, invocationId: "1", target: "Subscribe", arguments: [{ all: true }, from] });
  const seen = [];
  while (seen.length === 0 || seen[seen.length - 1].revision < newest) {
    for (const part of (await (await fetch(address, { headers })).text()).split("\x1e").filter(text => text.length > 0)) {
      const message = JSON.parse(part);
      if (message.type === 2) { seen.push(message.item); }
      if (message.type === 3) { throw new Error(message.error); }
    }
  }
  await fetch(address, { method: "DELETE", headers });
  return seen;
}

// Notes when each row of the board first stands with which number of the probe, and when it leaves the page: what is seen of its host meanwhile is not shown late.
function watch() {
  window.shown = [];
  const known = new Map();
  const look = () => {
    const now = performance.timeOrigin + performance.now();
    const left = new Set(known.keys());
    for (const row of document.querySelectorAll("tr[data-host]")) {
      const sequence = Number(row.dataset.sequence);
      left.delete(row.dataset.host);
      if (known.get(row.dataset.host) !== sequence) {
        known.set(row.dataset.host, sequence);
        window.shown.push([row.dataset.host, sequence, now]);
      }
    }
    for (const host of left) {
      known.delete(host);
      window.shown.push([host, undefined, now]);
    }
  };
  look();
  new MutationObserver(look).observe(document.querySelector("[data-live-page]"), { subtree: true, childList: true, attributes: true, attributeFilter: ["data-sequence"] });
}

// In the page: the newest revision that the dashboard holds.
async function newestRevision() {
  const { connectionToken } = await (await fetch("/hubs/live/negotiate?negotiateVersion=1", { method: "POST" })).json();
  const address = `/hubs/live?id=${connectionToken}`;
  const send = message => fetch(address, { method: "POST", body: JSON.stringify(message) + "\x1e" });
  await fetch(address);
  await send({ protocol: "json", version: 1 });
  await send({ type: 1, invocationId: "1", target: "Revisions", arguments: [] });
  for (;;) {
    for (const part of (await (await fetch(address)).text()).split("\x1e").filter(text => text.length > 0)) {
      const message = JSON.parse(part);
      if (message.type === 3) {
        await fetch(address, { method: "DELETE" });
        return message.result.newest;
      }
    }
  }
}

/** @param {number} pid @returns {string[]} The fields of a process behind its name; none where it is gone. */
function stat(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").pop().split(" ");
  } catch {
    return [];
  }
}

const processes = () => readdirSync("/proc").filter(name => /^\d+$/.test(name)).map(Number);

/** @param {number} parent @returns {number | undefined} The browser that a process started. */
const browserOf = parent => processes().find(pid => Number(stat(pid)[1]) === parent && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("chromium"));

/** @param {Record<string, number>} parts Processes. @returns {Record<string, number>} Seconds of the processor that each has used, with those that it started and that still run; and everything else on the machine, this client among it. */
function spent(parts) {
  const all = processes().map(pid => [pid, stat(pid)]).filter(([, fields]) => fields.length > 0);
  const below = pid => all.filter(([, fields]) => Number(fields[1]) === pid).reduce((sum, [child]) => sum + below(child), ticks(pid));
  const ticks = pid => { const fields = stat(pid); return Number(fields[11] ?? 0) + Number(fields[12] ?? 0); };
  const busy = readFileSync("/proc/stat", "utf8").split("\n")[0].split(/\s+/).slice(1).map(Number);
  const found = Object.fromEntries(Object.entries(parts).map(([name, pid]) => [name, below(pid) / 100]));
  return { ...found, others: busy.filter((_, i) => i !== 3 && i !== 4).reduce((sum, ticks) => sum + ticks, 0) / 100 - Object.values(found).reduce((sum, part) => sum + part, 0) };
}

/** @param {string} round @param {object[]} hub @param {[string, number | undefined, number][]} shown @param {string} counts */
function report(round, hub, shown, counts) {
  // What a row shows with a number it shows of all numbers before it, each of which counts once.
  const byHost = Map.groupBy?.(hub, seen => seen.hostId) ?? hub.reduce((map, seen) => map.set(seen.hostId, [...map.get(seen.hostId) ?? [], seen]), new Map());
  const last = new Map();
  const lags = [], received = [];
  for (const [host, sequence, at] of shown) {
    const from = last.get(host);
    last.set(host, sequence);
    if (from === undefined || sequence === undefined) { continue; }
    for (const seen of byHost.get(host) ?? []) {
      if (seen.sequence > from && seen.sequence <= sequence) {
        lags.push(at - Date.parse(seen.observation.at));
        received.push(at - Date.parse(seen.receivedAt));
      }
    }
  }
  const times = hub.map(seen => Date.parse(seen.receivedAt));
  console.log(`${round}: ${hosts} demo hosts at once, ${hub.length} observations in ${((Math.max(...times) - Math.min(...times)) / 1000).toFixed(1)} s; ${counts.replace(/\s+/g, " ")}`);
  console.log(`  observation to dashboard: ${parted(hub.map(seen => Date.parse(seen.receivedAt) - Date.parse(seen.observation.at)))}`);
  console.log(`  dashboard to shown: ${parted(received)}`);
  console.log(`  observation to shown: ${parted(lags)} (${lags.length} observations of the rows in sight, drawn ${new Set(shown.map(([, , at]) => at)).size} times)`);
}

/** @param {number[]} values @returns {string} */
function parted(values) {
  values.sort((a, b) => a - b);
  const part = (/** @type {number} */ share) => values[Math.min(values.length - 1, Math.floor(share * values.length))]?.toFixed(0);
  return `p50 ${part(0.5)} ms, p99 ${part(0.99)} ms`;
}

const folder = mkdtempSync(join(tmpdir(), "live-lag-"));
// Hosts have a disk each: where all of them are emulated on one machine, their journals can be kept off the dashboard's disk.
const apart = mkdtempSync(join(journals ?? tmpdir(), "live-lag-probes-"));
const state = join(apart, "demo"), data = join(folder, "dashboard");
const token = once(join(web, "TdxDash.Web.dll"), "enroll-token", "--for", "demo", `--TdxDash:DataFolder=${data}`);
const node = (/** @type {string} */ own) => start(join(web, "TdxDash.Web.dll"), "--urls", "http://127.0.0.1:0", `--TdxDash:DataFolder=${own}`);
const listens = /Now listening on: (http:\/\/127\.0\.0\.1:\d+)/;
// The probes' one, and the page's.
const dashboard = node(data);
let demo, browser, second;
try {
  const base = await dashboard.line(listens);
  second = nodes === 2 ? node(join(folder, "second")) : undefined;
  const seenAt = second ? await second.line(listens) : base;
  once(probe, "enroll", base, token, "--for", "demo", "--state", state);
  // Hosts have processors of their own: what emulates them takes what the dashboard and the browser leave.
  demo = start("nice", "-n", "10", ...(probe.endsWith(".dll") ? ["dotnet"] : []), probe, "demo", "--dashboard", base, "--state", state, "--count", "0", "--updatable", String(hosts));
  demo.child.on("exit", code => { if (code) { console.error(`The demo hosts ended with ${code}.`); } });
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium-headless-shell", args: ["--no-sandbox", "--disable-gpu"] });
  const session = await signIn(join(web, "TdxDash.Web.dll"), data, base);
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
  await context.addCookies([cookieOf(session, base)]);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.goto(seenAt + "/live");
  // A module is re-initialised from the dashboard that its probe is connected to.
  const starter = second ? await context.newPage() : page;
  const parts = { probe: demo.child.pid, dashboard: dashboard.child.pid, ...second && { "page's dashboard": second.child.pid }, browser: browserOf(process.pid) };
  // Just after the start of the dashboard, whose code is then compiled as it is first used, and again as on one that has been used.
  for (const round of ["first", "second", "third"]) {
    if (round !== "first") {
      // Boards count whole seconds.
      await new Promise(resolve => setTimeout(resolve, 2_000));
      await page.getByText("Count from now").click();
    }
    await page.waitForFunction(wanted => document.querySelector("[data-count=waiting] b")?.textContent === String(wanted) && document.querySelector("[data-ready=true]"), hosts);
    const newest = await page.evaluate(newestRevision);
    await page.evaluate(watch);
    if (second) {
      await starter.goto(base + "/live");
      await starter.locator("[data-ready=true]").first().waitFor();
    }
    const before = spent(parts), began = performance.now();
    // The form stays open.
    if (second || round === "first") { await starter.locator("[data-action=reinit]").click(); }
    await starter.locator(".form .go").click();
    await page.waitForFunction(() => document.querySelector("[data-count=updating] b")?.textContent !== "0");
    if (second) { await starter.goto("about:blank"); }
    await page.waitForFunction(wanted => document.querySelector("[data-count=done] b")?.textContent === String(wanted), hosts);
    const took = (performance.now() - began) / 1000, after = spent(parts);
    const shown = await page.evaluate(() => window.shown);
    const counts = await page.locator(".counts").innerText();
    const hub = await observations(seenAt, session, newest, await page.evaluate(newestRevision));
    report(round, hub, shown, counts);
    console.log(`  processor time of ${cpus().length} × ${took.toFixed(1)} s: ${Object.keys(after).map(part => `${part} ${(after[part] - before[part]).toFixed(1)} s`).join(", ")}`);
  }
} finally {
  await browser?.close();
  demo?.child.kill("SIGTERM");
  dashboard.child.kill("SIGTERM");
  second?.child.kill("SIGTERM");
  rmSync(apart, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
