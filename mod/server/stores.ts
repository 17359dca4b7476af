// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, type Log, nowMs, type Random } from "../base/mod.ts";
import type { Catalog } from "../catalog/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { FileSystem } from "../platform/mod.ts";
import { filePath, type FileType } from "../storage/mod.ts";
import { recover, type RecoveryReport } from "./_recovery.ts";
import { repositoryAt, type StoreParts } from "./_store_parts.ts";
import { Bandwidth } from "./bandwidth.ts";
import { Intake, type Upload } from "./intake.ts";
import { KeptRepository, placeKey } from "./kept_repository.ts";
import { Ledger } from "./ledger.ts";
import { LocalStore } from "./local_store.ts";
import { changesSince, type StoreHistory } from "./history.ts";
import type { PortAccount, PortAccounts } from "./needs.ts";
import { Scrub, type ScrubOrder, type ScrubReport } from "./scrub.ts";
import { Space, type SpaceUse } from "./space.ts";
import type { Store, StoreEntry, StoreFile, StorePlace } from "./store.ts";
import { type Moved, Trash } from "./trash.ts";
import { mustBeMounted } from "./_store_mark.ts";

/** What opening the stores takes. */
export interface StoresOrder {
  /** Folder for `store/` and `trash/`. */
  readonly folder: string;
  readonly fs: FileSystem;
  readonly catalog: Catalog;
  readonly accounts: PortAccounts;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Bytes that stay free on the drive. Asked anew each time. */
  readonly reservedBytes: () => number;
  /** Bytes a second that all clients together may send; 0: no limit. Asked anew each time. */
  readonly bytesPerSecond: () => number;
}

/** A repository as administrators see it. Times are ms since 1970. */
export interface RepositoryFacts extends StorePlace {
  readonly files: number;
  readonly bytes: number;
  readonly trashFiles: number;
  readonly trashBytes: number;
  readonly createdAt: number;
  /** When the file that was verified longest ago was verified; null: some never was. */
  readonly verifiedAt: number | null;
  /** Files found damaged, as `type/name`: the first thousand. */
  readonly damaged: readonly string[];
}

/** The space of this server, bytes. */
export interface StorageFacts extends SpaceUse {
  readonly folder: string;
  readonly freeBytes: number;
  readonly files: number;
  readonly damagedFiles: number;
}

const DAMAGED_NAMED_MAX = 1_000;
/** Between two looks at what is due, ms. */
const UPKEEP_MS = 600_000;

/** All that this server keeps for its clients. There must be one object for one store and one catalog. */
export class Stores implements AsyncDisposable {
  /** What was found when the stores were opened. */
  readonly recovery: RecoveryReport;
  readonly #parts: StoreParts;
  readonly #intake: Intake;
  readonly #trash: Trash;
  readonly #scrub: Scrub;

  private constructor(parts: StoreParts, recovery: RecoveryReport, order: StoresOrder) {
    const bandwidth = new Bandwidth(parts.clock);
    this.recovery = recovery;
    this.#parts = parts;
    this.#intake = new Intake(parts, bandwidth, order.bytesPerSecond);
    this.#trash = new Trash(parts);
    this.#scrub = new Scrub(parts, bandwidth);
  }

  /**
   * Opens the stores: removes what interrupted uploads left, counts what is there, and makes the catalog equal to it. SG0021
   * where the folder cannot be used, SG1034.
   */
  static async open(order: StoresOrder): Promise<Stores> {
    const { fs, random, folder, catalog, accounts, clock, log } = order;
    const store: Store = await LocalStore.open(fs, random, folder);
    const ledger = new Ledger({ catalog, clock, log });
    try {
      await mustBeMounted({ store, catalog, fs, folder });
      const space = new Space({ freeBytes: () => store.freeBytes(), reservedBytes: order.reservedBytes });
      const parts = { store, space, ledger, catalog, accounts, clock, log, repositories: new Map() };
      const recovery = await recover(parts, await store.prepare());
      return new Stores(parts, recovery, order);
    } catch (error) {
      await ledger.close();
      store.close();
      throw error;
    }
  }

  /** Ends: what is not written down yet is. Nothing may be under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.ledger.close();
    this.#parts.store.close();
  }

  /** What an account uses. */
  usageOf(account: string): SpaceUse {
    return this.#parts.space.of(account);
  }

  /** What all of it uses. */
  storage(): StorageFacts {
    let files = 0, damagedFiles = 0;
    for (const repository of this.#parts.repositories.values()) {
      files += repository.files;
      damagedFiles += repository.damaged.size;
    }
    const { store, space } = this.#parts;
    return { folder: store.location, freeBytes: store.freeBytes(), files, damagedFiles, ...space.total() };
  }

