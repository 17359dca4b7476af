// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Job: the conductor. It takes an order (back up, restore, list, check, forget …), locks the repository, brings archiver,
 * restorer and repository together, runs the lanes, and tells how it goes.
 *
 * It draws nothing and prints nothing: problems and notes go to the observer, progress is asked for, the outcome is the
 * returned report. It knows no command line and opens no storage.
 *
 * Invariants: no run reads trees or data, or changes anything, without the lock its kind needs; only exclusive runs
 * remove anything; a snapshot is stored last; an aborted run leaves a valid repository and what it stored; several
 * threads never share a storage, which stays with the main thread.
 * @module
 */
export type {
  BackupOrder,
  BackupReport,
  Compression,
  EntryFate,
  ExcludeOptions,
  ListedEntry,
  NamedSnapshot,
  Overwrite,
  Problem,
  Progress,
  RestoreOrder,
  RestoreReport,
  RunObserver,
  RunOptions,
  SnapshotFilter,
} from "./orders.ts";
export { lookAhead, runBackup } from "./backup.ts";
export { runRestore } from "./restore.ts";
export { drillFailure, type DrillOrder, type DrillReport, runDrill } from "./drill.ts";
export { removeScratch } from "./scratch_folder.ts";
export { type LeftOutEntry, previewBackup, type PreviewOrder, type PreviewReport } from "./preview.ts";
export {
  findEntries,
  type FindOrder,
  listEntries,
  type ListOrder,
  listSnapshots,
  type SnapshotsOrder,
} from "./listing.ts";
export {
  type Change,
  type Difference,
  type DiffOrder,
  type DiffSide,
  diffSnapshots,
  type DiffStatistics,
} from "./diff.ts";
export { repositoryStats, type StatsMode, type StatsOrder, type StatsReport } from "./stats.ts";
export { type DumpOrder, runDump } from "./dump.ts";
export { type CheckOrder, type CheckReport, type ReadData, runCheck } from "./check.ts";
export {
  type ForgetGroup,
  type ForgetOrder,
  type ForgetReport,
  type KeptSnapshot,
  runForget,
} from "./forget.ts";
export { type PruneOrder, type PruneReport, runPrune } from "./prune.ts";
export {
  repairIndex,
  repairPacks,
  type RepairReport,
  repairSnapshots,
  type RepairSnapshotsOrder,
} from "./repair.ts";
export type { GroupBy, RetentionPolicy as KeepPolicy, Span as KeepSpan } from "../schedule/mod.ts";
export { addKey, changePassword, listKeys, type NewKey, removeKey, unlock } from "./keys.ts";
export { PROGRAM_VERSION } from "./program_version.ts";
export { type RunNeeds, Session } from "./session.ts";
export type { Ports, SessionOptions } from "./session_options.ts";
export type { SessionRun } from "./session_run.ts";
export type { OpenedKey } from "../repository/mod.ts";
