// @ts-check
// Any button with data-copy copies that text, one with data-copy-from what that address answers, and says so, with or without a circuit.
// What is selected and copied has its hex numbers plain, so that other tools take them.

import { plainHex } from "./plain-hex.js";

const DONE = 2000; // milliseconds for which the button says so

document.addEventListener("click", e => {
  const button = e.target instanceof Element ? e.target.closest("button[data-copy], button[data-copy-from]") : null;
  if (button instanceof HTMLElement) {
    void copyOf(button);
  }
});

/** @param {HTMLElement} button */
async function copyOf(button) {
  const announcer = /** @type {HTMLElement} */ (document.getElementById("announcer"));
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? await read(button.dataset.copyFrom ?? ""));
    button.dataset.copied = "";
    setTimeout(() => delete button.dataset.copied, DONE);
    announcer.textContent = "Copied.";
  } catch {
    announcer.textContent = "The browser did not allow copying; select the text instead.";
  }
}

/** @param {string} address */
async function read(address) {
  const answer = await fetch(address);
  if (!answer.ok) {
    throw new Error(`status ${answer.status}`);
  }
  return answer.text();
}

document.addEventListener("copy", e => {
  if (e.target instanceof HTMLInputElement || e.target instanceof HTMLTextAreaElement) {
    return; // what somebody wrote is theirs
  }
  const text = String(getSelection()), plain = plainHex(text);
  if (plain !== text && e.clipboardData) {
    e.clipboardData.setData("text/plain", plain);
    e.preventDefault();
  }
});
