// Copyright the SpareGrid authors. Apache-2.0.
import type { Random } from "../../mod/base/mod.ts";

/** Bytes that look random (xorshift32) and are the same for the same seed. */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) >>> 0 || 1;
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(length).map(() => {
      let x = this.#state;
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      this.#state = x >>> 0;
      return this.#state >>> 11;
    });
  }
}
