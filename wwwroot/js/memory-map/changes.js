// What became of regions between two maps, as marks on the address axis.

/** @typedef {{ start: number, end: number }} Range */
/**
 * @typedef {object} Change
 * @property {string} kind added, removed, moved, grown or shrunk
 * @property {string} text in words
 * @property {Range | null} before
 * @property {Range | null} after
 * @property {readonly (readonly [Range, "added" | "removed" | "changed", string])[]} marks what is drawn: where, how, and the sign
 */

/**
 * @param {{ kind: string, text: string, before: string[] | null, after: string[] | null }[]} sent addresses as 0x hex
 * @returns {Change[]}
 */
export function readChanges(sent) {
  return sent.map(({ kind, text, before, after }) => {
    const from = range(before), to = range(after);
    return { kind, text, before: from, after: to, marks: marksOf(kind, from, to) };
  });
}

/** @param {string[] | null} ends @returns {Range | null} */
function range(ends) {
  return ends ? { start: Number(ends[0]), end: Number(ends[1]) } : null;
}

/** @param {string} kind @param {Range | null} before @param {Range | null} after @returns {Change["marks"]} */
function marksOf(kind, before, after) {
  if (!before || !after) {
    return after ? [[after, "added", "+"]] : before ? [[before, "removed", "−"]] : [];
  }
  if (kind === "moved") {
    return [[before, "removed", "−"], [after, "changed", "→"]];
  }
  /** @type {(readonly [Range, "added" | "removed" | "changed", string])[]} */
  const marks = [[after, "changed", "~"]];
  for (const [start, end, style] of /** @type {[number, number, "added" | "removed"][]} */([
    [after.start, Math.min(before.start, after.end), "added"], [Math.max(before.end, after.start), after.end, "added"],
    [before.start, Math.min(after.start, before.end), "removed"], [Math.max(after.end, before.start), before.end, "removed"],
  ])) {
    if (start < end) {
      marks.push([{ start, end }, style, style === "added" ? "+" : "−"]);
    }
  }
  return marks;
}
