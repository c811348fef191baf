// What the browser remembers from one page to the next. Storage can be denied: a choice then lasts as long as the page.

const UNITS = "tdxdash.map.units";

/** @returns {string | null} */
export function rememberedUnits() {
  try {
    return localStorage.getItem(UNITS);
  } catch {
    return null;
  }
}

/** @param {string} units */
export function rememberUnits(units) {
  try {
    localStorage.setItem(UNITS, units);
  } catch {
    // The choice lasts as long as the page.
  }
}

/** Whether letters alone are shortcuts; the help of every page turns them off (js/shell.js). */
export function areSingleKeysOn() {
  try {
    return localStorage.getItem("tdxdash.single-keys-off") === null;
  } catch {
    return true;
  }
}
