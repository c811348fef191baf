// Parses addresses as people write them. The server's parser (src/Tdx/Memory/AddressText.cs) answers the same; tests hold
// both to tests/data/map/address-text.json.

import { ADDRESS_END } from "./addresses.js";

/** @typedef {{ start: number, end: number | null, problem: "" } | { problem: string }} Target */

const MAX_LENGTH = 100;
const EXAMPLE = "for example 0x1080000000, 4G+16M or pfn:0x1080000";
const BLANKS = /[ \t\r\n\u00a0]/g;
const ENDS = /^[ \t\r\n\u00a0]+|[ \t\r\n\u00a0]+$/g;
const PAGE_SHIFT = 12n;
/** @type {Record<string, bigint>} */
const SHIFTS = { "": 0n, B: 0n, K: 10n, KIB: 10n, M: 20n, MIB: 20n, G: 30n, GIB: 30n, T: 40n, TIB: 40n };

/**
 * What a text names: an address, or a half-open range where end is a number; or what is wrong with it.
 * @param {string} text
 * @returns {Target}
 */
export function parseAddress(text) {
  const written = text.replace(ENDS, "");
  try {
    if (written === "") {
      throw new Problem(`Type an address, ${EXAMPLE}.`);
    }
    if (written.length > MAX_LENGTH) {
      throw new Problem(`An address has at most ${MAX_LENGTH} characters; this one has ${written.length}.`);
    }
    return written[0] === "[" ? brackets(written) : terms(written);
  } catch (e) {
    if (e instanceof Problem) {
      return { problem: e.message };
    }
    throw e;
  }
}

class Problem extends Error { }

/** @param {string} written @returns {Target} */
function brackets(written) {
  const ends = written.endsWith(")") ? written.slice(1, -1).split(",") : [];
  if (ends.length !== 2) {
    throw new Problem(`'${written}' is no range: write [START, END).`);
  }
  return range(written, sum(ends[0]).sum, sum(ends[1]).sum);
}

/** @param {string} written @returns {Target} */
function terms(written) {
  const { sum: value, rangeEnd } = sum(written);
  if (rangeEnd !== null) {
    return range(written, value, rangeEnd);
  }
  if (value < 0n) {
    throw new Problem(`'${written}' comes to less than 0.`);
  }
  if (value >= BigInt(ADDRESS_END)) {
    throw new Problem(beyond(written));
  }
  return { start: Number(value), end: null, problem: "" };
}

/** @param {string} written @param {bigint} start @param {bigint} end @returns {Target} */
function range(written, start, end) {
  if (start < 0n) {
    throw new Problem(`'${written}' comes to less than 0.`);
  }
  if (end > BigInt(ADDRESS_END)) {
    throw new Problem(beyond(written));
  }
  if (start >= end) {
    throw new Problem(`'${written}' is empty or runs backwards: the end has to lie above the start.`);
  }
  return { start: Number(start), end: Number(end), problem: "" };
}

/**
 * The sum of the terms; or, for two terms of which a larger one is taken from a smaller one, both of them.
 * @param {string} written
 * @returns {{ sum: bigint, rangeEnd: bigint | null }}
 */
function sum(written) {
  const text = written.replace(BLANKS, "");
  let total = 0n, start = 0, count = 0, sign = "+";
  for (let i = 0; i <= text.length; i++) {
    if (i < text.length && text[i] !== "+" && text[i] !== "-") {
      continue;
    }
    const isLast = i === text.length;
    const part = text.slice(start, i);
    if (part === "") {
      throw new Problem(!isLast || count > 0 ? `A number has to stand on both sides of '${isLast ? sign : text[i]}'.` : `Type an address, ${EXAMPLE}.`);
    }
    const value = term(part);
    count++;
    if (isLast && count === 2 && sign === "-" && value > total) {
      return { sum: total, rangeEnd: value };
    }
    total += sign === "+" ? value : -value;
    sign = isLast ? sign : text[i];
    start = i + 1;
  }
  return { sum: total, rangeEnd: null };
}

/** @param {string} part @returns {bigint} */
function term(part) {
  if (/^pfn:/i.test(part)) {
    const frame = hex(part.slice(4)) ?? whole(part.slice(4));
    if (frame === null) {
      throw new Problem(`'${part}' is no page frame: write pfn: and a whole number.`);
    }
    return frame << PAGE_SHIFT;
  }
  return hex(part) ?? decimal(part);
}

/** @param {string} text @returns {bigint | null} */
function hex(text) {
  const digits = text.slice(2).replaceAll("_", "");
  return /^0x[^_](.*[^_])?$/i.test(text) && /^[0-9a-f]{1,16}$/i.test(digits) ? BigInt("0x" + digits) : null;
}

/** @param {string} part @returns {bigint} */
function decimal(part) {
  const number = /^[0-9_.]*/.exec(part)?.[0] ?? "";
  const unit = part.slice(number.length);
  if (/^[kmgt]b$/i.test(unit)) {
    throw new Problem(`'${part}' can mean powers of ten or of two: write ${number}${unit[0].toUpperCase()}iB.`);
  }
  const pieces = number.split(".");
  const shift = /^(?:b|[kmgt](?:ib)?)?$/i.test(unit) ? SHIFTS[unit.toUpperCase()] : undefined;
  const value = whole(pieces[0]);
  const fraction = pieces[1] ?? null;
  if (shift === undefined || pieces.length > 2 || value === null || (fraction !== null && !/^[0-9]{1,9}$/.test(fraction))) {
    throw new Problem(/^[0-9a-f]*$/i.test(part)
      ? `'${part}' looks like hex: write 0x${part}.`
      : `'${part}' is no address: use 0x and hex digits, a decimal number with or without K, M, G or T, or pfn:NUMBER.`);
  }
  const scale = 10n ** BigInt(fraction?.length ?? 0);
  const small = BigInt(fraction ?? "0") << shift;
  if (small % scale !== 0n) {
    throw new Problem(`'${part}' is not a whole number of bytes.`);
  }
  return (value << shift) + small / scale;
}

/** @param {string} text @returns {bigint | null} */
function whole(text) {
  const digits = text.replaceAll("_", "");
  return /^[^_](.*[^_])?$/.test(text) && /^[0-9]{1,18}$/.test(digits) ? BigInt(digits) : null;
}

/** @param {string} written */
function beyond(written) {
  return `'${written}' lies beyond 2^52, the end of the physical address space.`;
}
