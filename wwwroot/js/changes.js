// @ts-check
// Next and previous change of a comparison, by the keys n and p or by the buttons. Needs no circuit.

const singleKeysOff = "tdxdash.single-keys-off";

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

/** @param {number} step */
function go(step) {
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-change]")]);
  if (rows.length === 0) {
    return false;
  }
  const now = rows.findIndex(row => row.contains(document.activeElement));
  const next = now < 0 ? (step > 0 ? 0 : rows.length - 1) : (now + step + rows.length) % rows.length;
  rows[next].focus({ preventScroll: true });
  rows[next].scrollIntoView({ block: "center" });
  return true;
}

document.addEventListener("keydown", e => {
  const steps = /** @type {Record<string, number>} */ ({ n: 1, p: -1 });
  if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || !(e.key in steps) || isTyping(e.target) || !areSingleKeysOn() || document.querySelector("dialog[open]")) {
    return;
  }
  if (go(steps[e.key])) {
    e.preventDefault();
  }
});

// A link to a change leads to it once the page is connected, as its rows are made anew then.
function goToLinked() {
  const linked = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  if (!document.querySelector("[data-interactive=true]") || !linked?.hasAttribute("data-change")) {
    return false;
  }
  linked.focus({ preventScroll: true });
  linked.scrollIntoView({ block: "center" });
  return true;
}

if (location.hash.startsWith("#d-")) {
  const own = new AbortController();
  const observer = new MutationObserver(() => {
    if (goToLinked()) {
      observer.disconnect();
    }
  });
  observer.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-interactive"] });
  // A page that opens gives its heading the focus, before or after its rows are here.
  document.addEventListener("focusin", e => void (e.target instanceof HTMLHeadingElement && goToLinked()), { signal: own.signal });
  for (const act of ["pointerdown", "keydown", "wheel"]) {
    document.addEventListener(act, () => {
      observer.disconnect();
      own.abort();
    }, { signal: own.signal, passive: true });
  }
}

document.addEventListener("click", e => {
  const button = e.target instanceof Element ? e.target.closest("[data-change-step]") : null;
  if (button instanceof HTMLElement) {
    go(Number(button.dataset.changeStep));
  }
});
