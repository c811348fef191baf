// @ts-check
// The browser's part of the fleet's table: a row shows its host beside the table by a click anywhere, changed values flash softly,
// and the server is told when pointer or focus is in the table, so that no row moves under either.

import { flashChanges } from "./fleet-flash.js";
import { hostOf, linkOf, nextRow, rowOf, rowsOfOthers } from "./fleet-rows.js";

/** @typedef {{ invokeMethodAsync(name: string, ...args: unknown[]): Promise<void> }} Page */

/** Before what stands beside the table follows the keys, in milliseconds. */
const settles = 100;

/**
 * Where the focus is among the rows: a host's address, and whether it is on the box that chooses the host.
 * @typedef {{ host: string, isChoice: boolean }} Place
 */

/** @type {Place | null} */
let focus = null;

/** The page of the table that was attached last. @type {Page | null} */
let owner = null;

/** The path of that page. */
let home = "";

/** A pane that somebody closed and that still stands there. @type {Element | null} */
let closed = null;

/** What has the pane follow the keys. @type {ReturnType<typeof setTimeout> | undefined} */
let following;

/** What the pointer was pressed on, its row, and the row's host's address then. @type {{ target: Node, row: HTMLTableRowElement, host: string | undefined } | null} */
let pressed = null;

document.addEventListener("focusin", e => { focus = focusOf(e.target); });
document.addEventListener("pointerdown", () => { focus = null; });

// Paper gets the rows that the grid has; where those are not all, a note says so.
addEventListener("beforeprint", () => {
  for (const note of document.querySelectorAll(".tables > .on-paper")) {
    const table = note.parentElement?.querySelector("[aria-rowcount]");
    const rows = table?.querySelectorAll("tr.host-row").length ?? 0;
    /** @type {HTMLElement} */ (note).hidden = rows + 1 >= Number(table?.getAttribute("aria-rowcount"));
  }
});

/** @param {HTMLElement} root @param {Page} page */
export function attach(root, page) {
  owner = page;
  home = location.pathname;
  let isPointed = false;
  let isFocused = false;
  let isHeld = false;

  function tell() {
    if (isHeld !== (isPointed || isFocused)) {
      isHeld = !isHeld;
      void page.invokeMethodAsync("Hold", isHeld).catch(() => { /* the circuit is gone, and with it the order to hold */ });
    }
  }

  root.addEventListener("pointerenter", e => {
    isPointed = e.pointerType !== "touch";
    tell();
  });
  root.addEventListener("pointerleave", () => {
    isPointed = false;
    tell();
  });
  root.addEventListener("focusin", () => {
    isFocused = true;
    tell();
  });
  root.addEventListener("focusout", e => {
    isFocused = e.relatedTarget instanceof Node && root.contains(e.relatedTarget);
    tell();
  });

  // Before menus see it: a key that closes a menu does nothing else.
  const own = new AbortController();
  for (const type of ["keydown", "click"]) {
    document.addEventListener(type, e => {
      if (root.isConnected) {
        close(e, root);
      } else {
        own.abort(); // the page was left before it could dispose
      }
    }, { capture: true, signal: own.signal });
  }
  root.addEventListener("click", e => { open(e, e.ctrlKey || e.metaKey || e.shiftKey); });
  root.addEventListener("pointerdown", pressing);
  root.addEventListener("pointerup", released);
  root.addEventListener("auxclick", e => {
    if (e.button === 1) {
      open(e, true);
    }
  });
  root.addEventListener("keydown", step);

  const observer = new MutationObserver(changes => {
    flashChanges(changes, new Set([...changes.flatMap(change => [...change.addedNodes]), ...rowsOfOthers(root)]));
    refocus(root);
  });
  observer.observe(root, { subtree: true, childList: true, characterData: true });
  rowsOfOthers(root);
  root.dataset.live = ""; // from here on rows answer

  return {
    toTop() {
      root.querySelectorAll(".mud-table-container").forEach(container => { container.scrollTop = 0; });
    },
    dispose() {
      own.abort();
      observer.disconnect();
    },
  };
}

/** The button of the pane, and Escape where it means nothing else, take the pane away. @param {Event} e @param {HTMLElement} root */
function close(e, root) {
  const pane = document.querySelector("[data-pane]");
  const isAsked = e instanceof KeyboardEvent
    ? e.key === "Escape" && !e.isComposing && !isTyping(e.target) && document.querySelector("dialog[open], details.menu[open]") === null
    : e.target instanceof Element && e.target.closest("[data-action=close-pane]") !== null;
  if (pane !== null && isAsked) {
    if (pane.contains(document.activeElement)) {
      focusShown(root);
    }
    showPane(null);
  }
}

/** Shows a row's host beside the table. @param {HTMLTableRowElement | null} row */
function peek(row) {
  const host = hostOf(row);
  if (host !== null) {
    showPane(host);
  }
}

/** @param {EventTarget | null} target whether it does its own work */
function isControl(target) {
  return target instanceof Element && target.closest("button, input, label, .col-select") !== null;
}

/**
 * The page hears of it first: where it has asked for another address already that has not come here yet, it asks for the right one afterwards.
 * Back leaves the page and does not go from host to host.
 * @param {string | null} host null for none
 */
