// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock, Log } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { Caller } from "./callers.ts";

/** How often it is asked whether those who are subscribed still may be, ms. A subscription ends within 5 seconds. */
const EVERY_MS = 3_000;

interface Watched {
  readonly caller: Caller;
  readonly ends: Set<(reason: SgError) => void>;
}

/**
 * Ends the subscriptions of those whose session or token ended, or whose rights changed. Asked once for each session or
 * token, however many subscriptions it has, and only while there are any.
 */
export class LiveCallers {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #watched = new Map<string, Watched>();
  #stop: AbortController | undefined;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Calls `end` once when the caller may not go on. Dispose it when the subscription is over. */
  watch(caller: Caller, end: (reason: SgError) => void): Disposable {
    // With the rights in it: those that an older subscription began with may be others.
    const key = `${caller.key} ${[...caller.identity.rights].join()}`;
    const watched = this.#watched.get(key) ?? { caller, ends: new Set() };
    this.#watched.set(key, watched);
    watched.ends.add(end);
    if (!this.#stop) void this.#ask();
    return {
      [Symbol.dispose]: () => {
        watched.ends.delete(end);
        if (watched.ends.size === 0 && this.#watched.get(key) === watched) this.#watched.delete(key);
        if (this.#watched.size === 0) this.#stop?.abort();
      },
    };
  }

  async #ask(): Promise<void> {
    const stop = this.#stop = new AbortController();
    while (!stop.signal.aborted) {
      try {
        await this.#clock.sleep(EVERY_MS, stop.signal);
        for (const [key, watched] of [...this.#watched]) await this.#askFor(key, watched);
      } catch (error) {
        // A catalog that does not answer ends nothing: it is asked again.
        if (!stop.signal.aborted) this.#log.write("warning", `api: callers not looked up: ${error}`);
      }
    }
    this.#stop = undefined;
    if (this.#watched.size > 0) void this.#ask();
  }

  async #askFor(key: string, { caller, ends }: Watched): Promise<void> {
    if (await caller.stillMay()) return;
    this.#watched.delete(key);
    const reason = new SgError(
      "SG1037",
      "The subscription ended: the session or the token is over, or its rights changed",
      {
        remedy: "Sign in again, or subscribe again.",
      },
    );
    for (const end of ends) end(reason);
  }
}
