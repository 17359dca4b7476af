// Copyright the SpareGrid authors. Apache-2.0.
import type { OnChange, Page } from "./needs.ts";

/** A destination, without its secret. */
export interface DestinationRecord {
  readonly id: string;
  readonly name: string;
  readonly kind: "SERVER" | "FOLDER" | "REST";
  readonly place: string;
  readonly account?: string | null;
  readonly fingerprint?: string | null;
  readonly uploadBytesPerSecond?: number | null;
  readonly createdAt: number;
}

/** Space at a server that keeps an account for this machine. */
export interface DestinationUsageRecord {
  readonly used: number;
  readonly allotted?: number | null;
  readonly trash: number;
  readonly retentionLockDays: number;
}

/** What a set leaves out. */
export interface ExcludesRecord {
  readonly patterns: readonly string[];
  readonly patternsIgnoringCase: readonly string[];
  readonly ifPresent: readonly string[];
  readonly caches: boolean;
  readonly largerThan?: number | null;
  readonly oneFileSystem: boolean;
}

/** Which snapshots a `forget` run keeps. */
export interface KeepRecord {
  readonly last?: number | null;
  readonly hourly?: number | null;
  readonly daily?: number | null;
  readonly weekly?: number | null;
  readonly monthly?: number | null;
  readonly yearly?: number | null;
  /** Milliseconds. */
  readonly within?: number | null;
}

/** How a set is backed up. */
export interface SetOptionsRecord {
  readonly compression: "OFF" | "FASTEST" | "AUTO" | "MAX";
  readonly tags: readonly string[];
  readonly skipIfUnchanged: boolean;
  readonly keep?: KeepRecord | null;
}

/** A backup set, without its password. */
export interface BackupSetRecord {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly sources: readonly string[];
  readonly excludes: ExcludesRecord;
  readonly options: SetOptionsRecord;
  readonly destinations: readonly { readonly destinationId: string; readonly repository: string }[];
  readonly passwordGenerated: boolean;
  readonly paused: boolean;
  readonly createdAt: number;
  readonly changedAt: number;
}

/** What a set would store and leave out. */
export interface SetPreviewRecord {
  readonly files: number;
  readonly bytes: number;
  readonly excludedFiles: number;
  readonly excludedBytes: number;
  readonly excluded: readonly { readonly path: string; readonly bytes: number }[];
  readonly complete: boolean;
}

/** What a run does. */
export type RunKindName = "BACKUP" | "RESTORE" | "CHECK" | "PRUNE" | "FORGET" | "DRILL" | "SCRUB";
/** Where a run stands. */
export type RunStateName =
  | "QUEUED"
  | "WAITING"
  | "RUNNING"
  | "SUSPENDED"
  | "DONE"
  | "INCOMPLETE"
  | "FAILED"
  | "STOPPED";

/** How far a run is. */
export interface ProgressRecord {
  readonly phase: string;
  readonly filesDone: number;
  readonly filesTotal?: number | null;
  readonly bytesDone: number;
  readonly bytesTotal?: number | null;
  readonly current?: string | null;
  readonly problems: number;
  readonly at: number;
}

/** A run. */
export interface RunRecord {
  readonly id: string;
  readonly kind: RunKindName;
  readonly state: RunStateName;
  readonly setId?: string | null;
  readonly destinationId?: string | null;
  readonly orderedBy: string;
  readonly queuedAt: number;
  readonly startedAt?: number | null;
  readonly endedAt?: number | null;
  readonly nextTryAt?: number | null;
  readonly attempt: number;
  readonly code?: string | null;
  readonly message?: string | null;
  readonly progress?: ProgressRecord | null;
  readonly report?: unknown;
  readonly snapshotId?: string | null;
  readonly problemCount: number;
}

/** An entry that could not be read or written. */
export interface ProblemRecord {
  /** Its place in the run's list, from 0. */
  readonly position: number;
  readonly code: string;
  readonly path?: string | null;
  readonly message: string;
}

/** Which runs are wanted; all conditions hold. */
export interface RunFilterFacts {
  readonly set?: string;
  readonly destination?: string;
  readonly kinds?: readonly RunKindName[];
  readonly states?: readonly RunStateName[];
  readonly since?: number;
  readonly until?: number;
}

