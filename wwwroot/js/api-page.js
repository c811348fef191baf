// @ts-check
// Shows the OpenAPI document with Swagger UI (lib/swagger-ui), which is loaded when the page is opened. It needs no inline script; its dark colours follow the page's theme.

/** @typedef {{ library: string, styles: string[], document: string }} Page */

/** @type {Promise<any> | undefined} */
let loading;

/** @param {Page} page */
function load(page) {
  return loading ??= new Promise((resolve, reject) => {
    for (const href of page.styles) {
      const style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = href;
      document.head.append(style);
    }
    const script = document.createElement("script");
    script.src = page.library;
    script.onload = () => resolve(/** @type {any} */ (globalThis).SwaggerUIBundle);
    script.onerror = () => {
      loading = undefined;
      reject(new Error("Swagger UI could not be loaded."));
    };
    document.head.append(script);
  });
}

/** Names for screen readers, and ways in for keyboards, that Swagger UI leaves out. @param {HTMLElement} root */
function complete(root) {
  for (const field of root.querySelectorAll("select:not([aria-label]), textarea:not([aria-label]), input:not([aria-label]):not([id])")) {
    field.setAttribute("aria-label", field.closest("tr")?.querySelector(".parameter__name")?.textContent ?? field.closest("label, section, .opblock-section")?.querySelector("h4, label, span")?.textContent ?? "value");
  }
  for (const text of root.querySelectorAll("pre:not([tabindex])")) {
    text.setAttribute("tabindex", "0");
  }
}

/** @param {HTMLElement} root @param {Page} page */
export async function show(root, page) {
  const SwaggerUIBundle = await load(page);
  const html = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => html.classList.toggle("dark-mode", html.dataset.theme === "dark" || (!html.dataset.theme && dark.matches));
  const watch = new MutationObserver(follow);
  watch.observe(html, { attributeFilter: ["data-theme"] });
  dark.addEventListener("change", follow);
  follow();
  const added = new MutationObserver(() => complete(root));
  added.observe(root, { childList: true, subtree: true });
  await new Promise(resolve => SwaggerUIBundle({
    domNode: root, url: page.document, validatorUrl: null, docExpansion: "list", defaultModelsExpandDepth: 0, displayRequestDuration: true, onComplete: () => resolve(undefined),
  }));
  root.dataset.shown = "true";
  return {
    dispose() {
      watch.disconnect();
      added.disconnect();
      dark.removeEventListener("change", follow);
      html.classList.remove("dark-mode");
      root.replaceChildren();
    },
  };
}
