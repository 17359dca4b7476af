// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, nowMs } from "../base/mod.ts";

/** A leap of the clock that is not believed at once, ms. */
const LEAP_MS = 86_400_000;

/** What outlives the process. */
export interface KeptPurgeTime {
  /** The time that was trusted last, ms since 1970. */
  readonly trustedMs: number;
  /** How long a leap has been seen and not been believed, ms of running. */
  readonly heldMs: number;
}

/**
 * The time by which the trash is emptied. A clock that was set forward must not empty it all at once: a leap of more than a
 * day, as seen from the time that the program has run, is believed only when it has run for another day. That goes for the
 * time between two runs, too: a machine may start with a wrong clock. A clock that was set back is believed at once: then
 * things only stay longer.
 */
export class PurgeTime {
  readonly #clock: Clock;
  #trustedMs: number;
  #heldMs: number;
  #lookedAtMs: number;

  /** `kept` is of the run before; undefined: there was none. */
  constructor(clock: Clock, kept?: KeptPurgeTime) {
    this.#clock = clock;
    this.#trustedMs = kept?.trustedMs ?? nowMs(this.#clock);
    this.#heldMs = kept?.heldMs ?? 0;
    this.#lookedAtMs = clock.monotonicMs();
  }

  /** The time that counts, ms since 1970; `held` where it is not the clock's. */
  look(): { readonly nowMs: number; readonly held: boolean } {
    const wallMs = nowMs(this.#clock);
    const monotonicMs = this.#clock.monotonicMs();
    const elapsedMs = monotonicMs - this.#lookedAtMs;
    this.#lookedAtMs = monotonicMs;
    const expectedMs = this.#trustedMs + elapsedMs;
    const leapt = wallMs - expectedMs > LEAP_MS;
    if (leapt) this.#heldMs += elapsedMs;
    const held = leapt && this.#heldMs < LEAP_MS;
    // Set back, the clock counts; but when it is set right again that is no leap.
    this.#trustedMs = held ? expectedMs : Math.max(wallMs, expectedMs);
    if (!held) this.#heldMs = 0;
    return { nowMs: held ? expectedMs : wallMs, held };
  }

  /** For the next run of the program. */
  get kept(): KeptPurgeTime {
    return { trustedMs: this.#trustedMs, heldMs: this.#heldMs };
  }
}
