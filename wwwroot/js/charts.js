// @ts-check
// Draws series over time or percent with uPlot (lib/uplot), which is loaded when the first chart is drawn. Colours are the page's own tokens.

/** @typedef {{ label: string, values: (number | null)[], colour: string, dash: number[], fill: boolean }} Series */
/** @typedef {{ library: string, style: string, times: number[], series: Series[], unit: string, stacked: boolean, stepped: boolean, height: number, zone: string, percent: boolean, marks: Mark[] }} Chart */
/** @typedef {{ at: number, to: number | null, label: string }} Mark */

/** @type {Promise<any> | undefined} */
let loading;

/** @param {Chart} chart */
function load(chart) {
  return loading ??= new Promise((resolve, reject) => {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = chart.style;
    document.head.append(style);
    const script = document.createElement("script");
    script.src = chart.library;
    script.onload = () => resolve(/** @type {any} */ (globalThis).uPlot);
    script.onerror = () => {
      loading = undefined;
      reject(new Error("The chart library could not be loaded."));
    };
    document.head.append(script);
  });
}

/** @param {HTMLElement} root @param {string} name */
function colour(root, name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  root.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

/** @param {number} bytes */
function size(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number(value.toFixed(2))} ${units[unit]}`;
}

/** Ticks at round numbers of the unit. @param {string} unit */
function steps(unit) {
  return unit === "bytes" ? { incrs: Array.from({ length: 60 }, (_, power) => 2 ** power) } : { incrs: [1, 2, 5].flatMap(n => [0, 1, 2, 3, 4, 5, 6].map(power => n * 10 ** power)).sort((a, b) => a - b) };
}

/** Dashed lines from top to bottom, and bands of what lasts, with their words beside them on the side that has more room. Words that would lie on those before them are left out.
 * @param {any} u @param {Mark[]} marks by place @param {string} stroke */
function drawMarks(u, marks, stroke) {
  const { left, top, width, height } = u.bbox, pen = u.ctx, gap = 4 * devicePixelRatio;
  let free = left;
  pen.save();
  pen.beginPath();
  pen.rect(left, top, width, height);
  pen.clip();
  pen.strokeStyle = pen.fillStyle = stroke;
  pen.lineWidth = devicePixelRatio;
  pen.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  pen.font = `${11 * devicePixelRatio}px system-ui`;
  pen.textBaseline = "top";
  for (const mark of marks) {
    const x = u.valToPos(mark.at, "x", true), end = mark.to === null ? x : u.valToPos(mark.to, "x", true);
    if (end < left || x > left + width) {
      continue;
    }
    if (end > x) {
      pen.globalAlpha = 0.12;
      pen.fillRect(x, top, end - x, height);
      pen.globalAlpha = 1;
    }
    pen.beginPath();
    pen.moveTo(x, top);
    pen.lineTo(x, top + height);
    pen.stroke();
    const at = Math.max(x, left), wide = pen.measureText(mark.label).width, from = at > left + width / 2 ? at - gap - wide : at + gap;
    if (from >= free) {
      pen.fillText(mark.label, from, top + 2 * devicePixelRatio);
      free = from + wide + gap;
    }
  }
  pen.restore();
}

/** @param {HTMLElement} root @param {Chart} chart */
export async function draw(root, chart) {
  const uPlot = await load(chart);
  /** @param {number | null | undefined} value */
  const write = value => value == null ? "–" : chart.unit === "bytes" ? size(value) : String(value);
  let plot = make(chart);

  /** @param {Chart} now */
  function data(now) {
    if (!now.stacked) {
      return [now.times, ...now.series.map(s => s.values)];
    }
    // From the bottom up; each is drawn to the sum of those below it.
    const sums = now.times.map(() => 0);
    return [now.times, ...now.series.map(s => s.values.map((value, i) => sums[i] += value ?? 0))];
  }

  /** @param {Chart} now */
  function make(now) {
    const [text, line] = [colour(root, "muted"), colour(root, "divider")];
    const axis = { stroke: text, grid: { stroke: line, width: 1 }, ticks: { stroke: line }, font: "11px system-ui" };
    const built = new uPlot({
      width: Math.max(200, root.clientWidth),
      height: now.height,
      tzDate: (/** @type {number} */ ts) => uPlot.tzDate(new Date(ts * 1000), now.zone),
      cursor: { drag: { x: false, y: false } },
      scales: { x: { time: !now.percent }, y: { range: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ most) => [0, most > 0 ? most * 1.1 : 1] } },
      hooks: { draw: [(/** @type {any} */ u) => drawMarks(u, now.marks, text)] },
      axes: [now.percent ? { ...axis, values: (/** @type {any} */ _, /** @type {number[]} */ ticks) => ticks.map(tick => `${tick} %`) } : axis, { ...axis, size: 72, ...steps(now.unit), values: (/** @type {any} */ _, /** @type {number[]} */ ticks) => ticks.map(write) }],
      series: [now.percent ? { label: "at", value: (/** @type {any} */ _, /** @type {number | null} */ at) => at === null ? "–" : `${at} %` } : {}, ...now.series.map((s, i) => {
        const stroke = colour(root, s.colour);
        return {
          label: s.label,
          stroke,
          width: 2,
          dash: s.dash,
          fill: s.fill ? stroke.replace(/^rgb\(|^rgba\(/, "rgba(").replace(/\)$/, ", 0.25)") : undefined,
          paths: now.stepped ? uPlot.paths.stepped({ align: 1 }) : undefined,
          points: { show: false },
          value: (/** @type {any} */ _, /** @type {any} */ __, /** @type {number} */ ___, /** @type {number | null} */ at) => at === null ? "–" : write(now.series[i].values[at]),
        };
      })],
      bands: now.stacked ? now.series.slice(1).map((_, i) => ({ series: [i + 2, i + 1] })) : [],
    }, data(now), root);
    root.dataset.drawn = String(now.series.length);
    root.dataset.marks = String(now.marks.length);
    return built;
  }

  function again() {
    plot.destroy();
    plot = make(chart);
  }

  const resize = new ResizeObserver(() => plot.setSize({ width: Math.max(200, root.clientWidth), height: chart.height }));
  resize.observe(root);
  const theme = new MutationObserver(again);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", again);
  // Paper is white in every theme.
  const gone = new AbortController();
  for (const [name, colours] of [["beforeprint", "light"], ["afterprint", ""]]) {
    addEventListener(name, () => {
      root.style.colorScheme = colours;
      again();
    }, { signal: gone.signal });
  }
  return {
    /** @param {Chart} now */
    update(now) {
      chart = now;
      again();
    },
    dispose() {
      resize.disconnect();
      theme.disconnect();
      scheme.removeEventListener("change", again);
      gone.abort();
      plot.destroy();
    },
  };
}
