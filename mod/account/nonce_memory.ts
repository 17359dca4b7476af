// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock } from "../base/mod.ts";

/** How far a signed request's time may be from the server's, seconds, both ways. */
export const SIGNATURE_WINDOW_SECONDS = 300;

/** From the moment it is used, a nonce can be sent again for twice the window: it may have come from a clock ahead. */
const KEPT_MS = 2 * SIGNATURE_WINDOW_SECONDS * 1_000;
/** Nonces that are remembered for one account, and for all. Some 100 bytes each. */
const ACCOUNT_NONCES_MAX = 20_000;
const NONCES_MAX = 200_000;

/** Requests made before `second` are not accepted until `endsAtMs` of the monotonic clock. */
interface Floor {
  readonly second: number;
  readonly endsAtMs: number;
}

interface AccountNonces {
  /** By the second that the requests say they were made in; when the last of them came, by the monotonic clock. */
  readonly seconds: Map<number, { readonly nonces: Set<string>; lastMs: number }>;
  count: number;
  floor: Floor | undefined;
}

/**
 * Which nonces were used, for as long as the requests that carry them can be accepted. Memory is bounded without ever
 * forgetting too early: where an account sends more than fits, its requests are accepted for a shorter time, from the old
 * end of it. Only requests with a right signature come here, so only an account itself can do that to it. It goes by the
 * monotonic clock, so that setting the time of day makes nothing usable again that was just used.
 */
export class NonceMemory {
  readonly #clock: Clock;
  /** What was accepted before this process started is not known here. */
  readonly #start: Floor;
  readonly #accounts = new Map<string, AccountNonces>();
  #count = 0;
  #sweptMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = this.#floorAt(Number(clock.now() / 1_000_000_000n));
  }

  /**
   * Takes a nonce of a request made at `created`, seconds since 1970, and answers 0. "used": it was used before. A number:
   * it cannot be told any more, for requests made before the second that far, in seconds, ahead of `created`.
   */
  take(account: string, nonce: string, created: number): number | "used" {
    const nowMs = this.#clock.monotonicMs();
    this.#sweep(nowMs);
    let known = this.#accounts.get(account);
    for (const floor of [this.#start, known?.floor]) {
      if (floor && created < floor.second && nowMs < floor.endsAtMs) {
        return Math.min(floor.second - created, Math.ceil((floor.endsAtMs - nowMs) / 1_000));
      }
    }
    if (!known) this.#accounts.set(account, known = { seconds: new Map(), count: 0, floor: undefined });
    const second = known.seconds.get(created) ?? { nonces: new Set(), lastMs: nowMs };
    if (second.nonces.has(nonce)) return "used";
    second.nonces.add(nonce);
    second.lastMs = nowMs;
    known.seconds.set(created, second);
    known.count++;
    this.#count++;
    if (known.count > ACCOUNT_NONCES_MAX) this.#shorten(known);
    else if (this.#count > NONCES_MAX) this.#shorten(this.#largest());
    return 0;
  }

  /** Nonces that are remembered now. */
  get size(): number {
    return this.#count;
  }

  /** Forgets what cannot be accepted any more; once a second, because it looks at all. */
  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptMs < 1_000) return;
    this.#sweptMs = nowMs;
    for (const [account, known] of this.#accounts) {
      for (const [second, { lastMs }] of known.seconds) {
        if (nowMs - lastMs > KEPT_MS) this.#drop(known, second);
      }
      if (known.count === 0 && (known.floor?.endsAtMs ?? 0) <= nowMs) this.#accounts.delete(account);
    }
  }

  /** Forgets the oldest second of an account, and accepts nothing more of it. */
  #shorten(known: AccountNonces): void {
    const oldest = Math.min(...known.seconds.keys());
    known.floor = this.#floorAt(oldest + 1);
    this.#drop(known, oldest);
  }

  #floorAt(second: number): Floor {
    return { second, endsAtMs: this.#clock.monotonicMs() + KEPT_MS };
  }

  #drop(known: AccountNonces, second: number): void {
    const { size } = known.seconds.get(second)!.nonces;
    known.seconds.delete(second);
    known.count -= size;
    this.#count -= size;
  }

  #largest(): AccountNonces {
    let largest: AccountNonces | undefined;
    for (const known of this.#accounts.values()) if (!largest || known.count > largest.count) largest = known;
    return largest!;
  }
}
