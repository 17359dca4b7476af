// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, unlessAborted } from "../base/mod.ts";
import type { Session } from "../job/mod.ts";

/** Which session is wanted. */
export interface SessionOrder {
  readonly key: string;
  /** What it was opened with; one of another shape is closed when nobody uses it. */
  readonly shape: string;
  readonly open: (signal: AbortSignal) => Promise<Session>;
}

/** A session that is lent. It serves several at a time. */
export interface LentSession extends AsyncDisposable {
  /** It was open, or being opened, before. */
  readonly warm: boolean;
  use<T>(signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T>;
  /** It is of no use any more: the next one is opened anew. */
  spoil(): void;
}

/** Sessions kept open, used or not. */
const SESSIONS_MAX = 8;
/** After so long without use a session gives back threads, memory and what keeps a drive from being taken away, ms. */
const REST_MS = 30_000;

interface Kept {
  readonly key: string;
  readonly shape: string;
  readonly opening: Promise<Session>;
  users: number;
  idle: AbortController | undefined;
  closed: boolean;
}

/** Keeps sessions open from one run to the next, and shares each among those who use it at a time. */
export class SessionPool implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  /** By key; the one used last stands last. */
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Lends a session; opens it where none of this shape is open. */
  lend(order: SessionOrder): LentSession {
    const before = this.#kept.get(order.key);
    const warm = before !== undefined && before.shape === order.shape;
    if (before && !warm) this.#forget(before);
    const kept = warm ? before : this.#open(order);
    this.#kept.delete(order.key);
    this.#kept.set(order.key, kept);
    kept.users++;
    kept.idle?.abort();
    return {
      warm,
      use: async (signal, work) => await work(await unlessAborted(kept.opening, signal)),
      spoil: () => this.#forget(kept),
      [Symbol.asyncDispose]: () => this.#giveBack(kept),
    };
  }

  #open({ key, shape, open }: SessionOrder): Kept {
    // It does not end with the one who asked for it first: others may wait for it.
    const opening = open(this.#stop.signal);
    const kept: Kept = { key, shape, opening, users: 0, idle: undefined, closed: false };
    opening.catch(() => this.#forget(kept));
    return kept;
  }

  async #giveBack(kept: Kept): Promise<void> {
    kept.users--;
    if (kept.users > 0) return;
    if (this.#kept.get(kept.key) !== kept) return await close(kept);
    this.#restSoon(kept);
    for (const other of [...this.#kept.values()]) {
      if (this.#kept.size <= SESSIONS_MAX) return;
      if (other.users > 0) continue;
      this.#forget(other);
      await close(other);
    }
  }

  /** From now on another one is opened; this one is closed by the last who uses it. */
  #forget(kept: Kept): void {
    kept.idle?.abort();
    if (this.#kept.get(kept.key) === kept) this.#kept.delete(kept.key);
    if (kept.users === 0) void close(kept);
  }

  #restSoon(kept: Kept): void {
    const idle = kept.idle = new AbortController();
    this.#clock.sleep(REST_MS, idle.signal).then(async () => (await kept.opening).rest()).catch(() => {});
  }

  /** Closes all sessions. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const all = [...this.#kept.values()];
    this.#kept.clear();
    for (const { idle } of all) idle?.abort();
    await Promise.all(all.map(close));
  }
}

async function close(kept: Kept): Promise<void> {
  if (kept.closed) return;
  kept.closed = true;
  try {
    await (await kept.opening)[Symbol.asyncDispose]();
  } catch {
    // It never opened: there is nothing to close.
  }
}
