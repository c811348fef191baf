// Says things: in the page's polite live region, and as a toast in the map's corner.

const QUIET = 5_000; // no more than one summary in this time, so that a screen reader is not flooded
const TOAST = 2_500;

export class Notices {
  #toastTimer = 0;
  #summaryTimer = 0;
  #last = 0;

  /** @param {HTMLElement} toast */
  constructor(toast) {
    this.toast = toast;
  }

  /** Says and shows what a person asked for, at once. @param {string} text */
  tell(text) {
    this.announce(text);
    this.toast.textContent = text;
    this.toast.hidden = false;
    clearTimeout(this.#toastTimer);
    this.#toastTimer = window.setTimeout(() => { this.toast.hidden = true; }, TOAST);
  }

  /** Says it without showing it. @param {string} text */
  announce(text) {
    this.#last = performance.now();
    const region = document.getElementById("announcer");
    if (region) {
      region.textContent = text;
    }
  }

  /** Says what came of moving about, once it rests; of many only the last. @param {() => string} text */
  summarise(text) {
    clearTimeout(this.#summaryTimer);
    const wait = Math.max(700, this.#last + QUIET - performance.now());
    this.#summaryTimer = window.setTimeout(() => this.announce(text()), wait);
  }

  dispose() {
    clearTimeout(this.#toastTimer);
    clearTimeout(this.#summaryTimer);
  }
}
