// Copyright the SpareGrid authors. Apache-2.0.
import { FakeClock } from "./fake_clock.ts";

/** Waits of this length and longer are those for something that should not happen. */
const LONG_MS = 400;

/**
 * A clock for whole runs: short waits end at once and move it on, long ones (the keeper of a lock, the grace after an
 * interruption) last until they are stopped. It begins in 2026.
 */
export class RunClock extends FakeClock {
  constructor() {
    super({ start: 1_780_000_000_000_000_000n });
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < LONG_MS) return await super.sleep(ms, signal);
    signal?.throwIfAborted();
    await new Promise<never>((_, reject) =>
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true })
    );
  }
}
