// How addresses and sizes are written. Every address is a number of bytes up to 2^52, which a double holds exactly.

/** The exclusive end of the physical address space: 2^52 (Intel SDM vol. 3A section 4.1.4). */
export const ADDRESS_END = 2 ** 52;

export const PAGE = 4096;

/** @typedef {"auto" | "KiB" | "MiB" | "GiB" | "pages" | "hex"} Unit */

/** @type {readonly Unit[]} */
export const UNITS = ["auto", "KiB", "MiB", "GiB", "pages", "hex"];

/** @type {readonly (readonly [number, string])[]} */
const SCALES = [[2 ** 40, "TiB"], [2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]];

/** The form that is copied and sent: 0x1080000000. @param {number} value */
export function hexPlain(value) {
  return "0x" + value.toString(16);
}

/** The form shown on screen: 0x10_8000_0000. @param {number} value */
export function hexGrouped(value) {
  return "0x" + value.toString(16).replace(/(?<=.)(?=(?:.{4})+$)/g, "_");
}

/** [0x10_8000_0000, 0x20_8000_0000) @param {number} start @param {number} end */
export function rangeGrouped(start, end) {
  return `[${hexGrouped(start)}, ${hexGrouped(end)})`;
}

/** The form that is copied: 0x1080000000-0x2080000000. @param {number} start @param {number} end */
export function rangePlain(start, end) {
  return `${hexPlain(start)}-${hexPlain(end)}`;
}

/** 1048576 as 1,048,576. @param {number} value a whole number */
export function grouped(value) {
  return value.toFixed(0).replace(/(?<=\d)(?=(?:\d{3})+$)/g, ",");
}

/**
 * A size as people read it in a unit: 96 MiB, 24,576 pages, 0x600_0000.
 * @param {number} bytes a whole number up to 2^53
 * @param {Unit} unit
 */
export function sizeText(bytes, unit) {
  switch (unit) {
    case "hex":
      return hexGrouped(bytes);
    case "pages":
      return pages(bytes);
    case "auto": {
      const scale = SCALES.find(([size]) => bytes >= size);
      return scale ? `${decimals(bytes, scale[0], 2).replaceAll(",", "")} ${scale[1]}` : `${bytes} B`;
    }
    default: {
      const size = SCALES.find(([, name]) => name === unit)?.[0] ?? 1;
      const text = decimals(bytes, size, 3);
      return `${text === "0" && bytes > 0 ? "<0.001" : text} ${unit}`;
    }
  }
}

/** A size with its exact bytes: 96 MiB (100,663,296 bytes). @param {number} bytes @param {Unit} unit */
export function sizeWithBytes(bytes, unit) {
  return `${sizeText(bytes, unit)} (${grouped(bytes)} bytes)`;
}

/** @param {number} bytes */
function pages(bytes) {
  const whole = Math.floor(bytes / PAGE), rest = bytes - whole * PAGE;
  const text = `${grouped(whole)} ${whole === 1 ? "page" : "pages"}`;
  return rest === 0 ? text : `${text} + ${grouped(rest)} B`;
}

// In whole numbers throughout, so that no rounding differs from the server's. Halves go up.
/** @param {number} bytes @param {number} size a power of two @param {number} places */
function decimals(bytes, size, places) {
  const power = 10 ** places;
  let whole = Math.floor(bytes / size);
  let part = Math.floor(((bytes - whole * size) * power + size / 2) / size);
  if (part === power) {
    [whole, part] = [whole + 1, 0];
  }
  const fraction = String(part).padStart(places, "0").replace(/0+$/, "");
  return grouped(whole) + (fraction === "" ? "" : "." + fraction);
}