/** The state of a set at one time. */
export interface SnapshotRecord {
  readonly id: string;
  readonly setId: string;
  readonly destinationId: string;
  readonly takenAt: number;
  readonly hostname: string;
  readonly paths: readonly string[];
  readonly tags: readonly string[];
  readonly files?: number | null;
  readonly bytes?: number | null;
}

/** An entry of a snapshot. Names and paths are bytes. */
export interface EntryRecord {
  readonly name: Uint8Array;
  readonly path: Uint8Array;
  readonly kind: "FILE" | "FOLDER" | "SYMLINK" | "OTHER";
  readonly size: number;
  readonly modifiedAt: number;
  readonly permissions: string;
  readonly owner: string;
  readonly group: string;
  readonly linkTarget?: Uint8Array | null;
}

/** One state of a file over the snapshots that hold it. */
export interface FileVersionRecord {
  readonly setId: string;
  readonly path: Uint8Array;
  readonly kind: EntryRecord["kind"];
  readonly size: number;
  readonly modifiedAt: number;
  readonly firstSnapshot: SnapshotRecord;
  readonly lastSnapshot: SnapshotRecord;
  readonly snapshotCount: number;
}

/** What happened to an entry between two snapshots. */
export interface DifferenceRecord {
  readonly change: "ADDED" | "REMOVED" | "CHANGED" | "METADATA" | "TYPE";
  readonly path: Uint8Array;
  readonly sizeBefore?: number | null;
  readonly sizeAfter?: number | null;
}

/** A page of a list whose owner makes the cursors: `next` is where it goes on, nothing at its end. */
export interface OwnPage<Row> {
  readonly rows: readonly Row[];
  /** The cursor behind each row. */
  readonly cursors: readonly string[];
  readonly more: boolean;
  readonly total?: number;
}

/** By set and kind: what runs came to. */
export interface ReportLineRecord {
  readonly setId?: string | null;
  readonly kind: RunKindName;
  readonly done: number;
  readonly incomplete: number;
  readonly failed: number;
  readonly stopped: number;
  readonly filesStored: number;
  readonly bytesStored: number;
  readonly seconds: number;
}

/** Where a new destination lies: one of four. */
export type DestinationPlaceOrder =
  | { readonly kind: "folder"; readonly folder: string }
  | {
    readonly kind: "rest";
    readonly url: string;
    readonly user?: string;
    readonly password?: string;
    readonly fingerprint?: string;
  }
  | { readonly kind: "invite"; readonly text: string }
  | { readonly kind: "server"; readonly address: string; readonly fingerprint?: string };

/** Destinations of this machine. */
export interface DestinationNeeds {
  /** By name; `after` is a name. */
  page(page: Page<string>): Promise<DestinationRecord[]>;
  count(): Promise<number>;
  byId(ids: readonly string[]): Promise<DestinationRecord[]>;
  /** Space as the server last said; undefined where it says nothing. */
  usage(id: string): Promise<DestinationUsageRecord | undefined>;
  create(
    order: { name: string; place: DestinationPlaceOrder; uploadBytesPerSecond?: number },
    signal: AbortSignal,
  ): Promise<{ destination: DestinationRecord; pending: boolean }>;
  update(order: {
    id: string;
    name?: string;
    uploadBytesPerSecond?: number;
    password?: string;
    fingerprint?: string;
  }): Promise<DestinationRecord>;
  remove(id: string): Promise<void>;
  test(id: string, signal: AbortSignal): Promise<{ reachable: boolean; code?: string; message?: string }>;
}

/** What a set is made of. */
export interface SetOrder {
  readonly name: string;
  readonly sources: readonly string[];
  readonly excludes: ExcludesRecord;
  readonly options: SetOptionsRecord;
  readonly destinations: readonly { readonly destination: string; readonly repository?: string }[];
}

