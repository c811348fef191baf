// @ts-check
// The browser's part of the planner: the text of the plan, which goes to the server a moment after the last key, and files.
// A text that is too long never leaves the browser.

/** @typedef {{ invokeMethodAsync(name: string, ...args: unknown[]): Promise<void> }} Page */

const pause = 120;

/** @param {HTMLElement} root @param {Page} page @param {number} most the longest text in characters */
export function attach(root, page, most) {
  const area = /** @type {HTMLTextAreaElement} */ (root.querySelector("textarea"));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let sent = area.value;

  function send() {
    timer = undefined;
    if (area.value === sent) {
      return;
    }
    sent = area.value;
    const told = sent.length > most ? page.invokeMethodAsync("TooLong", sent.length) : page.invokeMethodAsync("Typed", sent);
    void told.catch(() => { /* the circuit is gone; its bar says so */ });
  }

  function typed() {
    clearTimeout(timer);
    timer = setTimeout(send, pause);
  }

  area.addEventListener("input", typed);
  area.addEventListener("change", send);
  root.dataset.attached = "";
  return {
    /** @param {string} text */
    set(text) {
      clearTimeout(timer);
      timer = undefined;
      sent = text;
      if (area.value !== text) {
        area.value = text;
      }
    },
    /** @param {number} position @param {number} length */
    mark(position, length) {
      area.focus();
      area.setSelectionRange(position, position + length);
    },
    dispose() {
      clearTimeout(timer);
      area.removeEventListener("input", typed);
      area.removeEventListener("change", send);
    },
  };
}

/** @param {string} name @param {string} type @param {{ arrayBuffer(): Promise<ArrayBuffer> }} stream */
export async function download(name, type, stream) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([await stream.arrayBuffer()], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
