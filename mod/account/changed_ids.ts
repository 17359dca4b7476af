// Copyright the SpareGrid authors. Apache-2.0.

/**
 * Tells listeners which things changed, by their IDs. A listener that is slow learns of each thing once, however often it
 * changed meanwhile: what waits is never more than there are things.
 */
export class ChangedIds {
  readonly #listeners = new Set<Listener>();

  /** Tells all listeners. */
  announce(id: string): void {
    for (const listener of this.#listeners) {
      listener.ids.add(id);
      listener.wake();
    }
  }

  /**
   * IDs of what changes from this call on, until `signal` aborts or the loop is left. It listens from the call, not from the
   * first step, so that what is read in between is not missed.
   */
  watch(signal: AbortSignal): AsyncIterableIterator<string> {
    const listener: Listener = { ids: new Set(), wake: () => {} };
    this.#listeners.add(listener);
    const end = () => {
      this.#listeners.delete(listener);
      listener.wake();
    };
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    const next = async (): Promise<IteratorResult<string>> => {
      for (;;) {
        const [id] = listener.ids;
        if (!this.#listeners.has(listener)) return { done: true, value: undefined };
        if (id !== undefined) {
          listener.ids.delete(id);
          return { done: false, value: id };
        }
        await new Promise<void>((resolve) => listener.wake = resolve);
      }
    };
    return {
      next,
      return: () => {
        signal.removeEventListener("abort", end);
        end();
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

interface Listener {
  readonly ids: Set<string>;
  wake: () => void;
}
