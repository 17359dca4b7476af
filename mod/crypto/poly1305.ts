// Copyright the SpareGrid authors. Apache-2.0.
import { Kernel } from "../kernel/mod.ts";

/** Where things lie in the kernel's memory. */
const STATE = 0;
const KEY = 64;
const NONCE = 80;
const TAG = 96;
const LAST = 112;
const STAGE = 1024;
const STAGE_BYTES = 128 * 1024;

/** Bit 128 of a whole block, in the highest limb. */
const TOP = 1 << 24;

/** One per thread, for it is used synchronously. */
let shared: Kernel | undefined;

/**
 * Poly1305 of `message` under `r` (16 bytes, clamped here) and `s` (16 bytes) by the WebAssembly kernel: writes the 16 byte
 * tag to the start of `tag`. The pair (r, s) must not serve for two messages.
 */
export function poly1305(r: Uint8Array, s: Uint8Array, message: Uint8Array, tag: Uint8Array): void {
  if (r.length !== 16 || s.length !== 16) {
    throw new RangeError("Cannot compute a tag: r and s are 16 bytes long");
  }
  const { memory, run } = shared ??= new Kernel(STAGE + STAGE_BYTES);
  memory.set(r, KEY);
  memory.set(s, NONCE);
  run.poly1305Begin(STATE, KEY);
  const whole = message.length - message.length % 16;
  for (let at = 0; at < whole; at += STAGE_BYTES) {
    const length = Math.min(STAGE_BYTES, whole - at);
    memory.set(message.subarray(at, at + length), STAGE);
    run.poly1305Blocks(STATE, STAGE, length, TOP);
  }
  if (whole < message.length) {
    memory.fill(0, LAST, LAST + 16);
    memory.set(message.subarray(whole), LAST);
    memory[LAST + message.length - whole] = 1;
    run.poly1305Blocks(STATE, LAST, 16, 0);
  }
  run.poly1305End(STATE, NONCE, TAG);
  tag.set(memory.subarray(TAG, TAG + 16));
  // r, the accumulator and s go; the stage holds ciphertext only.
  memory.fill(0, 0, STAGE);
}
