// Measures the memory map in Chromium: its first draw, and the frames while it is zoomed, panned and hovered.
// README.md says how to run it.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { cookieOf, signIn } from "../sign-in.mjs";

const GIB = 2 ** 30, MIB = 2 ** 20, TDMRS = 64;
const FRAMES = 300;
const SIZES = [{ name: "64 TDMRs of 12 blocks", blocks: 12, block: 64 * MIB, gap: 16 * MIB }, { name: "64 TDMRs of 78 blocks", blocks: 78, block: 8 * MIB, gap: 4 * MIB }];

const [web, probe] = process.argv.slice(2);
if (!web || !probe) {
  console.error("Usage: node bench/MapFrames/measure.mjs FOLDER-OF-THE-PUBLISHED-DASHBOARD TDXPROBE.DLL");
  process.exit(2);
}
const require = createRequire(import.meta.url);
const { chromium } = require(resolve(import.meta.dirname, "../../tests/EndToEnd/bin/Debug/net10.0/.playwright/package"));

/** @param {string} root @param {typeof SIZES[0]} size */
function writeMachine(root, size) {
  const write = (/** @type {string} */ path, /** @type {string} */ text) => { mkdirSync(dirname(join(root, path)), { recursive: true }); writeFileSync(join(root, path), text); };
  const hex = (/** @type {number} */ value) => value.toString(16).padStart(8, "0");
  const lines = ["00000000-00000fff : Reserved"];
  for (let tdmr = 0; tdmr < TDMRS; tdmr++) {
    for (let block = 0; block < size.blocks; block++) {
      const start = (4 + tdmr * 2) * GIB + block * (size.block + size.gap);
      lines.push(`${hex(start)}-${hex(start + size.block - 1)} : System RAM`);
    }
  }
  write("proc/iomem", lines.join("\n") + "\n");
  write("proc/sys/kernel/hostname", "bench\n");
  write("proc/sys/kernel/osrelease", "7.2.0\n");
  write("proc/sys/kernel/random/boot_id", "6b1c3a3e-0000-4000-8000-000000000001\n");
}

/** @param {string[]} command @returns {string} What it printed. */
function once(...command) {
  return execFileSync("dotnet", command, { encoding: "utf8" }).trim();
}

/** @param {string[]} command */
function start(...command) {
  const child = spawn("dotnet", command, { stdio: ["ignore", "pipe", "pipe"] });
  /** @param {RegExp} pattern @returns {Promise<string>} */
  const line = pattern => new Promise((found, failed) => {
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", data => { const match = pattern.exec(text += data); if (match) { found(match[1] ?? match[0]); } });
    }
    child.on("exit", code => failed(new Error(`${command[0]} ended with ${code} before it printed ${pattern}: ${text}`)));
  });
  return { child, line };
}

// Wraps every animation frame of the page to time what scripts do in it, and lets made-up pointers be captured.
function instrument() {
  const ask = window.requestAnimationFrame.bind(window);
  window.frameWork = 0;
  window.requestAnimationFrame = callback => ask(now => {
    const began = performance.now();
    try { callback(now); } finally { window.frameWork += performance.now() - began; }
  });
  window.plainFrame = ask;
  Element.prototype.setPointerCapture = () => {};
}

// One act for each frame; gives the intervals between frames and the time that scripts took in each.
async function drive([kind, frames]) {
  const zone = document.querySelector("[data-part=zoom]"), box = zone.getBoundingClientRect();
  const at = (type, x, y, more = {}) => zone.dispatchEvent(new PointerEvent(type, { bubbles: true, clientX: x, clientY: y, pointerId: 1, ...more }));
  const middle = box.left + box.width * 0.6, y = box.top + 60;
  const act = {
    zoom: i => zone.dispatchEvent(new WheelEvent("wheel", { bubbles: true, cancelable: true, ctrlKey: true, clientX: middle, clientY: y, deltaY: i % 100 < 50 ? -40 : 40 })),
    pan: i => at("pointermove", middle + (i % 100 < 50 ? i % 50 : 50 - i % 50) * 6, y),
    hover: i => at("pointermove", box.left + 100 + i * 2, box.top + 40 + i % 160),
  }[kind];
  if (kind === "pan") { at("pointerdown", middle, y, { button: 0 }); }
  const intervals = [], work = [];
  let last = NaN;
  for (let i = 0; i <= frames; i++) {
    const now = await new Promise(window.plainFrame);
    if (i > 0) { intervals.push(now - last); work.push(window.frameWork); }
    last = now;
    window.frameWork = 0;
    const began = performance.now();
    act(i);
    window.frameWork += performance.now() - began;
  }
  if (kind === "pan") { at("pointerup", middle, y); }
  return { intervals, work };
}

/** @param {number[]} values */
function percentiles(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return [50, 95, 99].map(p => `p${p} ${sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p / 100))].toFixed(1)}`).join(", ");
}

const folder = mkdtempSync(join(tmpdir(), "mapframes-"));
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium-headless-shell", args: ["--no-sandbox", "--disable-gpu"] });
/** @type {ReturnType<typeof start>[]} */
const running = [];
try {
  for (const [i, size] of SIZES.entries()) {
    const at = join(folder, String(i));
    writeMachine(join(at, "root"), size);
    mkdirSync(join(at, "data"));
    const dashboard = start(join(web, "TdxDash.Web.dll"), "--urls", "http://127.0.0.1:0", `--TdxDash:DataFolder=${join(at, "data")}`);
    running.push(dashboard);
    const address = await dashboard.line(/Now listening on: (http:\S+)/);
    const token = once(join(web, "TdxDash.Web.dll"), "enroll-token", `--TdxDash:DataFolder=${join(at, "data")}`);
    once(probe, "enroll", address, token, "--state", join(at, "state"));
    const host = start(probe, "run", "--dashboard", address, "--state", join(at, "state"), "--interval", "60s", "--module", "emulated", "--trial", "--root", join(at, "root"));
    running.push(host);
    await host.line(/delivered/);
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
    await context.addCookies([cookieOf(await signIn(join(web, "TdxDash.Web.dll"), join(at, "data"), address), address)]);
    const page = await context.newPage();
    await page.addInitScript(instrument);
    await page.goto(address);
    await page.goto(address + await page.locator("tbody a[href^='/hosts/']").first().getAttribute("href") + "/memory");
    await page.locator(".memory-map[data-live]").waitFor();
    const regions = await page.locator(".memory-map h3.twin").innerText();
    const first = await page.evaluate(() => performance.getEntriesByName("tdx-map-first-draw")[0].duration);
    console.log(`${size.name}, ${regions}: first draw ${first.toFixed(1)} ms`);
    for (const kind of ["zoom", "pan", "hover"]) {
      const { intervals, work } = await page.evaluate(drive, [kind, FRAMES]);
      console.log(`  ${kind}: script in a frame ${percentiles(work)} ms; between frames ${percentiles(intervals)} ms`);
    }
  }
} finally {
  running.forEach(({ child }) => { child.removeAllListeners("exit"); child.kill(); });
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
