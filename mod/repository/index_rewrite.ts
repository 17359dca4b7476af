// Copyright the SpareGrid authors. Apache-2.0.
import { freeBytes, INDEX_BLOBS_TARGET, type IndexId } from "../base/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import { encodeIndex, type IndexedPack, type ListedPack } from "../format/mod.ts";
import type { StorageCall } from "../storage/mod.ts";
import { PackGroups } from "./pack_groups.ts";
import { eachInParallel, listFiles } from "./repository_files.ts";
import type { Repository } from "./repository.ts";

/** How long to wait for whoever took our lock, to put right what they may need. */
export const WAIT_FOR_LOCK_MS = 3_600_000;

/** Which index files to write anew. */
export interface IndexRewriteOptions {
  readonly signal?: AbortSignal;
  /** Packs that no index shall list any more, by number. */
  readonly drop: ReadonlySet<number>;
  /** Packs whose listing is not the table's (their header says otherwise): they are listed from here instead. */
  readonly replace?: ReadonlyMap<number, IndexedPack>;
  /** Write all files anew, also those that could stay. */
  readonly all?: boolean;
}

/** What came of it. */
export interface IndexRewriteReport {
  readonly written: IndexId[];
  readonly removed: IndexId[];
}

/**
 * Brings the index files in line: the dropped packs disappear from them. First the new files, durable, then the old ones go,
 * so that at no moment a pack that stays is listed nowhere. Files without a dropped pack are left alone. Needs an
 * exclusive lock and a fully loaded index; SG1018 when that lock turns out to be lost.
 */
export async function rewriteIndexes(
  repository: Repository,
  { signal, drop, replace = new Map(), all = false }: IndexRewriteOptions,
): Promise<IndexRewriteReport> {
  const call = signal ? { signal } : {};
  const { files, indexes, packs, table } = repository;
  repository.spoilIndex();
  const obsolete: IndexId[] = [...indexes.damaged];
  const listed = new Set<number>();
  const toList = new Set<number>(replace.keys());
  for (const [id, numbers] of indexes.files) {
    const stays = !all && !numbers.some((pack) => drop.has(pack) || replace.has(pack));
    for (const pack of numbers) (stays ? listed : toList).add(pack);
    if (!stays) obsolete.push(id);
  }
  const groups = new PackGroups(table, packs.count);
  const listings = toList.values().filter((pack) => !drop.has(pack) && !listed.has(pack))
    .map((pack) => replace.get(pack) ?? { id: packs.id(pack), blobs: groups.blobs(pack) });
  const written = await writeIndexes(repository, listings, call);
  signal?.throwIfAborted();
  const removed = obsolete.filter((id) => !written.includes(id));
  await eachInParallel(removed, files.storage.connections, async (name) => {
    await repository.guarded((guard) => removeIfThere(repository, "index", name, { ...call, guard }));
  });
  await mustBeGone(repository, removed, call);
  for (const id of removed) {
    indexes.files.delete(id);
    indexes.damaged.delete(id);
  }
  return { written, removed };
}

/**
 * "No such file" may have been the answer about another name, spoilt on its way. Packs go behind this, and an index that
 * still lists them would promise what is gone. SG1015.
 */
async function mustBeGone(
  { storage }: Repository,
  removed: readonly IndexId[],
  call: StorageCall,
): Promise<void> {
  if (removed.length === 0) return;
  const there = new Set((await listFiles(storage, "index", call)).map(({ name }) => name));
  const left = removed.find((id) => there.has(id));
  if (left === undefined) return;
  throw new SgError("SG1015", `Cannot remove index/${left} from ${storage.location}: it is still there`);
}

