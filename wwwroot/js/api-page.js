// @ts-check
// Shows the OpenAPI document with Swagger UI (lib/swagger-ui), which is loaded when the page is opened. It needs no inline script; its dark colours follow the page's theme.

/** @typedef {{ library: string, style: string, document: string }} Page */

/** @type {Promise<any> | undefined} */
let loading;

/** @param {Page} page */
function load(page) {
  return loading ??= new Promise((resolve, reject) => {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = page.style;
    document.head.append(style);
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

/** @param {HTMLElement} root @param {Page} page */
export async function show(root, page) {
  const SwaggerUIBundle = await load(page);
  const html = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => html.classList.toggle("dark-mode", html.dataset.theme === "dark" || (!html.dataset.theme && dark.matches));
  const watch = new MutationObserver(follow);
  watch.observe(html, { attributeFilter: ["data-theme"] });
  dark.addEventListener("change", follow);
  follow();
  await new Promise(resolve => SwaggerUIBundle({
    domNode: root, url: page.document, validatorUrl: null, docExpansion: "list", defaultModelsExpandDepth: 0, displayRequestDuration: true, onComplete: () => resolve(undefined),
  }));
  root.dataset.shown = "true";
  return {
    dispose() {
      watch.disconnect();
      dark.removeEventListener("change", follow);
      html.classList.remove("dark-mode");
      root.replaceChildren();
    },
  };
}
