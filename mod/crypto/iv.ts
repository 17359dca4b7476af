// Copyright the SpareGrid authors. Apache-2.0.
import type { Random } from "../base/mod.ts";

/** Length of an IV: one AES block, the first counter block of CTR mode. */
export const IV_BYTES = 16;

/** IVs drawn from the system at once: a call to it costs more than the sixteen bytes. */
const DRAWN_AT_ONCE = 64;

/** Gives out random IVs, each once. */
export class IvSource {
  readonly #random: Random;
  #pool = new Uint8Array(0);
  #at = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Writes a fresh IV, never all zeros, to `into` at `at`. */
  next(into: Uint8Array, at: number): void {
    do {
      if (this.#at >= this.#pool.length) {
        this.#pool = this.#random.bytes(DRAWN_AT_ONCE * IV_BYTES);
        this.#at = 0;
      }
      into.set(this.#pool.subarray(this.#at, this.#at + IV_BYTES), at);
      // It is public once it is used; until then nobody should find it, and it must never serve twice.
      this.#pool.fill(0, this.#at, this.#at + IV_BYTES);
      this.#at += IV_BYTES;
    } while (isZero(into, at));
  }

  /**
   * A random 128-bit number from which counting up to 2^120 neither passes zero nor wraps round: the base for the IVs
   * of many pieces that are encrypted as one stream.
   */
  base(): bigint {
    const bytes = new Uint8Array(IV_BYTES);
    do this.next(bytes, 0); while (bytes[0] === 0xff);
    return BigInt(`0x${bytes.toHex()}`);
  }
}

/** Writes the 128-bit number `value` to `into` at `at`, big-endian, as CTR counts. */
export function writeCounter(value: bigint, into: Uint8Array, at: number): void {
  const view = new DataView(into.buffer, into.byteOffset + at, IV_BYTES);
  view.setBigUint64(0, value >> 64n);
  view.setBigUint64(8, BigInt.asUintN(64, value));
}

/** True when the IV at `at` is all zeros, which restic refuses: the mark of a broken generator. */
export function isZero(bytes: Uint8Array, at: number): boolean {
  let any = 0;
  for (let i = 0; i < IV_BYTES; i++) any |= bytes[at + i]!;
  return any === 0;
}
