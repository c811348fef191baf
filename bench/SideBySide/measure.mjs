// The same simulated hosts into TdxDash and into Prometheus: memory, processor time, disk, and ten questions. README.md says how to run it.

import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { signIn } from "../sign-in.mjs";
import { questions } from "./questions.mjs";

const [part, countText, output, web, seeded] = process.argv.slice(2);
const count = Number(countText);
const PARTS = ["tdxdash", "prometheus", "disk"];
if (!PARTS.includes(part) || !(count >= 1 && count <= 100_000) || !output || (part === "tdxdash" && !web)) {
  console.error(`Usage: node bench/SideBySide/measure.mjs tdxdash HOSTS OUTPUT.json FOLDER-OF-THE-PUBLISHED-DASHBOARD [FOLDER-OF-A-SEEDED-DASHBOARD]
       node bench/SideBySide/measure.mjs prometheus HOSTS OUTPUT.json
       node bench/SideBySide/measure.mjs disk HOSTS OUTPUT.json`);
  process.exit(2);
}
const WINDOW = Number(process.env.WINDOW_SECONDS ?? 60) * 1_000, TRIES = 5, TICKS = 100;
const tool = (/** @type {string} */ name) => resolve(import.meta.dirname, `../${name}/bin/Release/net10.0/${name}.dll`);
const folder = mkdtempSync(join(tmpdir(), "side-by-side-"));
/** @type {import("node:child_process").ChildProcess[]} */
const started = [];

/** @param {string} program @param {string[]} args */
function start(program, ...args) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  started.push(child);
  let text = "";
  const take = (/** @type {Buffer} */ data) => { text = (text + data).slice(-20_000); };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  /** @param {RegExp} pattern @returns {Promise<RegExpExecArray>} */
  const line = async pattern => {
    for (;;) {
      const match = pattern.exec(text);
      if (match) { return match; }
      if (child.exitCode !== null) { throw new Error(`${program} ${args[0]} ended with ${child.exitCode}: ${text}`); }
      await sleep(50);
    }
  };
  return { child, pid: child.pid ?? 0, line };
}

/** @param {number} milliseconds */
const sleep = milliseconds => new Promise(done => setTimeout(done, milliseconds));

/** @param {number} pid Processor time so far in seconds, and resident memory in bytes. */
function usage(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kib = (/** @type {string} */ name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1_024;
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS, resident: kib("VmRSS"), peak: kib("VmHWM") };
}

/** @param {string} path @returns {number} Bytes that the files below it take on the disk. */
const size = path => existsSync(path) ? statSync(path).isDirectory() ? readdirSync(path).reduce((all, name) => all + size(join(path, name)), 0) : statSync(path).blocks * 512 : 0;

/** @param {number} pid @param {string} data */
async function window(pid, data) {
  const before = usage(pid), disk = size(data), began = performance.now();
  await sleep(WINDOW);
  const after = usage(pid), seconds = (performance.now() - began) / 1_000;
  return { seconds, cpuPercentOfOneCore: (after.cpu - before.cpu) / seconds * 100, cpuSecondsSinceStart: after.cpu, residentBytes: after.resident, peakResidentBytes: after.peak, diskBytes: size(data), diskGrowthBytes: size(data) - disk };
}

/** @param {"tdxdash" | "prometheus"} side @param {any} asker */
async function ask(side, asker) {
  const answers = [];
  for (const question of questions) {
    const one = question[side], times = [];
    let answer = "";
    for (let i = 0; one.ask && i < TRIES; i++) {
      const began = performance.now();
      answer = await one.ask(asker).catch((/** @type {Error} */ error) => `failed: ${error.message}`);
      times.push(performance.now() - began);
    }
    times.sort((a, b) => a - b);
    answers.push({ asked: question.asked, how: one.how, answers: one.answers ?? "yes", answer, medianMilliseconds: times[Math.floor(times.length / 2)] ?? null, firstOrWorstMilliseconds: times.at(-1) ?? null });
    console.error(`${question.asked} ${answer} (${times.map(time => time.toFixed(0)).join(", ")} ms)`);
  }
  return answers;
}

/** @param {number} number The name that DemoFleet gives a host. */
const host = number => `demo-s${String(Math.floor(number / 1_024) + 1).padStart(2, "0")}-r${String(Math.floor(number / 32) % 32 + 1).padStart(2, "0")}-${String(number % 32 + 1).padStart(2, "0")}`;
const site = count > 2_048 ? "s02" : "s01";

