// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";

const FREE = 0;
const HELD = 1;
const AWAITED = 2;
/** Tries before a thread goes to sleep: holders leave within microseconds. */
const SPINS = 100;
/** How long a holder may take. Growing a table of a hundred million entries takes a few seconds. */
const WAIT_MS_MAX = 60_000;

/**
 * Takes the lock that the word `at` of shared memory is (0 at first); blocks the thread meanwhile. Throws SG1023
 * when its holder is gone: a thread that was ended inside would stop all others for ever.
 */
export function lockWord(words: Int32Array, at: number): void {
  for (let i = 0; i < SPINS; i++) {
    if (Atomics.compareExchange(words, at, FREE, HELD) === FREE) return;
  }
  while (Atomics.exchange(words, at, AWAITED) !== FREE) {
    if (Atomics.wait(words, at, AWAITED, WAIT_MS_MAX) === "timed-out") {
      throw new SgError("SG1023", "Cannot use the shared index: the thread that changed it is gone");
    }
  }
}

/** Gives the lock back. */
export function unlockWord(words: Int32Array, at: number): void {
  if (Atomics.exchange(words, at, FREE) === AWAITED) Atomics.notify(words, at, 1);
}
