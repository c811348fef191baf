// The ten questions that both sides are asked. Each answer is a text that can be held against the other side's; what cannot be answered says why.

/** @typedef {{ get: (path: string) => Promise<any>, post: (path: string, body: object) => Promise<any>, host: (number: number) => string, id: (number: number) => string, site: string }} Dashboard */
/** @typedef {{ query: (text: string) => Promise<{ metric: Record<string, string>, value: [number, string] }[]>, host: (number: number) => string, site: string }} Prometheus */

const ADDRESS = "0x1080000000";
const GIB = 2 ** 30;

/** @param {number} bytes */
const gib = bytes => `${(bytes / GIB).toFixed(2)} GiB`;
/** @param {Prometheus} p @param {string} text */
const sum = async (p, text) => Number((await p.query(text))[0]?.value[1] ?? 0);
/** @param {Dashboard} d @param {string} query @param {number} [limit] */
const hosts = (d, query, limit = 1) => d.get(`/api/v1/hosts?limit=${limit}&${query}`);
/** @param {string} text */
const q = text => `q=${encodeURIComponent(text)}`;
// Of memory that is no module's, a number only differs where it exists on both sides; what one side lacks is a difference too.
/** @param {string} a @param {string} b */
const differing = (a, b) => {
  const named = (/** @type {string} */ host) => `label_replace({instance="${host}",__name__=~"tdx_.*"}, "n", "$1", "__name__", "(.+)")`;
  return `count(${named(a)} != ignoring(instance) ${named(b)} or ${named(a)} unless ignoring(instance) ${named(b)} or ${named(b)} unless ignoring(instance) ${named(a)}) or vector(0)`;
};

