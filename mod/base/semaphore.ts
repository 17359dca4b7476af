// Copyright the SpareGrid authors. Apache-2.0.

/** Lets at most `permits` holders in at a time; others wait in order of arrival. */
export class Semaphore {
  #free: number;
  readonly #waiting: { wake: () => void; signal: AbortSignal | undefined }[] = [];

  constructor(permits: number) {
    this.#free = permits;
  }

  /** Permits that nobody holds now. */
  get free(): number {
    return this.#free;
  }

  /**
   * Waits for a permit. The returned object gives it back when disposed (once; later calls do nothing).
   * Rejects with the signal's reason when it aborts first.
   */
  async acquire(signal?: AbortSignal): Promise<Disposable> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#wait(signal);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        const next = this.#waiting.shift();
        if (next) next.wake();
        else this.#free++;
      },
    };
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry = {
        signal,
        wake: () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        const at = this.#waiting.indexOf(entry);
        if (at >= 0) this.#waiting.splice(at, 1);
        reject(signal!.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(entry);
    });
  }
}
