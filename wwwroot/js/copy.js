// Any button with data-copy copies that text, one with data-copy-from what that address answers, and says so, with or without a circuit.
document.addEventListener("click", async e => {
  const button = e.target.closest("button[data-copy], button[data-copy-from]");
  if (!button) { return; }
  const announcer = document.getElementById("announcer");
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? await read(button.dataset.copyFrom));
    button.dataset.copied = "";
    setTimeout(() => delete button.dataset.copied, 2000);
    announcer.textContent = "Copied.";
  } catch {
    announcer.textContent = "The browser did not allow copying; select the text instead.";
  }
});

async function read(address) {
  const answer = await fetch(address);
  if (!answer.ok) { throw new Error(`status ${answer.status}`); }
  return answer.text();
}
