// Any button with data-copy copies that text and says so, with or without a circuit.
document.addEventListener("click", async e => {
  const button = e.target.closest("button[data-copy]");
  if (!button) { return; }
  const announcer = document.getElementById("announcer");
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.dataset.copied = "";
    setTimeout(() => delete button.dataset.copied, 2000);
    announcer.textContent = "Copied.";
  } catch {
    announcer.textContent = "The browser did not allow copying; select the text instead.";
  }
});