export const questions = [
  {
    asked: "Which hosts cannot run TDs, and why?",
    tdxdash: { how: "Fleet, states failed, not initialised and no TDX: `GET /api/v1/hosts?state=failed,notinitialized,notdx`; the reason stands with each", ask: async (/** @type {Dashboard} */ d) => {
      const page = await hosts(d, "state=failed,notinitialized,notdx", 500);
      const first = page.items?.[0] ?? page.hosts?.[0];
      return `${page.total} hosts; of the first: ${first?.stateReason ?? first?.reason ?? JSON.stringify(first?.state)}`;
    } },
    prometheus: { answers: "partly", how: "`tdx_module_initialized == 0 or tdx_kvm_enabled == 0`; why only as far as the kernel's first line was made a label; nothing of the BIOS, KVM or the layout is judged", ask: async (/** @type {Prometheus} */ p) => {
      const found = await p.query("(tdx_module_initialized == 0) * on(instance) group_left(line) tdx_kernel_failure_info"), all = await p.query("tdx_module_initialized == 0 or tdx_kvm_enabled == 0");
      return `${new Set(all.map(one => one.metric.instance)).size} hosts, ${found.length} of them with a line; of the first: ${found[0]?.metric.line}`;
    } },
  },
  {
    asked: "Which hosts are one reserved area from failure?",
    tdxdash: { how: "Fleet, search `reserved:15` (16 is the limit)", ask: async (/** @type {Dashboard} */ d) => `${(await hosts(d, q("reserved:15"))).total} hosts` },
    prometheus: { answers: "yes", how: "`max by (instance) (tdx_tdmr_reserved_areas) == on(instance) tdx_limit_reserved_areas - 1`; given TDMRs, which no kernel shows", ask: async (/** @type {Prometheus} */ p) =>
      `${(await p.query("max by (instance) (tdx_tdmr_reserved_areas) == on(instance) (tdx_limit_reserved_areas - 1)")).length} hosts` },
  },
  {
    asked: "How much RAM goes to PAMT in site B?",
    tdxdash: { how: "Planner over the fleet, search `host:demo-SITE` (or `group:`): `pamt_bytes` of the total, of hosts that would initialise", ask: async (/** @type {Dashboard} */ d) => gib((await d.get(`/planner/fleet.json?${q("host:demo-" + d.site)}`)).total.pamt_bytes) },
    prometheus: { answers: "yes", how: "`sum(tdx_pamt_bytes{site=\"…\"})`, the kernel's own figure; at once and simpler", ask: async (/** @type {Prometheus} */ p) => gib(await sum(p, `sum(tdx_pamt_bytes{site="${p.site}"})`)) },
  },
  {
    asked: "What would Dynamic PAMT gain?",
    tdxdash: { how: "Planner over the fleet with `module=tdx-2.0.08-gnr&dpamt=on&use=25` for family GNR: `dynamic_pamt_gain_bytes`", ask: async (/** @type {Dashboard} */ d) => gib((await d.get(`/planner/fleet.json?${q("family:GNR")}&module=tdx-2.0.08-gnr&dpamt=on&use=25`)).total.dynamic_pamt_gain_bytes) },
    prometheus: { answers: "no", how: "the static PAMT of 4 KiB pages is an upper bound; tables, reference counts and page pairs by use are a computation that PromQL would have to be taught", ask: async (/** @type {Prometheus} */ p) => `at most ${gib(await sum(p, 'sum(tdx_tdmr_pamt_bytes{page="4K"} * on(instance) group_left() (tdx_host_info{family="GNR"}))'))}` },
  },
  {
    asked: "Which hosts are behind the newest module of their family?",
    tdxdash: { how: "Fleet, search `behind:>0`: by the catalogue of releases", ask: async (/** @type {Dashboard} */ d) => `${(await hosts(d, q("behind:>0"))).total} hosts` },
    prometheus: { answers: "partly", how: "versions as numbers, against the newest that any host of the family runs; a release that no host has is not known", ask: async (/** @type {Prometheus} */ p) => {
      const version = "(tdx_module_version * on(instance) group_left(family) tdx_host_info)";
      return `${(await p.query(`${version} < on(family) group_left() max by (family) ${version}`)).length} hosts`;
    } },
  },
  {
    asked: "What changed on host X since Monday?",
    tdxdash: { how: "History of the host: `GET /api/v1/hosts/ID/changes?from=…`, each with its fields; any two snapshots compared", ask: async (/** @type {Dashboard} */ d) => {
      const changes = await d.get(`/api/v1/hosts/${d.id(0)}/changes?limit=50&from=${new Date(Date.now() - 90 * 86_400_000).toISOString().slice(0, 10)}`);
      return `${changes.total ?? changes.items.length} changes in 90 days`;
    } },
    prometheus: { answers: "partly", how: "`{instance=\"X\"} != {instance=\"X\"} offset 5d` and `unless` for series that came and went: numbers and labels that changed, without what they mean, as far back as retention goes", ask: async (/** @type {Prometheus} */ p) => {
      const now = `label_replace({instance="${p.host(0)}",__name__=~"tdx_.*"}, "n", "$1", "__name__", "(.+)")`, then = `label_replace({instance="${p.host(0)}",__name__=~"tdx_.*"} offset 30s, "n", "$1", "__name__", "(.+)")`;
      return `${(await p.query(`${now} != ${then} or ${now} unless ${then} or ${then} unless ${now}`)).length} series in 30 s (there is no more history here)`;
    } },
  },
  {
    asked: "Is host A equal to host B?",
    tdxdash: { how: "Compare: `GET /api/v1/diff?from=A&to=B`, field by field; differences that any two hosts have are told apart", ask: async (/** @type {Dashboard} */ d) => {
      const diff = await d.get(`/api/v1/diff?from=${d.id(0)}&to=${d.id(1)}`);
      return `${(diff.entries ?? diff.changes ?? diff.differences ?? diff.items ?? []).length} differences`;
    } },
    prometheus: { answers: "partly", how: "the series of both compared by name and labels; only what is exported", ask: async (/** @type {Prometheus} */ p) => `${await sum(p, differing(p.host(0), p.host(1)))} series differ` },
  },
  {
    asked: `What is at ${ADDRESS} of host X?`,
    tdxdash: { how: "Memory map, `/` and the address; `GET …/snapshots/latest/layout` for scripts: memory, CMR, TDMR, reserved area and its reason, PAMT", ask: async (/** @type {Dashboard} */ d) => {
      const layout = await d.get(`/api/v1/hosts/${d.id(0)}/snapshots/latest/layout`), at = BigInt(ADDRESS);
      const holds = (/** @type {any} */ r) => r?.start !== undefined && r.end !== undefined && BigInt(r.start) <= at && at < BigInt(r.end);
      /** @type {string[]} */
      const found = [];
      const walk = (/** @type {any} */ node, /** @type {string} */ path) => {
        if (node && typeof node === "object") {
          if (holds(node)) { found.push(path); }
          for (const [name, value] of Object.entries(node)) { walk(value, Array.isArray(node) ? `${path}[${name}]` : path ? `${path}.${name}` : name); }
        }
      };
      walk(layout, "");
      return found.join(", ") || "nothing";
    } },
    prometheus: { answers: "partly", how: "a range query for each kind: `tdx_tdmr_start_bytes <= A and on(instance, tdmr) tdx_tdmr_end_bytes > A`; 2^53 is exact; PAMT lies at no exported address, and no reason is known", ask: async (/** @type {Prometheus} */ p) => {
      const of = async (/** @type {string} */ name, /** @type {string} */ on) => (await p.query(`tdx_${name}_start_bytes{instance="${p.host(0)}"} <= ${Number(ADDRESS)} and on(instance, ${on}) tdx_${name}_end_bytes > ${Number(ADDRESS)}`)).map(one => `${name} ${on.split(", ").map(label => one.metric[label]).join("/")}`);
      return (await Promise.all([of("memory_block", "block"), of("cmr", "cmr"), of("tdmr", "tdmr"), of("tdmr_reserved", "tdmr, area")])).flat().join(", ") || "nothing";
    } },
  },
  {
    asked: "Did last night's update finish everywhere?",
    tdxdash: { how: "Live board `/live?since=…`: waiting, updating, done, failed and how it failed; for scripts `GET /api/v1/changes?kinds=module&from=…` and `version:<NEW`", ask: async (/** @type {Dashboard} */ d) => {
      const changes = await d.get(`/api/v1/changes?kinds=module&limit=1&from=${new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 10)}`), old = await hosts(d, q("family:GNR version:<2.0.14"));
      return `${changes.total ?? changes.items.length} module changes in a week; ${old.total} hosts of GNR below 2.0.14`;
    } },
    prometheus: { answers: "partly", how: "hosts below the version: `tdx_module_version < 2000014`; that one failed, or is on the way, is not seen", ask: async (/** @type {Prometheus} */ p) => `${(await p.query('tdx_module_version * on(instance) group_left(family) tdx_host_info{family="GNR"} < 2000014')).length} hosts of GNR below 2.0.14` },
  },
  {
    asked: "Would a 4 TiB box with this map initialise?",
    tdxdash: { how: "Planner: `POST /api/v1/plans` with the plan or the pasted map", ask: async (/** @type {Dashboard} */ d) => {
      const plan = await d.post("/api/v1/plans", { text: "2 sockets x 2 TiB, hole 2G-4G, firmware 18 x 64 KiB in 1M-1G" });
      return plan.verdict?.sentence ?? JSON.stringify(plan.verdict ?? plan).slice(0, 120);
    } },
    prometheus: { answers: "no", how: "the machine does not exist, so it has no series", ask: null },
  },
];
