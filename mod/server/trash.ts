// Copyright the SpareGrid authors. Apache-2.0.
import { nowMs } from "../base/mod.ts";
import type { RemovedFileRow } from "../catalog/mod.ts";
import { SgError } from "../errors/mod.ts";
import { filePath, type FileType } from "../storage/mod.ts";
import { trashNameOf } from "./_recovery.ts";
import { count, DAY_MS, keepOrphans, repositoryAt, type StoreParts, trashMsOf } from "./_store_parts.ts";
import { fileKey, KeptRepository, placeKey } from "./kept_repository.ts";
import type { PortAccount } from "./needs.ts";
import { type KeptPurgeTime, PurgeTime } from "./purge_time.ts";
import type { StoreFile, StorePlace } from "./store.ts";

const PAGE = 500;
/** Setting that keeps the {@link PurgeTime}. */
const PURGE_TIME = "server.purge-time";
/** How far it may have gone on since it was written down, ms: a drive that has nothing to do shall sleep. */
const KEEP_MS = 3_600_000;

/** Files and their bytes. */
export interface Moved {
  readonly files: number;
  readonly bytes: number;
}

/** Removing, which is moving to the trash first; bringing back; and the end of it all when the time is over. */
export class Trash {
  readonly #parts: StoreParts;
  #time: PurgeTime | undefined;
  /** What of it was written down last. */
  #keptMs = -Infinity;

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  /**
   * Removes a file for a client: a lock at once, others to the trash. SG1045 for the config of a repository that holds more, for an append-only account
   * (locks excepted) and for a pack or an index that a backup under way may need; SG1006, SG1002.
   */
  async remove(file: StoreFile, account: PortAccount, connection: object): Promise<void> {
    const repository = repositoryAt(this.#parts, file);
    if (file.type === "locks") return await this.#removeLock(repository, file, connection);
    if (account.appendOnly) {
      throw new SgError("SG1045", `Account ${account.id} is append-only: nothing is removed but locks`);
    }
    const there = await this.#parts.store.stat(file);
    if (there === undefined && !repository.damaged.has(fileKey(file.type, file.name))) throw noSuchFile(file);
    if (file.type === "config") await this.#mustBeLast(repository);
    if (file.type === "data" || file.type === "index") await this.#mustBeOldEnough(repository, file);
    await this.#toTrash(repository, file, account.retentionLockDays * DAY_MS);
  }

  /** Moves a whole repository to the trash, for an administrator. SG0290 while a backup of it is under way, SG1002. */
  async removeRepository(place: StorePlace): Promise<Moved> {
    const repository = repositoryAt(this.#parts, place);
    if (repository.sessions.active(nowMs(this.#parts.clock))) {
      throw new SgError("SG0290", `Cannot remove ${place.repository}: a backup to it is under way`, {
        context: { account: place.account, repository: place.repository },
      });
    }
    repository.removed = true;
    try {
      return await this.#moveAll(repository);
    } catch (error) {
      // What is left is a repository still, of which the rest can be removed later.
      repository.removed = false;
      throw error;
    }
  }

  /** Brings back what was removed at or after `since` (ms since 1970), as far as the trash has it. SG1036 where it has nothing. */
  async undelete(place: StorePlace, since = 0): Promise<Moved> {
    const { catalog, store, ledger, clock, repositories } = this.#parts;
    await ledger.flush();
    const repository = repositories.get(placeKey(place));
    if (repository === undefined || repository.trashFiles === 0) throw nothingThere(place);
    await this.#revive(repository);
    let [files, bytes] = [0, 0];
    for (let after = 0;;) {
      const page = await catalog.removedFiles.inTrash(place.account, place.repository, PAGE, {
        since,
        after,
      });
      for (const row of page) {
        const file = { ...place, type: row.type as FileType, name: row.name };
        if (!await store.moveBack(file, trashNameOf(row))) continue;
        count(this.#parts, repository, { files: 1, bytes: row.size, trashFiles: -1, trashBytes: -row.size });
        files++;
        bytes += row.size;
        const now = nowMs(clock);
        await ledger.add(place, repository.sequence, { kind: "leftTrash", sequence: row.sequence, at: now });
        const sequence = repository.next();
        await ledger.add(place, sequence, {
          kind: "stored",
          file: { type: row.type, name: row.name, size: row.size, sequence, storedAt: now },
        });
      }
      if (page.length < PAGE) break;
      after = page.at(-1)!.sequence;
    }
    await ledger.flush();
    return { files, bytes };
  }

  /** Removes for good what has been in the trash for its time. */
  async purgeDue(signal: AbortSignal): Promise<Moved> {
    const { catalog, ledger, log } = this.#parts;
    await ledger.flush();
    const { nowMs: now, held } = await this.#look();
    if (held) log.write("warning", "the clock leapt forward: nothing is removed from the trash for a day");
    let [files, bytes] = [0, 0];
    for (;;) {
      signal.throwIfAborted();
      const due = await catalog.removedFiles.due(now, PAGE);
      for (const row of due) {
        await this.#purge(row);
        files++;
        bytes += row.size;
      }
      await ledger.flush();
      if (due.length < PAGE) return { files, bytes };
    }
  }

  /** The time that counts, written down where it went on for a while: the next run of the program goes on from it. */
  async #look(): Promise<ReturnType<PurgeTime["look"]>> {
    const { catalog, clock } = this.#parts;
    const time = this.#time ??= new PurgeTime(
      clock,
      await catalog.settings.get(PURGE_TIME) as KeptPurgeTime | undefined,
    );
    const looked = time.look();
    if (time.kept.trustedMs - this.#keptMs >= KEEP_MS) {
      await catalog.settings.set(PURGE_TIME, time.kept);
      this.#keptMs = time.kept.trustedMs;
    }
    return looked;
  }

  async #removeLock(repository: KeptRepository, file: StoreFile, connection: object): Promise<void> {
    const { store, clock } = this.#parts;
    const there = await store.stat(file);
    if (there === undefined) throw noSuchFile(file);
    await store.remove(file);
    count(this.#parts, repository, { files: -1, bytes: -there.size });
    const now = nowMs(clock);
    const before = repository.sessions.orphans(now).length;
    repository.sessions.lockRemoved(file.name, connection, now);
    if (repository.sessions.orphans(now).length > before) await keepOrphans(this.#parts);
  }

  /** Without its config a repository is worth nothing: it goes when all else went before. */
  async #mustBeLast({ place }: KeptRepository): Promise<void> {
    for (const type of ["snapshots", "index", "data", "keys"] as const) {
      for await (const batch of this.#parts.store.list(place, type)) {
        if (batch.length === 0) continue;
        throw new SgError("SG1045", `The config is the last that goes: ${place.repository} holds ${type}`);
      }
    }
  }

  /**
   * A client that is stopped in the middle of a backup has said nothing of its packs yet, but will: they must stay, and so
   * must the indexes that list them, for it writes each once.
   */
  async #mustBeOldEnough({ place, sessions }: KeptRepository, file: StoreFile): Promise<void> {
    const oldest = sessions.oldestStart(nowMs(this.#parts.clock));
    if (oldest === undefined) return;
    await this.#parts.ledger.flush();
    const row = await this.#parts.catalog.storedFiles.byName(
      place.account,
      place.repository,
      file.type,
      file.name,
    );
    if (row !== undefined && row.sequence <= oldest) return;
    throw new SgError(
      "SG1045",
      `${filePath(file)} is younger than a backup that is under way or was broken off`,
      {
        remedy: "Try again when that backup has ended; one that was broken off counts for a day.",
      },
    );
  }

  async #moveAll(repository: KeptRepository): Promise<Moved> {
    const { store, ledger, catalog, repositories } = this.#parts;
    const { place } = repository;
    const trashMs = await trashMsOf(this.#parts, place.account);
    let [files, bytes] = [0, 0];
    // Snapshots go first: without its config what is left would be worth nothing.
    const types: FileType[] = ["snapshots", "index", "data", "locks", "keys", "config"];
    for (const type of types) {
      for await (const batch of store.list(place, type)) {
        for (const { name, size } of batch) {
          if (type === "locks") {
            await store.remove({ ...place, type, name });
            count(this.#parts, repository, { files: -1, bytes: -size });
            continue;
          }
          await this.#toTrash(repository, { ...place, type, name }, trashMs);
          files++;
          bytes += size;
        }
      }
    }
    await ledger.flush();
    await store.removeFolders(place);
    await catalog.stores.remove(place.account, place.repository);
    if (repository.trashFiles === 0) repositories.delete(placeKey(place));
    return { files, bytes };
  }

  async #toTrash(repository: KeptRepository, file: StoreFile, trashMs: number): Promise<void> {
    const { store, ledger, clock } = this.#parts;
    const { place } = repository;
    const now = nowMs(clock);
    const sequence = repository.next();
    const trashName = trashNameOf({ ...file, sequence });
    const there = await store.stat(file);
    const before = there && await store.stat({ ...file, name: trashName }, "trash");
    if (there !== undefined) {
      await store.moveToTrash(file, trashName);
      count(this.#parts, repository, {
        ...{ files: -1, bytes: -there.size },
        ...{ trashFiles: before ? 0 : 1, trashBytes: there.size - (before?.size ?? 0) },
      });
    }
    repository.damaged.delete(fileKey(file.type, file.name));
    if (before !== undefined) await this.#forgetInTrash(repository, file, now);
    await ledger.add(place, sequence, {
      kind: "removed",
      file: {
        ...{ type: file.type, name: file.name, size: there?.size ?? 0, sequence, removedAt: now },
        ...(there === undefined
          ? { purgeAt: null, purgedAt: now }
          : { purgeAt: now + trashMs, purgedAt: null }),
      },
    });
  }

  /** The lines of a file in the trash whose place another of the same name has taken. */
  async #forgetInTrash(
    { place, sequence }: KeptRepository,
    { type, name }: StoreFile,
    now: number,
  ): Promise<void> {
    const { ledger, catalog } = this.#parts;
    await ledger.flush();
    for (const row of await catalog.removedFiles.trashed(place.account, place.repository, type, name)) {
      await ledger.add(place, sequence, { kind: "leftTrash", sequence: row.sequence, at: now });
    }
  }

  async #purge(row: RemovedFileRow): Promise<void> {
    const { store, ledger, clock, repositories } = this.#parts;
    const place = { account: row.accountId, repository: row.store };
    const repository = repositories.get(placeKey(place));
    const file = { ...place, type: row.type as FileType, name: trashNameOf(row) };
    const there = await store.stat(file, "trash");
    if (there !== undefined) {
      await store.remove(file, "trash");
      if (repository) count(this.#parts, repository, { trashFiles: -1, trashBytes: -there.size });
    }
    await ledger.add(place, repository?.sequence ?? row.sequence, {
      kind: "leftTrash",
      sequence: row.sequence,
      at: nowMs(clock),
    });
    if (repository?.trashFiles !== 0) return;
    await store.removeFolders(place, "trash");
    if (repository.removed) repositories.delete(placeKey(place));
  }

  /** A repository that was removed as a whole is one again. */
  async #revive(repository: KeptRepository): Promise<void> {
    const { store, catalog } = this.#parts;
    if (!repository.removed) return;
    const { place, createdAt } = repository;
    await store.create(place);
    await catalog.stores.create({ accountId: place.account, name: place.repository, createdAt });
    repository.removed = false;
  }
}

function noSuchFile(file: StoreFile): SgError {
  return new SgError("SG1006", `There is no ${filePath(file)}`);
}

function nothingThere({ repository }: StorePlace): SgError {
  return new SgError("SG1036", `The trash holds nothing of ${repository}`);
}
