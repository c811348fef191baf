// @ts-check
// Loaded by a blocking script element in the head, so that the chosen theme stands before the first paint.
(() => {
  const key = "tdxdash.theme";
  const choices = ["system", "light", "dark", "contrast"];

  function read() {
    try {
      return choices.find(choice => choice === localStorage.getItem(key)) ?? "system";
    } catch {
      return "system"; // storage can be denied; the system's theme is right then
    }
  }

  /** @param {string} choice */
  function apply(choice) {
    if (choice === "system") {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = choice;
    }
  }

  apply(read());
  addEventListener("storage", e => { if (e.key === key) { apply(read()); } });

  /** @param {string} choice */
  function choose(choice) {
    if (!choices.includes(choice)) { return; }
    try { localStorage.setItem(key, choice); } catch { /* the choice then lasts as long as the page */ }
    apply(choice);
  }

  addEventListener("click", e => {
    if (e.target instanceof Element && e.target.closest("[data-theme-toggle]")) {
      const shown = document.documentElement.dataset.theme ?? "system";
      choose(choices[(choices.indexOf(shown) + 1) % choices.length]);
    }
  });

  Object.assign(globalThis, { tdxTheme: { choose } });
})();
