// Copyright the SpareGrid authors. Apache-2.0.
import type { Instant, KeyId } from "../base/mod.ts";
import type {
  BackupOrder,
  BackupReport,
  CheckOrder,
  CheckReport,
  Difference,
  DiffOrder,
  DiffStatistics,
  DumpOrder,
  FindOrder,
  ForgetOrder,
  ForgetReport,
  ListedEntry,
  ListOrder,
  NamedSnapshot,
  PruneOrder,
  PruneReport,
  RepairReport,
  RepairSnapshotsOrder,
  RestoreOrder,
  RestoreReport,
  RunOptions,
  SnapshotsOrder,
  StatsOrder,
  StatsReport,
} from "../job/mod.ts";

/** A key as `sparegrid key list` shows it. */
export interface KeyInfo {
  readonly id: KeyId;
  readonly current: boolean;
  readonly username: string;
  readonly hostname: string;
  readonly created: Instant;
}

/** Who a new key says it belongs to. */
export interface KeyLabel {
  readonly username?: string;
  readonly hostname?: string;
}

/**
 * An opened repository and all that can be ordered of it. The doors know only this; `job_engine.ts` carries the
 * orders to mod/job. Long work takes {@link RunOptions}; failures are SgErrors.
 */
export interface Engine extends AsyncDisposable {
  /** Where the repository is, for people; without secrets. */
  readonly location: string;
  /** True for the repository in the user's data folder, which needs no --repo. */
  readonly isDefault: boolean;
  /** The repository's own name, from its config. */
  readonly repositoryId: string;
  backup(order: BackupOrder, options: RunOptions): Promise<BackupReport>;
  restore(order: RestoreOrder, options: RunOptions): Promise<RestoreReport>;
  /** In order of time; with `latest` only so many of each host and paths; with `ids` exactly those. */
  snapshots(order: SnapshotsOrder, options: RunOptions): Promise<readonly NamedSnapshot[]>;
  list(order: ListOrder, options: RunOptions): AsyncIterable<ListedEntry>;
  find(order: FindOrder, options: RunOptions): AsyncIterable<{ snapshot: NamedSnapshot; entry: ListedEntry }>;
  diff(order: DiffOrder, options: RunOptions): AsyncGenerator<Difference, DiffStatistics>;
  dump(order: DumpOrder, options: RunOptions): AsyncIterable<Uint8Array>;
  stats(order: StatsOrder, options: RunOptions): Promise<StatsReport>;
  check(order: CheckOrder, options: RunOptions): Promise<CheckReport>;
  forget(order: ForgetOrder, options: RunOptions): Promise<ForgetReport>;
  prune(order: PruneOrder, options: RunOptions): Promise<PruneReport>;
  repairIndex(order: { readAllPacks: boolean }, options: RunOptions): Promise<RepairReport>;
  repairPacks(order: { ids: readonly string[] }, options: RunOptions): Promise<RepairReport>;
  repairSnapshots(order: RepairSnapshotsOrder, options: RunOptions): Promise<RepairReport>;
  /** Removes stale locks, or all; answers how many. */
  unlock(order: { all: boolean }, options: RunOptions): Promise<number>;
  keys(options: RunOptions): Promise<readonly KeyInfo[]>;
  addKey(password: string, label: KeyLabel, options: RunOptions): Promise<KeyId>;
  removeKey(id: string, options: RunOptions): Promise<KeyId>;
  changePassword(password: string, options: RunOptions): Promise<KeyId>;
}
