// Copyright the SpareGrid authors. Apache-2.0.
import type { Instant, KeyId, SnapshotId } from "../base/mod.ts";
import type {
  BackupOrder,
  BackupReport,
  Difference,
  DiffOrder,
  DiffStatistics,
  FindOrder,
  ListedEntry,
  ListOrder,
  NamedSnapshot,
  RestoreOrder,
  RestoreReport,
  RunOptions,
  SnapshotFilter,
  SnapshotsOrder,
  StatsOrder,
  StatsReport,
} from "../job/mod.ts";

/** What `sparegrid dump` asks for. */
export interface DumpOrder {
  readonly snapshot: string;
  readonly path: string;
  readonly archive: "tar" | "zip";
  readonly filter: SnapshotFilter;
}

/** How much of the packs a check reads. */
export type ReadData =
  | true
  | { readonly percent: number }
  | { readonly part: number; readonly of: number }
  | { readonly bytes: number };

/** One thing that a check found. Hints are harmless: space that prune would free. */
export interface CheckFinding {
  readonly severity: "error" | "hint";
  readonly message: string;
}

/** What came of a check. */
export interface CheckReport {
  readonly findings: readonly CheckFinding[];
  readonly errors: number;
  readonly hints: number;
}

/** A keep rule's length of time. */
export interface KeepSpan {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
}

/** Which snapshots stay; counts of -1 mean all. */
export interface KeepPolicy {
  readonly last?: number;
  readonly hourly?: number;
  readonly daily?: number;
  readonly weekly?: number;
  readonly monthly?: number;
  readonly yearly?: number;
  readonly within?: KeepSpan;
  readonly withinHourly?: KeepSpan;
  readonly withinDaily?: KeepSpan;
  readonly withinWeekly?: KeepSpan;
  readonly withinMonthly?: KeepSpan;
  readonly withinYearly?: KeepSpan;
  /** Each element: tags that must all be there. */
  readonly tags?: readonly (readonly string[])[];
}

/** What the snapshots of a group have in common. */
export type GroupBy = "host" | "paths" | "tags";

/** Limits of a prune. */
export interface PruneOrder {
  /** Unused data that may stay: bytes, a part of all (0 to 1), or anything. */
  readonly maxUnused?: { readonly bytes: number } | { readonly part: number } | "unlimited";
  /** Stop after rewriting this many bytes. */
  readonly maxRepackBytes?: number;
  readonly dryRun?: boolean;
  readonly repackSmall?: boolean;
  readonly repackUncompressed?: boolean;
}

/** What a prune did, or would do. Bytes as stored. */
export interface PruneReport {
  readonly packsKept: number;
  readonly packsRepacked: number;
  readonly packsRemoved: number;
  readonly bytesRemoved: number;
  readonly bytesRepacked: number;
  readonly bytesUnusedLeft: number;
  readonly bytesTotal: number;
}

/** What `sparegrid forget` asks for. With `ids` exactly those go, and no policy is used. */
export interface ForgetOrder {
  readonly policy: KeepPolicy;
  readonly groupBy: readonly GroupBy[];
  readonly filter: SnapshotFilter;
  readonly ids: readonly string[];
  readonly dryRun: boolean;
  /** A group may lose all of its snapshots. */
  readonly allowRemoveAll: boolean;
  readonly prune?: PruneOrder;
}

/** Snapshots judged together. */
export interface ForgetGroup {
  readonly host?: string;
  readonly paths?: readonly string[];
  readonly tags?: readonly string[];
  readonly keep: readonly (NamedSnapshot & { readonly reasons: readonly string[] })[];
  readonly remove: readonly NamedSnapshot[];
}

/** What came of a forget. */
export interface ForgetReport {
  readonly groups: readonly ForgetGroup[];
  readonly removed: readonly SnapshotId[];
  readonly prune?: PruneReport;
}

/** What a repair did, in sentences ready to print. */
export interface RepairReport {
  readonly changed: number;
  readonly notes: readonly string[];
}

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
  check(order: { readData?: ReadData }, options: RunOptions): Promise<CheckReport>;
  forget(order: ForgetOrder, options: RunOptions): Promise<ForgetReport>;
  prune(order: PruneOrder, options: RunOptions): Promise<PruneReport>;
  repairIndex(order: { readAllPacks: boolean }, options: RunOptions): Promise<RepairReport>;
  repairPacks(order: { ids: readonly string[] }, options: RunOptions): Promise<RepairReport>;
  repairSnapshots(
    order: { ids: readonly string[]; filter: SnapshotFilter; forget: boolean; dryRun: boolean },
    options: RunOptions,
  ): Promise<RepairReport>;
  /** Removes stale locks, or all; answers how many. */
  unlock(order: { all: boolean }, options: RunOptions): Promise<number>;
  keys(options: RunOptions): Promise<readonly KeyInfo[]>;
  addKey(password: string, label: KeyLabel, options: RunOptions): Promise<KeyId>;
  removeKey(id: string, options: RunOptions): Promise<KeyId>;
  changePassword(password: string, options: RunOptions): Promise<KeyId>;
}
