// Copyright the SpareGrid authors. Apache-2.0.
import type { Run } from "./records.ts";

/** Hears of a run that changed. `urgent`: it is in another state. Quick, and never throws. */
export type OnRunChange = (id: string, urgent: boolean) => void;

/** What one listener has not taken yet: the latest of each run, in the order in which they changed first. */
class Listener {
  readonly #pending = new Map<string, Run>();
  #wake: (() => void) | undefined;

  take(run: Run): void {
    this.#pending.set(run.id, run);
    this.wake();
  }

  next(): Run | undefined {
    for (const [id, run] of this.#pending) {
      this.#pending.delete(id);
      return run;
    }
    return undefined;
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Waits until there is something, or the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const onAbort = () => resolve();
    this.#wake = onAbort;
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }
}

/**
 * The one place that news of runs goes through. A listener that is slow gets the latest of each run and misses what was
 * between; it never holds up a run or another listener.
 */
export class RunNews {
  readonly #listeners = new Set<Listener>();
  readonly #callbacks = new Set<OnRunChange>();
  #ended = false;

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.size + this.#callbacks.size;
  }

  /** Tells everybody of a run as it is now. */
  tell(run: Run, urgent: boolean): void {
    for (const listener of this.#listeners) listener.take(run);
    for (const callback of this.#callbacks) callback(run.id, urgent);
  }

  /** `current` at once, then each change of any run until the signal aborts or all is over. */
  async *watch(current: () => Iterable<Run>, signal: AbortSignal): AsyncGenerator<Run, void> {
    const listener = new Listener();
    this.#listeners.add(listener);
    try {
      for (const run of current()) listener.take(run);
      for (;;) {
        if (signal.aborted) return;
        const run = listener.next();
        if (run) yield run;
        else if (this.#ended) return;
        else await listener.wait(signal);
      }
    } finally {
      this.#listeners.delete(listener);
    }
  }

  /** Calls back for each change until disposed. */
  onChange(callback: OnRunChange): Disposable {
    this.#callbacks.add(callback);
    return { [Symbol.dispose]: () => void this.#callbacks.delete(callback) };
  }

  /** Lets listeners take what is there, and ends them. */
  end(): void {
    this.#ended = true;
    for (const listener of this.#listeners) listener.wake();
    this.#callbacks.clear();
  }
}
