// Shows a deliberate move on its way, unless the person wants no motion.

/** @import { Model } from "./model.js" */
/** @import { View } from "./viewport.js" */

const DURATION = 140; // in milliseconds

export class Motion {
  #frame = 0;

  /** @param {Model} model @param {() => void} draw draws at once */
  constructor(model, draw) {
    this.model = model;
    this.draw = draw;
  }

  /** @param {View} from what is drawn now; the model already holds where it goes */
  run(from) {
    this.stop();
    const { model } = this, to = model.view;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches || model.axis.length < from.u1) {
      this.draw();
      return;
    }
    const began = performance.now();
    const frame = (/** @type {number} */ now) => {
      const share = Math.min(1, Math.max(0, (now - began) / DURATION)), eased = 1 - (1 - share) ** 3;
      model.passing = share < 1 ? { u0: from.u0 + (to.u0 - from.u0) * eased, u1: from.u1 + (to.u1 - from.u1) * eased } : null;
      this.#frame = share < 1 ? requestAnimationFrame(frame) : 0;
      this.draw();
    };
    this.#frame = requestAnimationFrame(frame);
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.model.passing = null;
  }
}