/** Lists packs in new index files. */
export async function writeIndexes(
  repository: Repository,
  listings: Iterable<IndexedPack>,
  call: StorageCall = {},
): Promise<IndexId[]> {
  const { indexes, packs } = repository;
  const written: IndexId[] = [];
  let batch: IndexedPack[] = [];
  let blobs = 0;
  const write = async () => {
    if (batch.length === 0) return;
    const id = await saveIndex(repository, batch, call);
    indexes.files.set(id, Uint32Array.from(batch, (pack) => packs.number(pack.id)));
    written.push(id);
    batch = [];
    blobs = 0;
  };
  for (const listing of listings) {
    if (listing.blobs.length === 0) continue;
    batch.push(listing);
    blobs += listing.blobs.length;
    if (blobs >= INDEX_BLOBS_TARGET) await write();
  }
  await write();
  return written;
}

/**
 * Stores one index file. Its packs must be there as long as it is, or the next backup relies on what is gone; and whoever took
 * our lock for stale may have removed them: nobody else listed them. So the lock is asked for before, and again when the
 * file is durable. SG1018 when it was lost; what is missing is then listed no longer.
 *
 * What remains is a process that stands still inside the very call that stores the file, for longer than locks live, until a
 * prune has ended, and then dies before it can mend the file, or mends it a moment too late for a backup that starts just then.
 */
export function saveIndex(
  repository: Repository,
  packs: Iterable<ListedPack>,
  call: StorageCall = {},
): Promise<IndexId> {
  return repository.whileLocked(() => saveIndexUnderLock(repository, packs, call));
}

async function saveIndexUnderLock(
  repository: Repository,
  packs: Iterable<ListedPack>,
  call: StorageCall,
): Promise<IndexId> {
  await repository.assertHeld();
  const json = encodeIndex({ packs });
  const id = await repository.guarded((guard) => {
    return repository.files.save("index", json, { ...call, guard });
  }) as IndexId;
  freeBytes(json);
  try {
    await repository.assertHeld();
  } catch (error) {
    if (isSgError(error, "SG1018")) await settleIndex(repository, id, packs, error);
    throw error;
  }
  return id;
}

/**
 * Makes an index right that was stored without a lock. It cannot just go: others may rely already on packs in it that are
 * there. Looked at twice: at once, for the sake of whoever begins now, and under a new lock, when no prune is at work.
 */
async function settleIndex(
  repository: Repository,
  id: IndexId,
  packs: Iterable<ListedPack>,
  cause: SgError,
): Promise<void> {
  try {
    if (await unlistMissing(repository, id, packs)) return;
    await using _lock = await repository.lock({ retryForMs: WAIT_FOR_LOCK_MS });
    await unlistMissing(repository, id, packs);
  } catch (error) {
    throw indexLeftWrong(cause, error);
  }
}

/** Replaces the index by one of those packs that are there. False when that are all. */
async function unlistMissing(
  repository: Repository,
  id: IndexId,
  packs: Iterable<ListedPack>,
): Promise<boolean> {
  const sizes = await listPackSizes(repository);
  const all = [...packs];
  const there = all.filter((pack) => sizes.has(pack.id));
  if (there.length === all.length) return false;
  if (there.length > 0) await repository.files.save("index", encodeIndex({ packs: there }));
  await removeIfThere(repository, "index", id);
  return true;
}

/** A lock was lost, and what had to be put right because of that could not be. */
export function indexLeftWrong(cause: SgError, error: unknown): SgError {
  const why = error instanceof Error ? error.message : String(error);
  return new SgError("SG1018", `${cause.message}; the index could not be put right: ${why}`, {
    cause: error,
    remedy: "Run: sparegrid repair index",
  });
}

/** Removes a file; one that is gone already is no error. */
export async function removeIfThere(
  repository: Repository,
  type: "index" | "data" | "snapshots",
  name: string,
  call: StorageCall = {},
): Promise<void> {
  try {
    await repository.storage.remove({ type, name }, call);
  } catch (error) {
    if (!isSgError(error, "SG1006")) throw error;
  }
}

/** Sizes of all pack files, by name. */
export async function listPackSizes(
  repository: Repository,
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const { name, size } of await listFiles(repository.storage, "data", signal ? { signal } : {})) {
    sizes.set(name, size);
  }
  return sizes;
}
