// Copyright the SpareGrid authors. Apache-2.0.
// Subscriptions: the state of now first, then each change. What a slow client has not taken yet is not queued: it gets the
// latest state when it comes back for it, so that nobody who sleeps fills our memory.
import { type Clock, unlessAborted } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { OnChange } from "./needs.ts";

/** What a subscription shows. */
export interface Shown<Row> {
  /** What to show at the beginning. */
  readonly begin: () => Promise<readonly string[]>;
  /** The state of now; undefined where it is gone. */
  readonly load: (key: string) => Promise<Row | undefined>;
  readonly watch: (onChange: OnChange) => Disposable;
  /** True while the row is to be shown each second although nobody says that it changed. */
  readonly moves?: (row: Row) => boolean;
  /** True when the row is the last one of the whole subscription. */
  readonly last?: (row: Row) => boolean;
}

/** Changes that are not urgent wait until this long after the last ones, ms: two a second at most. */
const PAUSE_MS = 500;
/** A moving row is shown again this long after it was, ms: at least once a second, with some room. */
const MOVING_MS = 900;

/**
 * The rows of `shown`, for as long as `signal` lets. It ends within a moment when the signal aborts: nothing is waited for
 * without it. An abort for a reason of ours (a session that ended) is thrown, any other ends the rows.
 */
export async function* live<Row>(
  shown: Shown<Row>,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Row, void> {
  const dirty = new Set<string>();
  const moving = new Set<string>();
  const bell = new Bell();
  let urgent = false;
  using _ = shown.watch((key, isUrgent) => {
    dirty.add(key);
    urgent ||= isUrgent;
    bell.ring(isUrgent);
  });
  try {
    for (const key of await unlessAborted(shown.begin(), signal)) dirty.add(key);
    for (;;) {
      const keys = [...dirty];
      dirty.clear();
      urgent = false;
      for (const key of keys) {
        const row = await unlessAborted(shown.load(key), signal);
        moving.delete(key);
        if (row === undefined) continue;
        if (shown.moves?.(row)) moving.add(key);
        yield row;
        signal.throwIfAborted();
        if (shown.last?.(row)) return;
      }
      if (!urgent) await bell.heard({ ms: PAUSE_MS, urgentOnly: true }, clock, signal);
      if (dirty.size === 0) {
        await bell.heard(moving.size > 0 ? { ms: MOVING_MS - PAUSE_MS } : {}, clock, signal);
      }
      if (dirty.size === 0) { for (const key of moving) dirty.add(key); }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    if (signal.reason instanceof SgError) throw signal.reason;
  }
}

/** Wakes one who waits. */
class Bell {
  #waiting: { wake: () => void; urgentOnly: boolean } | undefined;

  ring(urgent: boolean): void {
    if (this.#waiting && (urgent || !this.#waiting.urgentOnly)) this.#waiting.wake();
  }

  /** Until it rings, or `ms` have passed. Rejects when the signal aborts. */
  async heard(
    { ms, urgentOnly = false }: { ms?: number; urgentOnly?: boolean },
    clock: Clock,
    signal: AbortSignal,
  ): Promise<void> {
    const rung = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting = { wake: resolve, urgentOnly };
    try {
      const waits = [promise];
      if (ms !== undefined) waits.push(clock.sleep(ms, rung.signal).catch(() => {}));
      await unlessAborted(Promise.race(waits), signal);
    } finally {
      this.#waiting = undefined;
      rung.abort();
    }
  }
}
