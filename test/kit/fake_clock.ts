// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock, Instant } from "../../mod/base/mod.ts";

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

/**
 * A clock that moves only when told. By default a sleep ends at once and moves the clock on by its length, so that code
 * which waits runs through; with `auto: false` sleepers wait for {@link FakeClock.advance} and wake in the order of their
 * times.
 */
export class FakeClock implements Clock {
  /** Lengths of all sleeps asked for, milliseconds. */
  readonly slept: number[] = [];
  readonly #auto: boolean;
  readonly #start: Instant;
  /** Milliseconds since the start. */
  ms = 0;
  #order = 0;
  #sleepers: Sleeper[] = [];

  constructor(options: { auto?: boolean; start?: Instant } = {}) {
    this.#auto = options.auto ?? true;
    this.#start = options.start ?? 0n;
  }

  now(): Instant {
    return this.#start + BigInt(Math.round(this.ms * 1_000_000));
  }

  monotonicMs(): number {
    return this.ms;
  }

  /** Sleeps under way. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(ms);
    if (this.#auto) {
      this.ms += Math.max(0, ms);
      await Promise.resolve();
      signal?.throwIfAborted();
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const sleeper: Sleeper = {
        at: this.ms + ms,
        order: this.#order++,
        wake: () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal!.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** Moves on by `ms` milliseconds, waking whoever is due, and lets them run. */
  async advance(ms: number): Promise<void> {
    const end = this.ms + ms;
    for (;;) {
      const next = this.#sleepers.filter((s) =>
        s.at <= end
      ).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!next) break;
      this.#sleepers = this.#sleepers.filter((other) => other !== next);
      this.ms = Math.max(this.ms, next.at);
      next.wake();
      for (let i = 0; i < 20; i++) await Promise.resolve();
    }
    this.ms = end;
  }

  /** While held, `setInterval` goes by this clock, which must not be an automatic one: `using _ = clock.takeIntervals()`. */
  takeIntervals(): Disposable {
    const { setInterval, clearInterval } = globalThis;
    const running = new Map<number, AbortController>();
    const repeat = async (work: () => void, ms: number, { signal }: AbortController) => {
      while (!signal.aborted) {
        await this.sleep(ms, signal).then(work, () => {});
      }
    };
    let last = 0;
    const faked: Record<"setInterval" | "clearInterval", unknown> = {
      setInterval: (work: () => void, ms: number) => {
        const stop = new AbortController();
        running.set(++last, stop);
        void repeat(work, ms, stop);
        return last;
      },
      clearInterval: (id?: number) => id !== undefined && running.get(id)?.abort(),
    };
    Object.assign(globalThis, faked);
    return {
      [Symbol.dispose]: () => {
        for (const stop of running.values()) stop.abort();
        Object.assign(globalThis, { setInterval, clearInterval });
      },
    };
  }
}
