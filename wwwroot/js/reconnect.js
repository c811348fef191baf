// Drives the reconnect bar. Blazor reconnects by itself; this reloads when the old circuit is refused for good.
const bar = document.getElementById("components-reconnect-modal");

bar.addEventListener("components-reconnect-state-changed", e => {
  switch (e.detail.state) {
    case "show":
      bar.querySelector("time").textContent = new Date().toLocaleTimeString();
      break;
    case "failed":
      document.addEventListener("visibilitychange", retryWhenVisible);
      break;
    case "rejected":
      location.reload();
      break;
  }
});

bar.querySelector("button").addEventListener("click", retry);

async function retry() {
  document.removeEventListener("visibilitychange", retryWhenVisible);
  try {
    if (!await Blazor.reconnect() && !await Blazor.resumeCircuit()) {
      location.reload(); // the state that matters is in the URL
    }
  } catch {
    document.addEventListener("visibilitychange", retryWhenVisible); // the server is still away
  }
}

async function retryWhenVisible() {
  if (document.visibilityState === "visible") {
    await retry();
  }
}
