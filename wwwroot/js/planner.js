// @ts-check
// The browser's part of the planner: the text of the plan, which goes to the server with each key but not more often than a result can be drawn, and files.
// A text that is too long never leaves the browser; a log that is pasted or dropped goes as a file, in pieces.

/** @typedef {{ invokeMethodAsync(name: string, ...args: unknown[]): Promise<void> }} Page */

const pause = 60;
const logPause = 250;

/**
 * Whether a text that is pasted into the plan is to be read as a whole, as a log or memory map may be: what is too long for a plan, and lines or a snapshot in the place of
 * all that stands there.
 * @param {string} pasted @param {boolean} replacesAll @param {number} most the longest plan in characters
 */
export function isWhole(pasted, replacesAll, most) {
  const text = pasted.trim();
  return pasted.length > most || (replacesAll && (text.includes("\n") || text.startsWith("{")));
}

/**
 * @param {HTMLElement} root @param {Page} page
 * @param {number} most the longest text in characters
 * @param {string} first the text that stood there at first
 * @param {string} text the text that should stand there by now
 */
export function attach(root, page, most, first, text) {
  const area = /** @type {HTMLTextAreaElement} */ (root.querySelector("#plan-text"));
  const log = /** @type {HTMLTextAreaElement} */ (root.querySelector("[data-part=log]"));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  // As a text box has them.
  [first, text] = [first, text].map(one => one.replace(/\r\n?/g, "\n"));
  let sent = text;
  let sentAt = -Infinity;

  function send() {
    clearTimeout(timer);
    timer = undefined;
    if (area.value === sent) {
      return;
    }
    sent = area.value;
    sentAt = performance.now();
    const told = sent.length > most ? page.invokeMethodAsync("TooLong", sent.length) : page.invokeMethodAsync("Typed", sent);
    void told.catch(() => { /* the circuit is gone; its bar says so */ });
  }

  function typed() {
    // What is typed until then goes along.
    timer ??= setTimeout(send, Math.max(0, sentAt + pause - performance.now()));
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let logTimer;

  // Through the file input, which streams: a bound text would have to fit one message of the circuit.
  /** @param {File} file */
  function give(file) {
    const input = /** @type {HTMLInputElement} */ (root.querySelector("input[type=file]"));
    const files = new DataTransfer();
    files.items.add(file);
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** @param {string} text */
  function giveText(text) {
    give(new File([text], "pasted text", { type: "text/plain" }));
  }

  function logged() {
    clearTimeout(logTimer);
    logTimer = setTimeout(() => {
      if (log.value.trim() !== "") {
        giveText(log.value);
      }
    }, logPause);
  }

  /** @param {ClipboardEvent} e */
  function pasted(e) {
    const text = e.clipboardData?.getData("text/plain") ?? "";
    const replacesAll = area.value.slice(0, area.selectionStart).trim() === "" && area.value.slice(area.selectionEnd).trim() === "";
    if (isWhole(text, replacesAll, most)) {
      e.preventDefault();
      giveText(text);
    }
  }

  /** @param {DragEvent} e */
  function draggedOver(e) {
    if (e.dataTransfer?.types.includes("Files")) {
      e.preventDefault();
    }
  }

  /** @param {DragEvent} e */
  function dropped(e) {
    const file = e.dataTransfer?.files[0];
    if (file) {
      e.preventDefault();
      give(file);
    }
  }

  const gone = new AbortController();
  const until = { signal: gone.signal };
  area.addEventListener("input", typed, until);
  area.addEventListener("change", send, until);
  area.addEventListener("paste", pasted, until);
  area.addEventListener("dragover", draggedOver, until);
  area.addEventListener("drop", dropped, until);
  log.addEventListener("input", logged, until);
  if (area.value === first) {
    area.value = text;
  }
  typed(); // what was typed before this script was there
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
      clearTimeout(logTimer);
      gone.abort();
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
