// Copyright the SpareGrid authors. Apache-2.0.
import type { IndexId, PackId } from "../base/mod.ts";
import type { SgError } from "../errors/mod.ts";
import type { IndexedPack } from "../format/mod.ts";
import { damageOf } from "./index_loader.ts";
import { listPackSizes, rewriteIndexes } from "./index_rewrite.ts";
import { loadPackHeader } from "./pack_header.ts";
import { PackGroups } from "./pack_groups.ts";
import { callOf, eachInParallel } from "./repository_files.ts";
import type { Repository } from "./repository.ts";
import { sameBlobs } from "./verify_pack.ts";

/** How to repair the index. */
export interface RepairIndexOptions {
  readonly signal?: AbortSignal;
  /** Read the header of every pack, also where index and size agree. */
  readonly readAllPacks?: boolean;
  readonly dryRun?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What was repaired. */
export interface RepairIndexReport {
  /** Index files that could not be read and were replaced. */
  readonly damagedIndexes: readonly IndexId[];
  /** Packs that were listed but are not there: no longer listed. */
  readonly missingPacks: readonly PackId[];
  /** Packs that were there but not listed, or listed wrongly: listed now by their own headers. */
  readonly relistedPacks: readonly PackId[];
  /** Packs whose headers cannot be read. One that was listed stays listed: `repair packs` may save its blobs. */
  readonly unreadablePacks: readonly { readonly id: PackId; readonly error: SgError }[];
  readonly indexesWritten: number;
  readonly indexesRemoved: number;
}

/**
 * Makes the index agree with the packs that are there. New index files are durable before old ones go. The caller holds
 * an exclusive lock; the repository is freshly opened, its index not loaded, and must not be used afterwards.
 */
export async function repairIndex(
  repository: Repository,
  options: RepairIndexOptions = {},
): Promise<RepairIndexReport> {
  const { signal, readAllPacks = false, dryRun = false, onProgress } = options;
  const call = callOf(options);
  const damagedIndexes: IndexId[] = [];
  await repository.loadIndex({ ...call, onDamage: (id) => damagedIndexes.push(id) });
  const { packs, table, storage, reader } = repository;
  // Blobs are entered as pack headers tell them, whether they are listed then or not.
  repository.spoilIndex();
  const sizes = await listPackSizes(repository, signal);
  const listed = packs.count;
  const drop = new Set<number>();
  for (let pack = 0; pack < listed; pack++) if (!sizes.has(packs.id(pack))) drop.add(pack);
  const missingPacks = [...drop].map((pack) => packs.id(pack));

  const toRead = [...sizes].filter(([name, size]) => {
    const pack = packs.find(name as PackId);
    return readAllPacks || pack < 0 || packs.bytes(pack) !== size;
  });
  const groups = new PackGroups(table, listed);
  const replace = new Map<number, IndexedPack>();
  const unreadablePacks: { id: PackId; error: SgError }[] = [];
  let done = 0;
  await eachInParallel(toRead, storage.connections, async ([name, size]) => {
    const id = name as PackId;
    try {
      const blobs = await loadPackHeader(storage, reader.sealer, id, size, signal);
      const known = packs.find(id);
      if (known < 0 || known >= listed || !sameBlobs(blobs, groups.blobs(known))) {
        replace.set(packs.number(id), { id, blobs });
      }
    } catch (error) {
      const damage = damageOf(error);
      if (!damage) throw error;
      unreadablePacks.push({ id, error: damage });
    }
    onProgress?.(++done, toRead.length);
  });
  const relistedPacks = [...replace.values()].map(({ id }) => id);
  const report = { damagedIndexes, missingPacks, relistedPacks, unreadablePacks };
  if (dryRun || (drop.size === 0 && replace.size === 0 && damagedIndexes.length === 0)) {
    return { ...report, indexesWritten: 0, indexesRemoved: 0 };
  }
  const { written, removed } = await rewriteIndexes(repository, { ...call, drop, replace });
  return { ...report, indexesWritten: written.length, indexesRemoved: removed.length };
}
