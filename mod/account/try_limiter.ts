// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock } from "../base/mod.ts";

/** How tries are slowed down. */
export interface TryLimits {
  /** Failures that cost nothing. */
  readonly free: number;
  /** Wait after the first failure beyond, ms; it doubles with each further one. */
  readonly firstWaitMs: number;
  /** Longest wait, ms; after as long without a failure one is forgotten, so that nobody is locked out for good. */
  readonly waitMsMax: number;
  /** Keys that are remembered; those that failed longest ago are forgotten first. */
  readonly keysMax: number;
}

/** Five free tries, then 1, 2, 4 … s up to a quarter of an hour. */
export const TRY_LIMITS: TryLimits = { free: 5, firstWaitMs: 1_000, waitMsMax: 900_000, keysMax: 10_000 };

interface Failures {
  readonly count: number;
  /** Of the last one, by the monotonic clock. */
  readonly at: number;
}

/**
 * Slows down who fails again and again, by a key such as an address. A try is counted as failed when it begins and taken
 * back when it succeeds, so that many at once gain nothing. Tries that are refused do not count: who waits gets in.
 */
export class TryLimiter {
  readonly #clock: Clock;
  readonly #limits: TryLimits;
  /** In the order of the last failure. */
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock, limits: TryLimits = TRY_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Begins a try. Answers 0 when it may go on; else how long to wait, ms, and nothing is counted. */
  take(key: string): number {
    const waitMs = this.waitMs(key);
    if (waitMs <= 0) this.#set(key, { count: this.#count(key) + 1, at: this.#clock.monotonicMs() });
    return waitMs;
  }

  /** How long to wait before the next try, ms; 0: not at all. */
  waitMs(key: string): number {
    const { free, firstWaitMs, waitMsMax } = this.#limits;
    const count = this.#count(key);
    if (count < free) return 0;
    const waitMs = Math.min(waitMsMax, firstWaitMs * 2 ** (count - free));
    return Math.max(0, this.#failures.get(key)!.at + waitMs - this.#clock.monotonicMs());
  }

  /** The try that began with {@link take} was right: it does not count. */
  forgive(key: string): void {
    const failures = this.#failures.get(key);
    if (!failures) return;
    if (failures.count <= 1) this.#failures.delete(key);
    else this.#failures.set(key, { ...failures, count: failures.count - 1 });
  }

  /** All failures of a key are forgotten: it proved to be who it said. */
  clear(key: string): void {
    this.#failures.delete(key);
  }

  /** Failures that count now. */
  #count(key: string): number {
    const failures = this.#failures.get(key);
    if (!failures) return 0;
    const forgotten = Math.floor((this.#clock.monotonicMs() - failures.at) / this.#limits.waitMsMax);
    return Math.max(0, failures.count - forgotten);
  }

  #set(key: string, failures: Failures): void {
    this.#failures.delete(key);
    this.#failures.set(key, failures);
    if (this.#failures.size > this.#limits.keysMax) {
      this.#failures.delete(this.#failures.keys().next().value!);
    }
  }
}
