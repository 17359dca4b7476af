// Copyright the SpareGrid authors. Apache-2.0.
import { type Random, utf8 } from "../../mod/base/mod.ts";

/** Randomness of a simulation (sfc32, 128 bits of state, so that no two names of files ever meet by chance). */
export class SimRandom implements Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #count = 1;

  /** The same for the same seed and purpose; others have nothing to do with it. */
  constructor(seed: number, purpose = "") {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 0;
    for (const byte of utf8(purpose)) {
      this.#c = Math.imul(this.#c ^ byte, 0x01000193) | 0;
      this.#next();
    }
    for (let i = 0; i < 15; i++) this.#next();
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 4) {
      const word = this.#next();
      out[at] = word;
      if (at + 1 < length) out[at + 1] = word >>> 8;
      if (at + 2 < length) out[at + 2] = word >>> 16;
      if (at + 3 < length) out[at + 3] = word >>> 24;
    }
    return out;
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** A number from 0 up to, not including, 1. */
  fraction(): number {
    return this.#next() / 2 ** 32;
  }

  /** True in `share` of all cases. */
  chance(share: number): boolean {
    return this.fraction() < share;
  }

  /** One of several. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}
