// @ts-check
// The rows of the fleet's table and the hosts in them.

/** The host's address that each row had when it was last looked at. @type {WeakMap<Element, string | undefined>} */
const hosts = new WeakMap();

/** @param {EventTarget | null} target @returns {HTMLTableRowElement | null} */
export function rowOf(target) {
  return target instanceof Element ? target.closest("tr.host-row") : null;
}

/** @param {HTMLTableRowElement | null} row @returns {HTMLAnchorElement | null} */
export function linkOf(row) {
  const link = row?.querySelector("a.open");
  return link instanceof HTMLAnchorElement ? link : null;
}

/** @param {HTMLTableRowElement | null} row @returns {string | null} the identity of its host */
export function hostOf(row) {
  return decodeURIComponent(linkOf(row)?.pathname.split("/").pop() ?? "") || null;
}

/** Between rows stand those of the grid, which are empty. @param {Element} row @param {"nextElementSibling" | "previousElementSibling"} side */
export function nextRow(row, side) {
  let next = row[side];
  while (next !== null && !next.matches("tr.host-row")) {
    next = next[side];
  }
  return next;
}

/** @param {HTMLElement} root @returns {Element[]} the rows that have another host than before */
export function rowsOfOthers(root) {
  return [.../** @type {NodeListOf<HTMLTableRowElement>} */ (root.querySelectorAll("tr.host-row"))].filter(row => {
    const host = linkOf(row)?.href, isOther = hosts.get(row) !== host;
    hosts.set(row, host);
    return isOther;
  });
}
