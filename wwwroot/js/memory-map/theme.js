// The colours of the page's tokens (css/tokens.css) as plain #rrggbb, for canvases and exported pictures.

const TINTS = [
  "var(--ram)",
  "color-mix(in srgb, var(--ram) 82%, var(--text))",
  "color-mix(in srgb, var(--ram) 80%, var(--surface))",
  "color-mix(in srgb, var(--ram) 64%, var(--text))",
];

/** @type {Record<string, string>} */
const COLOURS = {
  text: "var(--text)", muted: "var(--muted)", line: "var(--line)", surface: "var(--surface)", raised: "var(--raised)", accent: "var(--accent)",
  ram0: TINTS[0], ram1: TINTS[1], ram2: TINTS[2], ram3: TINTS[3],
  cmr: "var(--cmr)", tdmr: "var(--tdmr)", pamt: "var(--pamt)", hole: "var(--hole)", firmware: "var(--firmware)",
  ready: "var(--ready)", warn: "var(--warn)", fail: "var(--fail)",
};

/** @typedef {Record<string, string>} Colours */

/** What the tokens say now. @param {HTMLElement} root @returns {Colours} */
export function readColours(root) {
  const probe = document.createElement("span");
  probe.hidden = true;
  root.append(probe);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  /** @type {Colours} */
  const colours = {};
  for (const [name, value] of Object.entries(COLOURS)) {
    probe.style.color = value;
    colours[name] = context ? toHex(context, getComputedStyle(probe).color) : "#808080";
  }
  probe.remove();
  return colours;
}

/** Calls back when the theme changes. @param {() => void} changed @returns {() => void} ends it */
export function watchTheme(changed) {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme", "class"] });
  const queries = ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(prefers-contrast: more)"].map(query => matchMedia(query));
  queries.forEach(query => query.addEventListener("change", changed));
  return () => {
    observer.disconnect();
    queries.forEach(query => query.removeEventListener("change", changed));
  };
}

/** @param {CanvasRenderingContext2D} context @param {string} colour anything that CSS takes */
function toHex(context, colour) {
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
  return "#" + [r, g, b].map(part => part.toString(16).padStart(2, "0")).join("");
}
