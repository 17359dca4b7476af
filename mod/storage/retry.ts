// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, equalBytes, type Random, randomBelow } from "../base/mod.ts";
import { isSgError, type SgCode, SgError } from "../errors/mod.ts";
import { abortError, throwIfAborted } from "./abort.ts";
import { ForwardingStorage } from "./_decorator.ts";
import { existsAlready } from "./file_handle.ts";
import type {
  FileHandle,
  FileType,
  LoadRange,
  Storage,
  StorageCall,
  StorageUsage,
  StoredFile,
} from "./storage.ts";

/** How {@link withRetry} tries again. */
export interface RetryOptions {
  /** Tries in all, the first one included. */
  readonly attempts?: number;
  /** The first wait is up to this long, milliseconds; each further one up to twice the one before. */
  readonly baseMs?: number;
  /** No wait is longer, milliseconds, but for a server that asks for it. */
  readonly maxDelayMs?: number;
  /** No further try begins this long after the first failure, milliseconds. */
  readonly totalMs?: number;
  /** Told before each wait. */
  readonly onRetry?: (error: SgError, attempt: number, delayMs: number) => void;
}

/** Failures that another try can mend. */
const RETRYABLE: readonly SgCode[] = ["SG0083", "SG0198", "SG0134", "SG0136", "SG1015", "SG1039"];

/**
 * The same store, with calls tried again after failures of the network or of the server: at random times that spread out
 * exponentially (full jitter). A call whose outcome is unknown is safe to repeat: a file that is now there, whole, has
 * been saved; one that is now missing has been removed.
 */
export function withRetry(
  storage: Storage,
  clock: Clock,
  random: Random,
  options: RetryOptions = {},
): Storage {
  return new RetryingStorage(storage, clock, random, options);
}

class RetryingStorage extends ForwardingStorage {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #options: RetryOptions;
  #closed = false;

  constructor(inner: Storage, clock: Clock, random: Random, options: RetryOptions) {
    super(inner);
    this.#clock = clock;
    this.#random = random;
    this.#options = options;
  }

  override create(call?: StorageCall): Promise<void> {
    return this.#try(call, () => this.inner.create(call));
  }

  override save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void> {
    return this.#try(call, async (attempt) => {
      if (attempt > 1 && await this.#isSaved(file, bytes, call)) return;
      await this.inner.save(file, bytes, call);
    });
  }

  override load(file: FileHandle, range?: LoadRange): Promise<Uint8Array<ArrayBuffer>> {
    return this.#try(range, () => this.inner.load(file, range));
  }

  override stat(file: FileHandle, call?: StorageCall): Promise<StoredFile> {
    return this.#try(call, () => this.inner.stat(file, call));
  }

  override remove(file: FileHandle, call?: StorageCall): Promise<void> {
    let perhapsRemoved = false;
    return this.#try(call, async () => {
      try {
        await this.inner.remove(file, call);
      } catch (error) {
        if (perhapsRemoved && isSgError(error, "SG1006")) return;
        perhapsRemoved ||= isOutcomeUnknown(error);
        throw error;
      }
    });
  }

  /** A list that breaks off starts again, without what it has shown already. */
  override async *list(type: FileType, call?: StorageCall): AsyncIterable<StoredFile> {
    const shown = new Set<string>();
    const tries = this.#tries(call);
    for (;;) {
      try {
        for await (const file of this.inner.list(type, call)) {
          if (shown.has(file.name)) continue;
          shown.add(file.name);
          yield file;
        }
        return;
      } catch (error) {
        await tries.failed(error);
      }
    }
  }

  override missing(files: readonly FileHandle[], call?: StorageCall): Promise<FileHandle[] | undefined> {
    return this.#try(call, () => super.missing(files, call));
  }

  override usage(call?: StorageCall): Promise<StorageUsage | undefined> {
    return this.#try(call, () => super.usage(call));
  }

  override close(): Promise<void> {
    this.#closed = true;
    return this.inner.close();
  }

  /** True when an earlier try of ours has arrived after all. */
  async #isSaved(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<boolean> {
    try {
      if ((await this.inner.stat(file, call)).size !== bytes.length) return false;
      if (file.type !== "config") return true;
      // The one name that is no hash: it may be somebody else's.
      if (equalBytes(await this.inner.load(file, call), bytes)) return true;
      throw existsAlready(this.location);
    } catch (error) {
      if (isSgError(error, "SG1006")) return false;
      throw error;
    }
  }

  async #try<T>(call: StorageCall | undefined, act: (attempt: number) => Promise<T>): Promise<T> {
    const tries = this.#tries(call);
    for (let attempt = 1;; attempt++) {
      try {
        return await act(attempt);
      } catch (error) {
        await tries.failed(error);
      }
    }
  }

  /** The tries of one call. Throws at once when the call has been aborted or the store closed. */
  #tries(call: StorageCall | undefined): { failed(error: unknown): Promise<void> } {
    const { attempts = 10, totalMs = 900_000, onRetry } = this.#options;
    throwIfAborted(call?.signal);
    if (this.#closed) throw new SgError("SG1015", `Cannot use ${this.location}: it has been closed`);
    let attempt = 0;
    let firstFailure: number | undefined;
    return {
      /** Waits for the next try, or throws `error` when there is none. */
      failed: async (error: unknown) => {
        attempt++;
        throwIfAborted(call?.signal);
        if (!isSgError(error) || !RETRYABLE.includes(error.code)) throw error;
        if (this.#closed || attempt >= attempts) throw error;
        const now = this.#clock.monotonicMs();
        firstFailure ??= now;
        const delayMs = this.#delayMs(error, attempt);
        if (now + delayMs - firstFailure > totalMs) throw error;
        onRetry?.(error, attempt, delayMs);
        await this.#sleep(delayMs, call?.signal);
      },
    };
  }

  #delayMs(error: SgError, attempt: number): number {
    const { baseMs = 500, maxDelayMs = 60_000 } = this.#options;
    const most = Math.min(maxDelayMs, baseMs * 2 ** (attempt - 1));
    const asked = error.context["retryAfterMs"];
    return Math.max(randomBelow(this.#random, Math.floor(most) + 1), typeof asked === "number" ? asked : 0);
  }

  async #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#clock.sleep(ms, signal);
    } catch (error) {
      throw signal?.aborted ? abortError(signal) : error;
    }
  }
}

/** True when the call may have been carried out although it failed; a server that puts us off has done nothing. */
function isOutcomeUnknown(error: unknown): boolean {
  if (isSgError(error, "SG0083") || isSgError(error, "SG0198")) return true;
  if (!isSgError(error, "SG1015")) return false;
  const status = error.context["status"];
  return status !== 429 && status !== 503;
}
