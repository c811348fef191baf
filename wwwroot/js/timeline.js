// @ts-check
// Dragging over a time line: zooms, or annotates while Ctrl is held. The server knows the times; this only knows shares of the width.

const least = 5; // pixels; less is a click

/** The browser's time zone. */
export function zone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** @param {HTMLElement} root @param {any} owner */
export function attach(root, owner) {
  const selection = /** @type {HTMLElement} */ (root.querySelector(".selection"));
  /** @type {{ plot: DOMRect, from: number, isNote: boolean, id: number } | null} */
  let drag = null;

  /** @param {PointerEvent} e */
  function down(e) {
    const plot = e.target instanceof Element ? e.target.closest(".plot") : null;
    if (!plot || e.button !== 0) {
      return;
    }
    drag = { plot: plot.getBoundingClientRect(), from: e.clientX, isNote: e.ctrlKey || e.metaKey, id: e.pointerId };
    e.preventDefault(); // no text is selected, and no link is dragged away
  }

  /** @param {PointerEvent} e */
  function move(e) {
    if (!drag || e.pointerId !== drag.id) {
      return;
    }
    const [left, right] = ends(e);
    selection.hidden = right - left < least;
    selection.classList.toggle("annotate", drag.isNote);
    const box = root.getBoundingClientRect();
    selection.style.left = `${left - box.left}px`;
    selection.style.width = `${right - left}px`;
  }

  /** @param {PointerEvent} e */
  function up(e) {
    if (!drag || e.pointerId !== drag.id) {
      return;
    }
    const { plot, isNote } = drag;
    const [left, right] = ends(e);
    stop();
    if (right - left >= least) {
      root.addEventListener("click", swallow, { capture: true, once: true });
      setTimeout(() => root.removeEventListener("click", swallow, { capture: true }), 50);
      void owner.invokeMethodAsync("Selected", (left - plot.left) / plot.width, (right - plot.left) / plot.width, isNote);
    }
  }

  /** @param {PointerEvent} e @returns {[number, number]} */
  function ends(e) {
    const { plot, from } = /** @type {NonNullable<typeof drag>} */ (drag);
    const to = Math.min(Math.max(e.clientX, plot.left), plot.right);
    return from < to ? [from, to] : [to, from];
  }

  // The drag may end on a mark, which is not to be opened.
  /** @param {Event} e */
  function swallow(e) {
    e.preventDefault();
    e.stopPropagation();
  }

  function stop() {
    drag = null;
    selection.hidden = true;
  }

  /** @param {KeyboardEvent} e */
  function key(e) {
    if (e.key === "Escape") {
      stop();
    }
  }

  root.addEventListener("pointerdown", down);
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", up);
  document.addEventListener("pointercancel", stop);
  document.addEventListener("keydown", key);
  return {
    dispose() {
      root.removeEventListener("pointerdown", down);
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", up);
      document.removeEventListener("pointercancel", stop);
      document.removeEventListener("keydown", key);
    },
  };
}