/** Backup sets. */
export interface SetNeeds {
  /** By name; `after` is a name. */
  page(page: Page<string>): Promise<BackupSetRecord[]>;
  count(): Promise<number>;
  byId(ids: readonly string[]): Promise<BackupSetRecord[]>;
  byName(name: string): Promise<BackupSetRecord | undefined>;
  /** Sets of each of these destinations, by name. */
  byDestination(ids: readonly string[]): Promise<ReadonlyMap<string, readonly BackupSetRecord[]>>;
  preview(
    sources: readonly string[],
    excludes: ExcludesRecord,
    signal: AbortSignal,
  ): Promise<SetPreviewRecord>;
  create(order: SetOrder & { readonly password?: string }): Promise<BackupSetRecord>;
  update(
    order: Partial<SetOrder> & { readonly id: string; readonly paused?: boolean },
  ): Promise<BackupSetRecord>;
  remove(id: string, withBackups: boolean, orderedBy: string): Promise<void>;
  recoverySheet(id: string): Promise<string>;
}

/** What is to be restored, and where. */
export interface RestoreOrder {
  readonly set: string;
  readonly destination?: string;
  readonly snapshot: string;
  /** From `/` down; undefined: everything. */
  readonly paths?: readonly Uint8Array[];
  /** Undefined: the original place. */
  readonly target?: string;
  readonly overwrite: "ALWAYS" | "IF_CHANGED" | "IF_NEWER" | "NEVER";
  readonly verify: boolean;
  readonly dryRun: boolean;
}

/** Runs. */
export interface RunNeeds {
  /** `after` is a run's ID. */
  page(filter: RunFilterFacts, newestFirst: boolean, page: Page<string>): Promise<RunRecord[]>;
  count(filter: RunFilterFacts): Promise<number>;
  byId(ids: readonly string[]): Promise<RunRecord[]>;
  /** Runs that are not over, with the progress of now. */
  live(): Promise<RunRecord[]>;
  /** The latest run of each of these sets, of one kind where that is given. */
  last(sets: readonly string[], kind: RunKindName | undefined): Promise<ReadonlyMap<string, RunRecord>>;
  /** In order; `after` is a position. */
  problems(run: string, page: Page<number>): Promise<ProblemRecord[]>;
  /** One run, or one for each destination. */
  start(
    order: { kind: RunKindName; set?: string; destination?: string; full: boolean; orderedBy: string },
  ): Promise<RunRecord[]>;
  restore(order: RestoreOrder & { orderedBy: string }): Promise<RunRecord>;
  suspend(id: string): Promise<RunRecord>;
  resume(id: string): Promise<RunRecord>;
  stop(id: string): Promise<RunRecord>;
  /** What came of the runs that ended in `[since, until)`, by set and kind. */
  report(since: number, until: number): Promise<ReportLineRecord[]>;
  /** Calls back with the IDs of runs that changed, until disposed. Urgent: another state. */
  watch(onChange: OnChange): Disposable;
}

/** Snapshots and what is in them. */
export interface SnapshotNeeds {
  /** The latest first; `after` is a snapshot's time and ID. */
  page(
    set: string,
    destination: string | undefined,
    page: Page<readonly [number, string]>,
  ): Promise<SnapshotRecord[]>;
  count(set: string, destination: string | undefined): Promise<number>;
  /** How many snapshots each of these sets has, and the latest. */
  summary(sets: readonly string[]): Promise<ReadonlyMap<string, { count: number; last?: SnapshotRecord }>>;
  entries(
    order: { set: string; snapshot: string; path: Uint8Array },
    page: Page<string>,
    signal: AbortSignal,
  ): Promise<OwnPage<EntryRecord>>;
  history(
    order: { set: string; path: Uint8Array },
    page: Page<string>,
    signal: AbortSignal,
  ): Promise<OwnPage<FileVersionRecord>>;
  search(
    order: { pattern: string; set?: string; ignoreCase: boolean },
    page: Page<string>,
    signal: AbortSignal,
  ): Promise<OwnPage<FileVersionRecord>>;
  diff(
    order: { set: string; from: string; to: string; path?: Uint8Array },
    page: Page<string>,
    signal: AbortSignal,
  ): Promise<OwnPage<DifferenceRecord>>;
}

/** What the client role knows and does. */
export interface ClientNeeds {
  readonly destinations: DestinationNeeds;
  readonly sets: SetNeeds;
  readonly snapshots: SnapshotNeeds;
}