function showPane(host) {
  clearTimeout(following);
  if (location.pathname !== home) {
    return; // a host was opened, and its page is not here yet
  }
  closed = host === null ? document.querySelector("[data-pane]") : null;
  const parts = location.search.slice(1).split("&").filter(part => part !== "" && !part.startsWith("pane="));
  if (host !== null) {
    parts.push(`pane=${encodeURIComponent(host)}`);
  }
  const address = home + (parts.length > 0 ? `?${parts.join("&")}` : "");
  void owner?.invokeMethodAsync("ShowBeside", host, address).catch(() => { closed = null; /* the circuit is gone or away */ });
  const blazor = /** @type {{ Blazor?: { navigateTo?(href: string, options: object): void } }} */ (/** @type {unknown} */ (globalThis)).Blazor;
  blazor?.navigateTo?.(address, { replaceHistoryEntry: true });
}

/** The focus goes from the pane back to its host's row. @param {HTMLElement} root */
function focusShown(root) {
  const id = document.querySelector("[data-pane]")?.getAttribute("data-pane") ?? "";
  const link = [...root.querySelectorAll("tr.host-row a.open")].find(a => a instanceof HTMLAnchorElement && a.pathname.endsWith(`/${encodeURIComponent(id)}`));
  if (link instanceof HTMLElement) {
    link.focus({ preventScroll: true });
  }
}

/** @param {EventTarget | null} target whether Escape means something there already */
function isTyping(target) {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && target.type !== "checkbox");
}

/** @param {PointerEvent} e */
function pressing(e) {
  const row = e.button === 0 && !isControl(e.target) ? rowOf(e.target) : null;
  pressed = row && e.target instanceof Node ? { target: e.target, row, host: linkOf(row)?.href } : null;
}

/** A row or a cell may be made anew between press and release: the browser sends no click for it then. @param {PointerEvent} e */
function released(e) {
  const was = pressed, now = rowOf(e.target);
  if (was !== null && now !== null && !was.target.isConnected && was.host === linkOf(now)?.href && !isControl(e.target)) {
    go(now, e.target, e.ctrlKey || e.metaKey || e.shiftKey);
  }
}

/** @param {MouseEvent} e @param {boolean} inNewTab */
function open(e, inNewTab) {
  clearTimeout(following);
  const was = pressed;
  pressed = null;
  if (e.detail > 0 && was !== null && was.row === rowOf(e.target) && was.host !== linkOf(was.row)?.href) {
    e.preventDefault(); // another host came into the row under the pointer: nobody meant that one
    return;
  }
  const isOwn = isControl(e.target) || (e.target instanceof Element && e.target.closest("a") !== null);
  if (isOwn || e.defaultPrevented || String(getSelection()) !== "") {
    return; // links and controls do their own work; marking text is no click
  }
  go(rowOf(e.target), e.target, inNewTab);
}

/**
 * The name opens its host, the rest of a row shows it beside the table.
 * @param {HTMLTableRowElement | null} row
 * @param {EventTarget | null} target
 * @param {boolean} inNewTab
 *
 */
function go(row, target, inNewTab) {
  const link = linkOf(row);
  if (link === null) {
    return;
  }
  if (inNewTab) {
    globalThis.open(link.href, "_blank", "noopener");
  } else if (target instanceof Element && target.closest("a") !== null) {
    link.click();
  } else {
    peek(row);
  }
}

/** Up and down go from row to row, and what stands beside the table goes along; space brings it. @param {KeyboardEvent} e */
function step(e) {
  if (e.key === " " && e.target instanceof HTMLAnchorElement && e.target.matches("a.open")) {
    peek(rowOf(e.target));
    e.preventDefault();
    return;
  }
  const steps = /** @type {Record<string, "nextElementSibling" | "previousElementSibling">} */ ({ ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" });
  const row = e.key in steps ? rowOf(e.target) : null;
  const next = row && nextRow(row, steps[e.key])?.querySelector(e.target instanceof HTMLInputElement ? ".col-select input" : "a.open");
  if (next instanceof HTMLElement) {
    next.focus();
    e.preventDefault();
    const pane = document.querySelector("[data-pane]");
    if (pane !== null && pane !== closed) {
      // Of a key that is held only the last row counts; and not when its host was opened meanwhile.
      clearTimeout(following);
      following = setTimeout(() => {
        if (document.activeElement === next) {
          peek(rowOf(next));
        }
      }, settles);
    }
  }
}

/** @param {EventTarget | null} target @returns {Place | null} */
function focusOf(target) {
  const link = rowOf(target)?.querySelector("a.open");
  return link instanceof HTMLAnchorElement ? { host: link.href, isChoice: target instanceof HTMLInputElement } : null;
}

/** The grid makes its rows anew when it scrolls; the focus stays on the host. @param {HTMLElement} root */
function refocus(root) {
  const at = focus;
  if (at === null || document.activeElement !== document.body) {
    return;
  }
  const link = [...root.querySelectorAll("tr.host-row a.open")].find(a => a instanceof HTMLAnchorElement && a.href === at.host);
  const target = at.isChoice ? rowOf(link ?? null)?.querySelector(".col-select input") : link;
  if (target instanceof HTMLElement) {
    target.focus({ preventScroll: true });
  }
}
