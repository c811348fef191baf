// @ts-check
// Drives the reconnect bar. Blazor reconnects by itself for some minutes. After that this goes on, since nobody may be at the page to do so, and it
// reloads when the old circuit is refused for good.

const AGAIN = 30_000; // milliseconds between two tries
const LOOK = 1_000; // milliseconds between two looks whether the page can be had

const bar = /** @type {HTMLElement} */ (document.getElementById("components-reconnect-modal"));
/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;
let isTrying = false, isReloading = false;

bar.addEventListener("components-reconnect-state-changed", e => {
  switch (/** @type {CustomEvent<{ state: string }>} */ (e).detail.state) {
    case "show":
      /** @type {HTMLElement} */ (bar.querySelector("time")).textContent = new Date().toLocaleTimeString();
      break;
    case "hide":
      clearInterval(timer);
      timer = undefined;
      break;
    case "failed":
      timer ??= setInterval(retry, AGAIN);
      break;
    case "rejected":
      void reload();
      break;
  }
});

/** @type {HTMLElement} */ (bar.querySelector("button")).addEventListener("click", retry);
window.addEventListener("online", retryWhenFailed);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") {
    retryWhenFailed();
  }
});

function retryWhenFailed() {
  if (timer !== undefined) {
    void retry();
  }
}

async function retry() {
  if (isTrying) {
    return;
  }
  isTrying = true;
  const blazor = /** @type {any} */ (globalThis).Blazor;
  try {
    if (!await blazor.reconnect() && !await blazor.resumeCircuit()) {
      await reload(); // the state that matters is in the URL
    }
  } catch {
    // the server is still away; the next try is on its way
  } finally {
    isTrying = false;
  }
}

// A proxy whose dashboards are all away has a page of its own, with no script that would go on: this one stays until one answers.
async function reload() {
  if (isReloading) {
    return;
  }
  isReloading = true;
  while (!await answers()) {
    await new Promise(resolve => setTimeout(resolve, LOOK));
  }
  location.reload();
  isReloading = false;
}

async function answers() {
  try {
    return (await fetch("/healthz", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}