  /** The repositories of an account by name, those that only the trash holds included. */
  async repositories(account: string): Promise<RepositoryFacts[]> {
    const own = [...this.#parts.repositories.values()].filter(({ place }) => place.account === account);
    own.sort((a, b) => a.place.repository < b.place.repository ? -1 : 1);
    return await Promise.all(own.map((repository) => this.#factsOf(repository)));
  }

  /** Makes a repository's folders for an account. SG0180 where nothing is allotted. */
  async create(place: StorePlace, account: PortAccount): Promise<void> {
    const { store, space, catalog, clock, repositories } = this.#parts;
    space.mustBeAllotted(account.id, account.quotaBytes);
    const known = repositories.get(placeKey(place));
    if (known !== undefined && !known.removed) return;
    await store.create(place);
    const row = await catalog.stores.create({
      accountId: place.account,
      name: place.repository,
      createdAt: nowMs(clock),
    });
    // Two at a time make the same; the first one's stays.
    const now = repositories.get(placeKey(place));
    if (now === undefined) {
      repositories.set(placeKey(place), new KeptRepository(place, row.createdAt, row.sequence));
    } else now.removed = false;
  }

  /** A file; undefined where there is none. SG1002. */
  async stat(file: StoreFile): Promise<StoreEntry | undefined> {
    repositoryAt(this.#parts, file);
    return await this.#parts.store.stat(file);
  }

  /** A file's bytes. SG1006, SG1002. */
  read(file: StoreFile, offset: number, length: number): AsyncIterable<Uint8Array<ArrayBuffer>> {
    repositoryAt(this.#parts, file);
    return this.#parts.store.read(file, offset, length);
  }

  /** Files of a type in the order of their names. SG1002. */
  list(place: StorePlace, type: FileType): AsyncIterable<StoreEntry[]> {
    repositoryAt(this.#parts, place);
    return this.#parts.store.list(place, type);
  }

  /** Takes in a file; see {@link Intake.take}. */
  async take(upload: Upload): Promise<void> {
    await this.#intake.take(upload);
  }

  /** Removes a file for a client; see {@link Trash.remove}. */
  async remove(file: StoreFile, account: PortAccount, connection: object): Promise<void> {
    await this.#trash.remove(file, account, connection);
  }

  /** Of these names, those that are not there, or damaged. SG1002. */
  async missing(place: StorePlace, files: readonly StoreFile[], signal: AbortSignal): Promise<string[]> {
    const { damaged } = repositoryAt(this.#parts, place);
    const missing: string[] = [];
    for (const file of files) {
      signal.throwIfAborted();
      const key = filePath(file);
      if (damaged.has(key) || await this.#parts.store.stat(file) === undefined) missing.push(key);
    }
    return missing;
  }

  /** What was stored and removed behind a sequence number, in order. SG1002. */
  async since(place: StorePlace, sequence: number): Promise<StoreHistory> {
    return await changesSince(this.#parts, repositoryAt(this.#parts, place), sequence);
  }

  /** Bytes free for an account: what its allotment and the drive leave. */
  freeFor({ id, quotaBytes }: PortAccount): number {
    const { storedBytes, trashBytes } = this.usageOf(id);
    return Math.max(0, Math.min((quotaBytes ?? 0) - storedBytes - trashBytes, this.#parts.store.freeBytes()));
  }

  /** Moves a repository to the trash, for an administrator. SG0290, SG1002. */
  async removeRepository(place: StorePlace): Promise<Moved> {
    return await this.#trash.removeRepository(place);
  }

  /** Brings files back from the trash. SG1036. */
  async undelete(place: StorePlace, since?: number): Promise<Moved> {
    return await this.#trash.undelete(place, since);
  }

  /** Removes for good what has been in the trash for its time. */
  async purgeDue(signal: AbortSignal): Promise<Moved> {
    return await this.#trash.purgeDue(signal);
  }

  /** Verifies stored files; see {@link Scrub.run}. */
  async scrub(order: ScrubOrder): Promise<ScrubReport> {
    await this.#parts.ledger.flush();
    return await this.#scrub.run(order);
  }

  /** Empties the trash of what is due, again and again, until the signal aborts. What fails is logged and tried again. */
  async upkeep(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts;
    while (!signal.aborted) {
      try {
        await this.purgeDue(signal);
      } catch (error) {
        if (signal.aborted) return;
        const reason = error instanceof SgError ? `${error.code}: ${error.message}` : String(error);
        log.write("error", "the trash could not be emptied", { reason });
      }
      await clock.sleep(UPKEEP_MS, signal).catch(() => {});
    }
  }

  async #factsOf(repository: KeptRepository): Promise<RepositoryFacts> {
    const { place, files, bytes, trashFiles, trashBytes, createdAt, damaged } = repository;
    const { storedFiles } = this.#parts.catalog;
    const verifiedAt = await storedFiles.verifiedSince(place.account, place.repository);
    const named = [...damaged].sort().slice(0, DAMAGED_NAMED_MAX);
    return { ...place, files, bytes, trashFiles, trashBytes, createdAt, verifiedAt, damaged: named };
  }
}
