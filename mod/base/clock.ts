// Copyright the SpareGrid authors. Apache-2.0.

/** A point in time: nanoseconds since 1970-01-01T00:00:00Z, negative before. */
export type Instant = bigint;

/**
 * The only place that asks the time. Everything that needs the time, or waits, takes a `Clock`, so that
 * a test can hold it still and a simulator can run it from a seed.
 */
export interface Clock {
  /** The time of day. */
  now(): Instant;
  /** Milliseconds from an arbitrary origin; never runs backwards. */
  monotonicMs(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when `signal` aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The time of day as the catalog keeps it: whole milliseconds since 1970. */
export function nowMs(clock: Pick<Clock, "now">): number {
  return Number(clock.now() / 1_000_000n);
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => BigInt(Date.now()) * 1_000_000n,
  monotonicMs: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal!.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  },
};
