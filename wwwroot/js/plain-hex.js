// @ts-check
// Hex numbers stand in groups of four digits on screen; everything else takes them without.

/** A text with every grouped hex number in it made plain: "[0x1_0000_0000, 0x2_0000_0000)" becomes "[0x100000000, 0x200000000)". @param {string} text */
export function plainHex(text) {
  return text.replace(/\b0x[0-9a-f]{1,4}(?:_[0-9a-f]{4})+\b/gi, number => number.replaceAll("_", ""));
}
