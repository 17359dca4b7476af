// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock, Log } from "../base/mod.ts";
import type { Catalog, NewStoredFile, RemovedFileRow, StoreChanges } from "../catalog/mod.ts";
import { type SgError, toSgError } from "../errors/mod.ts";
import { fileKey, placeKey } from "./kept_repository.ts";
import type { StorePlace } from "./store.ts";

/** One thing that happened to a file. */
export type LedgerEntry =
  | { readonly kind: "stored"; readonly file: NewStoredFile }
  | { readonly kind: "removed"; readonly file: Omit<RemovedFileRow, "accountId" | "store"> }
  | { readonly kind: "leftTrash"; readonly sequence: number; readonly at: number };

/** What waits to be written down of one repository. */
interface Pending {
  readonly accountId: string;
  readonly store: string;
  sequence: number;
  /** By type and name, the last thing that happened. */
  readonly stored: Map<string, NewStoredFile>;
  readonly removed: StoreChanges["removed"][number][];
  readonly leftTrash: StoreChanges["leftTrash"][number][];
}

/** Entries that may wait; whoever adds more waits, too. */
const PENDING_MAX = 10_000;
/** How long to wait before a catalog that failed is tried again, ms. */
const AGAIN_MS = 5_000;

/**
 * Writes down what happens to files: in order, and many at a time, so that an upload does not wait for the catalog. A file
 * is durable before it comes here; what a crash takes from the ledger is found on the disk at the next start.
 */
export class Ledger {
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #log: Log;
  #pending = new Map<string, Pending>();
  #entries = 0;
  #writing: Promise<void> | undefined;
  /** Ends with the try to write that is under way. */
  #round = Promise.withResolvers<void>();
  #failure: SgError | undefined;
  readonly #stop = new AbortController();

  constructor({ catalog, clock, log }: { catalog: Catalog; clock: Clock; log: Log }) {
    this.#catalog = catalog;
    this.#clock = clock;
    this.#log = log;
  }

  /** Takes an entry in; resolves when there is room for the next one. */
  async add(place: StorePlace, sequence: number, entry: LedgerEntry): Promise<void> {
    const key = placeKey(place);
    let pending = this.#pending.get(key);
    if (pending === undefined) {
      pending = {
        ...{ accountId: place.account, store: place.repository, sequence },
        ...{ stored: new Map(), removed: [], leftTrash: [] },
      };
      this.#pending.set(key, pending);
    }
    pending.sequence = Math.max(pending.sequence, sequence);
    this.#entries++;
    this.#put(pending, entry);
    this.#writing ??= this.#writeAll();
    if (this.#entries > PENDING_MAX) await this.flush();
  }

  /** Resolves when all that was taken in before is written down. SG1034 where that fails: it is tried again later. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) {
      await this.#round.promise;
      if (this.#failure) throw this.#failure;
    }
  }

  /** Writes down what is left, tries once where the catalog fails, and ends. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#writing;
  }

  #put(pending: Pending, entry: LedgerEntry): void {
    if (entry.kind === "leftTrash") {
      pending.leftTrash.push({ sequence: entry.sequence, at: entry.at });
      return;
    }
    const name = fileKey(entry.file.type, entry.file.name);
    if (entry.kind === "removed") {
      pending.stored.delete(name);
      pending.removed.push(entry.file);
    } else pending.stored.set(name, entry.file);
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#pending.size > 0) {
        const batch = [...this.#pending.values()];
        this.#pending = new Map();
        this.#entries = 0;
        try {
          await this.#catalog.storedFiles.record(batch.map(changesOf));
          this.#failure = undefined;
        } catch (error) {
          this.#failure = toSgError(error);
          this.#log.write("error", "what happened to stored files could not be written down", {
            code: this.#failure.code,
            reason: this.#failure.message,
          });
          if (this.#stop.signal.aborted) return;
          this.#takeBack(batch);
          this.#endRound();
          await this.#clock.sleep(AGAIN_MS, this.#stop.signal).catch(() => {});
          continue;
        }
        if (this.#pending.size > 0) this.#endRound();
      }
    } finally {
      this.#writing = undefined;
      this.#endRound();
    }
  }

  #endRound(): void {
    this.#round.resolve();
    this.#round = Promise.withResolvers();
  }

  /** Puts what could not be written before what came since. */
  #takeBack(batch: readonly Pending[]): void {
    const since = this.#pending;
    this.#pending = new Map(batch.map((pending) => [keyOf(pending), pending]));
    for (const [key, later] of since) {
      const before = this.#pending.get(key);
      if (before === undefined) {
        this.#pending.set(key, later);
        continue;
      }
      before.sequence = later.sequence;
      for (const file of later.removed) this.#put(before, { kind: "removed", file });
      for (const file of later.stored.values()) this.#put(before, { kind: "stored", file });
      before.leftTrash.push(...later.leftTrash);
    }
    this.#entries = 0;
    for (const { stored, removed, leftTrash } of this.#pending.values()) {
      this.#entries += stored.size + removed.length + leftTrash.length;
    }
  }
}

function keyOf({ accountId, store }: Pending): string {
  return placeKey({ account: accountId, repository: store });
}

function changesOf({ accountId, store, sequence, stored, removed, leftTrash }: Pending): StoreChanges {
  return { accountId, store, sequence, stored: [...stored.values()], removed, leftTrash };
}