async function tdxdash() {
  const data = join(folder, "dashboard"), program = join(web, "TdxDash.Web.dll");
  if (seeded) { cpSync(seeded, data, { recursive: true }); } else { mkdirSync(data); }
  const token = execFileSync("dotnet", [program, "enroll-token", "--for", "demo", `--TdxDash:DataFolder=${data}`], { encoding: "utf8" }).trim();
  const dashboard = start("dotnet", program, "--urls", "http://127.0.0.1:0", `--TdxDash:DataFolder=${data}`, "--Logging:LogLevel:TdxDash.Web.Ingest=Warning");
  const base = (await dashboard.line(/Now listening on: (http:\/\/127\.0\.0\.1:\d+)/))[1];
  while (!(await fetch(base + "/healthz")).ok) { await sleep(100); }
  const simulator = start("dotnet", tool("FleetSimulator"), base, "--token", token, "--hosts", String(count), "--for", "1h", "--snapshots", String(count * 52 / (365 * 86_400)), "--pid", String(dashboard.pid), "--json", join(folder, "simulator.json"));
  await simulator.line(/\d+ connected, /);
  const measured = await window(dashboard.pid, data);
  const session = await signIn(program, data, base);
  const read = async (/** @type {Response} */ answer) => answer.ok ? answer.json() : Promise.reject(new Error(`${answer.status} ${await answer.text()}`));
  const get = (/** @type {string} */ path) => fetch(base + path, { headers: { Cookie: session } }).then(read);
  const post = (/** @type {string} */ path, /** @type {object} */ body) => fetch(base + path, { method: "POST", headers: { Cookie: session, "Content-Type": "application/json", Origin: base }, body: JSON.stringify(body) }).then(read);
  const id = (/** @type {number} */ number) => `de300000-7d00-4001-8000-${String(number + 1).padStart(12, "0")}`;
  const answers = await ask("tdxdash", { get, post, host, id, site });
  simulator.child.kill("SIGINT");
  await new Promise(done => simulator.child.once("exit", done));
  return { hosts: count, seeded: Boolean(seeded), ...measured, afterQuestionsResidentBytes: usage(dashboard.pid).resident, simulator: JSON.parse(readFileSync(join(folder, "simulator.json"), "utf8")), answers };
}

async function prometheus() {
  const data = join(folder, "prometheus"), port = 19_181;
  const server = start("dotnet", tool("SideBySide"), "serve", String(count), "19180", folder);
  const series = Number((await server.line(/hosts with (\d+) series/))[1]);
  const began = performance.now();
  const monitor = start("prometheus", "--config.file", join(folder, "prometheus.yml"), "--storage.tsdb.path", data, "--storage.tsdb.retention.time", "365d", "--web.listen-address", `127.0.0.1:${port}`, "--log.level", "warn");
  const query = async (/** @type {string} */ text) => {
    const answer = await (await fetch(`http://127.0.0.1:${port}/api/v1/query`, { method: "POST", body: new URLSearchParams({ query: text }) })).json();
    return answer.status === "success" ? answer.data.result : Promise.reject(new Error(answer.error));
  };
  const up = () => query("count(up == 1)").then((/** @type {any[]} */ found) => Number(found[0]?.value[1] ?? 0), () => 0);
  while (await up() < count) { await sleep(500); }
  const toFirst = (performance.now() - began) / 1_000;
  const measured = await window(monitor.pid, data);
  const own = await fetch(`http://127.0.0.1:${port}/metrics`).then(answer => answer.text());
  const metric = (/** @type {string} */ name) => Number(new RegExp(`^${name} (\\S+)`, "m").exec(own)?.[1] ?? 0);
  const answers = await ask("prometheus", { query, host, site });
  return { hosts: count, seriesOffered: series, secondsUntilAllWereScraped: toFirst, ...measured, afterQuestionsResidentBytes: usage(monitor.pid).resident, headSeries: metric("prometheus_tsdb_head_series"), samplesAppended: metric("prometheus_tsdb_head_samples_appended_total"), answers };
}

// What blocks take: two hours of a few hosts, written as Prometheus' own tool writes them.
async function disk() {
  const samples = join(folder, "samples.om"), blocks = join(folder, "blocks");
  const said = execFileSync("dotnet", [tool("SideBySide"), "samples", String(count), "2", samples], { encoding: "utf8" });
  const [, written, series] = /(\d+) samples of (\d+) series/.exec(said) ?? [];
  execFileSync("promtool", ["tsdb", "create-blocks-from", "openmetrics", samples, blocks], { stdio: "ignore" });
  const kinds = { chunks: 0, index: 0 };
  for (const block of readdirSync(blocks)) {
    kinds.chunks += size(join(blocks, block, "chunks"));
    kinds.index += size(join(blocks, block, "index"));
  }
  return { hosts: count, samples: Number(written), series: Number(series), chunkBytes: kinds.chunks, indexBytes: kinds.index, chunkBytesPerSample: kinds.chunks / Number(written), indexBytesPerSeries: kinds.index / Number(series) };
}

try {
  const measured = await { tdxdash, prometheus, disk }[/** @type {"tdxdash" | "prometheus" | "disk"} */ (part)]();
  writeFileSync(output, JSON.stringify(measured, null, 2) + "\n");
  const { answers, simulator, ...figures } = /** @type {any} */ (measured);
  console.log(JSON.stringify(figures, null, 2));
} finally {
  for (const child of started.reverse()) { if (child.exitCode === null) { child.kill("SIGKILL"); } }
  rmSync(folder, { recursive: true, force: true });
}
