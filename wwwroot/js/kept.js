// @ts-check
// Named texts that this browser keeps: plans, views of the fleet. Each kind has its own place in the browser's storage.

/** @typedef {{ name: string, text: string }} Kept */

const mostKept = 50;

/** @param {string} noun */
const placeOf = noun => `tdxdash.${noun}s`;

/** @param {string} text */
function announce(text) {
  const announcer = document.getElementById("announcer");
  if (announcer) {
    announcer.textContent = text;
  }
}

/** @param {string} noun @returns {Kept[]} */
function read(noun) {
  try {
    const kept = JSON.parse(localStorage.getItem(placeOf(noun)) ?? "[]");
    return Array.isArray(kept) ? kept.filter(item => typeof item?.name === "string" && typeof item?.text === "string") : [];
  } catch {
    return []; // storage is denied, or something else stands there: it is written anew with the next text that is kept
  }
}

/** @param {string} noun @param {Kept[]} items @returns {string} what is wrong; empty for nothing */
function write(noun, items) {
  if (items.length > mostKept) {
    return `This browser keeps at most ${mostKept} ${noun}s: take one out first.`;
  }
  try {
    localStorage.setItem(placeOf(noun), JSON.stringify(items));
    return "";
  } catch {
    return `This browser did not allow the ${noun} to be kept, or has no room: copy the link instead.`;
  }
}

/** The names of those that are kept, in order. @param {string} noun what one of them is: "plan", "view" */
export function names(noun) {
  return read(noun).map(item => item.name).sort((a, b) => a.localeCompare(b));
}

/** @param {string} noun @param {string} name @returns {string | null} */
export function load(noun, name) {
  return read(noun).find(item => item.name === name)?.text ?? null;
}

/** @param {string} noun @param {string} name @param {string} text */
export function save(noun, name, text) {
  const wrong = write(noun, [...read(noun).filter(item => item.name !== name), { name, text }]);
  announce(wrong === "" ? `The ${noun} is kept in this browser.` : wrong);
  return wrong;
}

/** @param {string} noun @param {string} name */
export function remove(noun, name) {
  return write(noun, read(noun).filter(item => item.name !== name));
}
