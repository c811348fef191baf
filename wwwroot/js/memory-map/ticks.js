// The addresses that the axis names: where stretches start, and round addresses inside wide ones.

/** @import { Axis } from "./axis.js" */
/** @import { View } from "./viewport.js" */

// A label such as 0x10_8000_0000 and some air, in pixels.
const LABEL_WIDTH = 112;

/**
 * The ticks of a view, ascending, whose labels do not overlap.
 * @param {Axis} axis
 * @param {View} view
 * @param {number} width the axis in pixels
 * @returns {{ address: number, x: number }[]}
 */
export function makeTicks(axis, view, width) {
  const scale = width / (view.u1 - view.u0);
  const ticks = [];
  let free = 0;
  for (let index = axis.indexOf("u", view.u0); index < axis.pieces.length; index++) {
    const piece = axis.pieces[index];
    if ((piece.u - view.u0) * scale >= width) {
      break;
    }
    if (!piece.isBreak) {
      const step = stepOf(piece.length * scale, piece.end - piece.start);
      const seen = piece.start + Math.max(0, view.u0 - piece.u) / piece.length * (piece.end - piece.start);
      for (const address of [piece.start, ...round(Math.max(seen, piece.start + 1), piece.end, step, free, width, axis, view, scale)]) {
        const x = (axis.toU(address) - view.u0) * scale;
        if (x >= free && x + LABEL_WIDTH <= width) {
          ticks.push({ address, x });
          free = x + LABEL_WIDTH;
        }
      }
    }
    // Pieces that end before the next label has room name nothing: pass over them at once.
    index = Math.max(index, axis.indexOf("u", view.u0 + free / scale) - 1);
  }
  return ticks;
}

/** @param {number} pixels @param {number} bytes */
function stepOf(pixels, bytes) {
  let step = 1;
  while (step < bytes && pixels * step / bytes < LABEL_WIDTH) {
    step *= 2;
  }
  return step;
}

/** @param {number} from @param {number} end @param {number} step @param {number} free @param {number} width @param {Axis} axis @param {View} view @param {number} scale */
function* round(from, end, step, free, width, axis, view, scale) {
  for (let address = Math.ceil(from / step) * step; address < end; address += step) {
    const x = (axis.toU(address) - view.u0) * scale;
    if (x > width) {
      return;
    }
    if (x >= free) {
      yield address;
    }
  }
}
