// @ts-check
// Dragging over a time line: zooms, or annotates while Ctrl is held; keys do the same. The server knows the times; this only knows shares of the width.

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
  function escape(e) {
    if (e.key === "Escape") {
      stop();
    }
  }

  // Among the marks, of which only the latest is a stop of the Tab key.
  /** @param {KeyboardEvent} e */
  function key(e) {
    const mark = e.target instanceof Element ? e.target.closest(".marks a") : null;
    if (!mark || e.ctrlKey || e.metaKey || e.altKey) {
      return;
    }
    const marks = /** @type {SVGAElement[]} */ ([...root.querySelectorAll(".marks a")]);
    const now = marks.indexOf(/** @type {SVGAElement} */ (mark));
    const next = /** @type {Record<string, number>} */ ({ ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: marks.length - 1 })[e.key];
    const half = /** @type {Record<string, number>} */ ({ "+": 0.25, "-": 1 })[e.key];
    if (next !== undefined) {
      marks[Math.min(Math.max(next, 0), marks.length - 1)].focus();
    } else if (half !== undefined) {
      const middle = half < 0.5 ? place(mark) : 0.5;
      void owner.invokeMethodAsync("Selected", middle - half, middle + half, false);
    } else {
      return;
    }
    e.preventDefault();
  }

  /** Where a mark stands, as a share of the width. @param {Element} mark */
  function place(mark) {
    return parseFloat(mark.querySelector("svg")?.getAttribute("x") ?? "50") / 100;
  }

  root.addEventListener("pointerdown", down);
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", up);
  document.addEventListener("pointercancel", stop);
  document.addEventListener("keydown", escape);
  root.addEventListener("keydown", key);
  root.dataset.attached = "";
  return {
    dispose() {
      root.removeEventListener("keydown", key);
      root.removeEventListener("pointerdown", down);
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", up);
      document.removeEventListener("pointercancel", stop);
      document.removeEventListener("keydown", escape);
    },
  };
}
