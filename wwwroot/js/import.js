// @ts-check
// Pasted text takes the way of a chosen file: through the file input, which streams it in pieces, where a bound text field
// would have to fit one message of the circuit.
document.addEventListener("click", e => {
  if (!(e.target instanceof Element) || !e.target.closest("button[data-import-paste]")) { return; }
  const text = document.querySelector("textarea[data-import-text]");
  const input = document.getElementById("import-file");
  if (!(text instanceof HTMLTextAreaElement) || !(input instanceof HTMLInputElement)) { return; }
  if (text.value.trim().length === 0) {
    /** @type {HTMLElement} */ (document.getElementById("announcer")).textContent = "There is no text to look at.";
    text.focus();
    return;
  }
  const files = new DataTransfer();
  files.items.add(new File([text.value], "pasted text", { type: "text/plain" }));
  input.files = files.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
