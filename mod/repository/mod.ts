// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Repository: joins format, crypto, compress and storage into what the rooms above work with: blobs by their ID, packs,
 * indexes, trees, snapshots, keys, locks; and the care of all that: check, prune, repair.
 *
 * It decides nothing about what is backed up or restored, reads no source and writes no target. Pure pieces
 * (`BlobTable`, `BlobWriter`, `BlobReader`, `verifyPack`) run in any thread, given a seed; `Repository` and everything
 * that touches the storage stay on the main thread.
 *
 * Specification: restic's repository format, versions 1 and 2 (docs/repository-format.md).
 *
 * Invariants: packs are durable before the index that lists them, indexes before the snapshot; removal goes the other
 * way and needs an exclusive lock; every byte that is given out was proved by MAC and hash; a size is bounded before memory
 * is taken for it; bad data is a typed error that names the file.
 * @module
 */
export { BlobTable, type BlobTableHandle, type BlobTableOptions } from "./blob_table.ts";
export { BlobWriter, type BlobWriterOptions } from "./blob_writer.ts";
export type { LongBlob } from "./long_blob.ts";
export type { BlobPlace } from "./blob_place.ts";
export { BlobReader } from "./blob_reader.ts";
export type { ReaderSeed, SealedPack, WriterSeed } from "./sealed_pack.ts";
export { PackList } from "./pack_list.ts";
export { blobsOf } from "./pack_groups.ts";
export type { IndexLoadOptions } from "./index_loader.ts";
export { countPack, noCounts, type SavedCounts } from "./saved_counts.ts";
export { generatedPassword } from "./generated_password.ts";
export type { IndexUse } from "./index_keeper.ts";
export { type KdfCost, type KeyEntry, type KeyOwner, type OpenedKey } from "./keys.ts";
export { type LockOptions, type LockOwner, type NamedLock, RepositoryLock } from "./locks.ts";
export {
  type FoundSnapshot,
  type NamedSnapshot,
  newestOf,
  passesFilter,
  type SnapshotFilter,
  type SnapshotListOptions,
} from "./snapshots.ts";
export { Repository } from "./repository.ts";
export type { InitOptions, OpenOptions, RepositoryPorts, WritingOptions } from "./repository_core.ts";
export { EntrySet, type TreeVisitor, walkTrees } from "./tree_walk.ts";
export {
  type CheckFinding,
  type CheckOptions,
  type CheckProgress,
  type CheckReport,
  checkRepository,
  type DataPortion,
  type PackVerifier,
} from "./check.ts";
export {
  type BlobCount,
  planPrune,
  type PruneFacts,
  type PruneLimits,
  type PrunePlan,
  type PruneStats,
} from "./prune_plan.ts";
export { findUsedBlobs, type PruneOptions, type PruneProgress, pruneRepository } from "./prune.ts";
export { repairIndex, type RepairIndexOptions, type RepairIndexReport } from "./repair_index.ts";
export { repairPacks, type RepairPacksOptions, type RepairPacksReport } from "./repair_packs.ts";
export {
  type RepairedEntry,
  type RepairedSnapshot,
  repairSnapshots,
  type RepairSnapshotsOptions,
} from "./repair_snapshots.ts";
export { type RawSize, rawSize, type RestoreSize, restoreSize } from "./stats.ts";
export { verifyPack } from "./verify_pack.ts";
