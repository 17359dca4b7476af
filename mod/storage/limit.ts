// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock } from "../base/mod.ts";
import { abortError } from "./abort.ts";
import { ForwardingStorage } from "./_decorator.ts";
import type { FileHandle, LoadRange, Storage, StorageCall } from "./storage.ts";

/** Most bytes a second each way, for all calls together; without a limit where left out. */
export interface BandwidthLimit {
  readonly uploadBytesPerSecond?: number;
  readonly downloadBytesPerSecond?: number;
}

/**
 * The same store, with its traffic held to a rate. Where the store paces (a server), bytes flow evenly; elsewhere each
 * file is paid for as a whole, an upload before it, a download after it.
 */
export function withBandwidthLimit(storage: Storage, clock: Clock, limit: BandwidthLimit): Storage {
  return new LimitedStorage(storage, clock, limit);
}

/** Bytes that may go at once after a pause, in milliseconds of the rate. */
const BURST_MS = 100;

/**
 * A token bucket: callers pay in order of arrival, and wait until what they take has flowed in. What is urgent pays as all do,
 * and waits for its own bytes only.
 */
class Bucket {
  readonly #clock: Clock;
  readonly #bytesPerMs: number;
  /** When everything that was taken so far has flowed in. */
  #paidUntil = -Infinity;

  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock;
    this.#bytesPerMs = Math.max(1, bytesPerSecond) / 1000;
  }

  async take(bytes: number, urgent: boolean, signal: AbortSignal | undefined): Promise<void> {
    const now = this.#clock.monotonicMs();
    const ownMs = bytes / this.#bytesPerMs;
    this.#paidUntil = Math.max(this.#paidUntil, now - BURST_MS) + ownMs;
    const waitMs = urgent ? Math.min(ownMs, this.#paidUntil - now) : this.#paidUntil - now;
    if (waitMs <= 0) return;
    try {
      await this.#clock.sleep(waitMs, signal);
    } catch (error) {
      throw signal?.aborted ? abortError(signal) : error;
    }
  }
}

class LimitedStorage extends ForwardingStorage {
  readonly #up: Bucket | undefined;
  readonly #down: Bucket | undefined;

  constructor(inner: Storage, clock: Clock, limit: BandwidthLimit) {
    super(inner);
    const { uploadBytesPerSecond: up, downloadBytesPerSecond: down } = limit;
    this.#up = up === undefined ? undefined : new Bucket(clock, up);
    this.#down = down === undefined ? undefined : new Bucket(clock, down);
  }

  override async save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void> {
    if (this.#up && !this.paces) await this.#up.take(bytes.length, isUrgent(file), call?.signal);
    await this.inner.save(file, bytes, this.#paced(this.#up, file, call));
  }

  override async load(file: FileHandle, range?: LoadRange): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await this.inner.load(file, this.#paced(this.#down, file, range));
    if (this.#down && !this.paces) await this.#down.take(bytes.length, isUrgent(file), range?.signal);
    return bytes;
  }

  /** The call with our pace after the one it brings, where the store asks for it. */
  #paced<Call extends StorageCall>(
    bucket: Bucket | undefined,
    file: FileHandle,
    call: Call | undefined,
  ): Call | undefined {
    if (!bucket || !this.paces) return call;
    const outer = call?.pace;
    const pace = async (bytes: number) => {
      if (outer) await outer(bytes);
      await bucket.take(bytes, isUrgent(file), call?.signal);
    };
    return { ...call, pace } as Call;
  }
}

/**
 * A lock that is refreshed, or the index of a run that was stopped, comes too late behind packs that take minutes of a
 * slow link; and such files are small.
 */
function isUrgent({ type }: FileHandle): boolean {
  return type !== "data";
}
