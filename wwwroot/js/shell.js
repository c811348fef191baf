// @ts-check
// Keys that work on every page, the command palette and the help. Needs no circuit.

/** @typedef {{ kind: string, label: string, detail: string, href?: string, action?: string }} Item */

const singleKeysOff = "tdxdash.single-keys-off";
const goTo = { f: "/", h: "/history", c: "/compare", p: "/planner", l: "/live", a: "/alerts", i: "/import", s: "/store", m: "/catalogue", e: "/probes", d: "/docs/layout", r: "/docs/api" };

const palette = dialog("palette");
const help = dialog("help");
const input = /** @type {HTMLInputElement} */ (document.getElementById("palette-text"));
const list = /** @type {HTMLUListElement} */ (document.getElementById("palette-list"));
const note = /** @type {HTMLElement} */ (document.getElementById("palette-note"));
const singleKeys = /** @type {HTMLInputElement} */ (document.getElementById("single-keys"));

/** @type {Item[]} */
let items = [];
let selected = 0;
let asked = 0;
let prefix = "";

/** @param {string} id @returns {HTMLDialogElement} */
function dialog(id) {
  return /** @type {HTMLDialogElement} */ (document.getElementById(id));
}

function areSingleKeysOn() {
  try {
    return localStorage.getItem(singleKeysOff) === null;
  } catch {
    return true; // storage can be denied; the keys are then on, as the help says
  }
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}

/** @param {string} href */
function navigate(href) {
  const blazor = /** @type {any} */ (globalThis).Blazor;
  if (blazor?.navigateTo) {
    blazor.navigateTo(href);
  } else {
    location.assign(href);
  }
}

/** @param {string} text */
function announce(text) {
  const announcer = document.getElementById("announcer");
  if (announcer) {
    announcer.textContent = text;
  }
}

/** @param {string} action */
async function act(action) {
  const [name, value] = action.split(":");
  if (name === "theme") {
    /** @type {any} */ (globalThis).tdxTheme.choose(value);
  } else if (name === "help") {
    help.showModal();
  } else if (name === "print") {
    print();
  } else if (name === "copy-link") {
    try {
      await navigator.clipboard.writeText(location.href);
      announce("Link copied.");
    } catch {
      announce("The browser did not allow copying; the link is in the address bar.");
    }
  }
}

/** @param {Item | undefined} item */
function choose(item) {
  if (!item) {
    return;
  }
  palette.close();
  if (item.href) {
    navigate(item.href);
  } else if (item.action) {
    void act(item.action);
  }
}

/** @param {Item} item @param {number} index */
function row(item, index) {
  const li = document.createElement("li");
  li.id = `palette-${index}`;
  li.role = "option";
  li.setAttribute("aria-selected", String(index === selected));
  for (const [name, text] of [["kind", item.kind], ["label", item.label], ["detail", item.detail]]) {
    const span = document.createElement("span");
    span.className = name;
    span.textContent = text;
    li.append(span);
  }
  li.addEventListener("click", () => choose(item));
  return li;
}

function draw() {
  list.replaceChildren(...items.map(row));
  if (items.length > 0) {
    input.setAttribute("aria-activedescendant", `palette-${selected}`);
    document.getElementById(`palette-${selected}`)?.scrollIntoView({ block: "nearest" });
  } else {
    input.removeAttribute("aria-activedescendant");
  }
}

async function search() {
  const turn = ++asked;
  try {
    const host = location.pathname.match(/^\/hosts\/([^/]+)/)?.[1];
    const answer = await fetch(`/palette.json?q=${encodeURIComponent(input.value)}${host ? `&host=${host}` : ""}`);
    if (!answer.ok) {
      throw new Error(`status ${answer.status}`);
    }
    const found = /** @type {Item[]} */ (await answer.json());
    if (turn !== asked) {
      return; // a later question is under way
    }
    [items, selected] = [found, 0];
    note.textContent = found.length === 0 ? "Nothing of that name. Hosts are found by name or by the beginning of their identity; addresses are those of the host of this page, or stand behind a host's name." : "";
  } catch {
    if (turn !== asked) {
      return;
    }
    items = [];
    note.textContent = "The dashboard does not answer; try again when the connection is back.";
  }
  draw();
}

function openPalette() {
  if (!palette.open) {
    input.value = "";
    palette.showModal();
    void search();
  }
}

input.addEventListener("input", () => void search());
input.addEventListener("keydown", e => {
  const steps = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1 });
  if (e.key in steps && items.length > 0) {
    selected = (selected + steps[e.key] + items.length) % items.length;
    draw();
  } else if (e.key === "Enter") {
    choose(items[selected]);
  } else {
    return;
  }
  e.preventDefault();
});

singleKeys.checked = areSingleKeysOn();
singleKeys.addEventListener("change", () => {
  try {
    if (singleKeys.checked) {
      localStorage.removeItem(singleKeysOff);
    } else {
      localStorage.setItem(singleKeysOff, "1");
    }
  } catch {
    singleKeys.checked = true; // it could not be kept
  }
});

document.addEventListener("click", e => {
  const opener = e.target instanceof Element ? e.target.closest("[data-open]") : null;
  if (opener instanceof HTMLElement && opener.dataset.open === "palette") {
    openPalette();
  } else if (opener instanceof HTMLElement && opener.dataset.open === "help") {
    help.showModal();
  } else if (e.target instanceof Element && e.target.closest("[data-print]")) {
    print();
  } else if (e.target === palette || e.target === help) {
    /** @type {HTMLDialogElement} */ (e.target).close(); // on the backdrop
  }
});

document.addEventListener("keydown", e => {
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k") {
    e.preventDefault();
    openPalette();
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || isTyping(e.target) || !areSingleKeysOn() || document.querySelector("dialog[open]")) {
    prefix = "";
    return;
  }
  const pending = prefix;
  prefix = "";
  if (e.key === "?") {
    help.showModal();
  } else if (e.key === "/") {
    const field = document.querySelector("[type=search]");
    if (!(field instanceof HTMLElement)) {
      return;
    }
    field.focus();
  } else if (pending === "g" && e.key in goTo) {
    const host = e.key === "h" ? location.pathname.match(/^\/hosts\/[^/]+/) : null;
    navigate((host?.[0] ?? "") + goTo[/** @type {keyof typeof goTo} */ (e.key)]);
  } else if (e.key === "g" && !e.repeat) {
    prefix = "g";
    return; // the map has this key for itself; it says so by preventing the default
  } else {
    return;
  }
  e.preventDefault();
});

// Menus close by Escape and by a click beside them.
document.addEventListener("keydown", e => {
  const menu = e.key === "Escape" ? document.querySelector("details.menu[open]") : null;
  if (menu instanceof HTMLDetailsElement) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
});
document.addEventListener("click", e => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu instanceof HTMLDetailsElement && e.target instanceof Node && !menu.contains(e.target)) {
      menu.open = false;
    }
  }
});
