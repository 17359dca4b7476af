// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock } from "../base/mod.ts";

/** Longest burst that is saved up while nothing comes, ms. */
const BURST_MS = 250;

/**
 * Slows down what comes from one account, or from all. Who took bytes waits until they are paid for; so uploads at the same
 * time share the rate, and the client is stopped by not being read.
 */
export class Bandwidth {
  readonly #clock: Clock;
  /** When all that was taken is paid for, on the clock that never runs backwards. */
  readonly #paidAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes `bytes` for `key` and waits as the rate demands; null or 0 is no limit. */
  async take(
    key: string,
    bytes: number,
    bytesPerSecond: number | null,
    signal: AbortSignal,
  ): Promise<void> {
    if (!bytesPerSecond) {
      this.#paidAt.delete(key);
      return;
    }
    const now = this.#clock.monotonicMs();
    const paidAt = Math.max(this.#paidAt.get(key) ?? -Infinity, now - BURST_MS) +
      bytes / bytesPerSecond * 1000;
    this.#paidAt.set(key, paidAt);
    if (paidAt > now) await this.#clock.sleep(paidAt - now, signal);
  }
}
