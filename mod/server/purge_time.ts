// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock } from "../base/mod.ts";

/** A leap of the clock that is not believed at once, ms. */
const LEAP_MS = 86_400_000;

/**
 * The time by which the trash is emptied. A clock that was set forward must not empty it all at once: a leap of more than a
 * day, as seen from the time that this process has run, is believed only after another day. A clock that was set back is
 * believed at once: then things only stay longer.
 */
export class PurgeTime {
  readonly #clock: Clock;
  #trustedMs: number;
  #lookedAtMs: number;
  /** When the leap was seen first, on the clock that never runs backwards. */
  #leapAtMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#trustedMs = this.#wallMs();
    this.#lookedAtMs = clock.monotonicMs();
  }

  /** The time that counts, ms since 1970; `held` where it is not the clock's. */
  look(): { readonly nowMs: number; readonly held: boolean } {
    const wallMs = this.#wallMs();
    const monotonicMs = this.#clock.monotonicMs();
    const elapsedMs = monotonicMs - this.#lookedAtMs;
    this.#lookedAtMs = monotonicMs;
    const expectedMs = this.#trustedMs + elapsedMs;
    const leapt = wallMs - expectedMs > LEAP_MS;
    if (leapt) this.#leapAtMs ??= monotonicMs;
    const believed = !leapt || monotonicMs - this.#leapAtMs! >= LEAP_MS;
    if (believed) this.#leapAtMs = undefined;
    this.#trustedMs = believed ? wallMs : expectedMs;
    return { nowMs: this.#trustedMs, held: !believed };
  }

  #wallMs(): number {
    return Number(this.#clock.now() / 1_000_000n);
  }
}
