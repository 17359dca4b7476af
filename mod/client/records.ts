// Copyright the SpareGrid authors. Apache-2.0.
// What the client role knows, as plain data for the doors: times are milliseconds since 1970 in UTC, sizes bytes.
import type { SgCode } from "../errors/mod.ts";
import type { Compression, Overwrite } from "../job/mod.ts";

/** A page of a list: at most `limit` rows, those behind the row whose key is `after`. */
export interface PageOrder<Key> {
  readonly limit: number;
  readonly after?: Key;
}

/** A page of a list whose cursors are made here. */
export interface CursorPage<Row> {
  readonly rows: readonly Row[];
  /** The cursor behind each row. */
  readonly cursors: readonly string[];
  /** True when there is another row behind the last one. */
  readonly more: boolean;
  /** Rows of the whole list, where that is known without more work. */
  readonly total?: number;
}

/** What a destination is. */
export type DestinationKind = "server" | "folder" | "rest";

/** Where backups go. Its secret never leaves this module. */
export interface Destination {
  readonly id: string;
  readonly name: string;
  readonly kind: DestinationKind;
  /** A folder, or an address without user name and secret. */
  readonly place: string;
  /** The account at a server, the user name at a REST server. */
  readonly account?: string;
  /** SHA-256 of the one certificate that is trusted, hexadecimal. */
  readonly fingerprint?: string;
  readonly uploadBytesPerSecond?: number;
  readonly createdAt: number;
}

/** Space at a server that keeps an account for this machine. */
export interface DestinationUsage {
  readonly used: number;
  /** Left out: nothing is allotted. */
  readonly allotted?: number;
  readonly trash: number;
  readonly retentionLockDays: number;
}

/** Where a new destination lies. */
export type DestinationPlace =
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

/** A new destination. */
export interface DestinationOrder {
  readonly name: string;
  readonly place: DestinationPlace;
  readonly uploadBytesPerSecond?: number;
}

/** What of a destination is to change. */
export interface DestinationUpdate {
  readonly id: string;
  readonly name?: string;
  /** 0: no limit. */
  readonly uploadBytesPerSecond?: number;
  readonly password?: string;
  readonly fingerprint?: string;
}

/** What a set leaves out. */
export interface SetExcludes {
  readonly patterns: readonly string[];
  readonly patternsIgnoringCase: readonly string[];
  readonly ifPresent: readonly string[];
  readonly caches: boolean;
  /** Bytes. */
  readonly largerThan?: number | null;
  readonly oneFileSystem: boolean;
}

/** Which snapshots a forget run keeps; each rule keeps what it names. */
export interface SetKeep {
  readonly last?: number | null;
  readonly hourly?: number | null;
  readonly daily?: number | null;
  readonly weekly?: number | null;
  readonly monthly?: number | null;
  readonly yearly?: number | null;
  /** Milliseconds; counted in whole hours. */
  readonly within?: number | null;
}

/** How a set is backed up. */
export interface SetOptions {
  readonly compression: Compression;
  readonly tags: readonly string[];
  readonly skipIfUnchanged: boolean;
  /** Left out: nothing is ever forgotten. */
  readonly keep?: SetKeep | null;
}

/** One destination of a set. */
export interface SetDestination {
  readonly destinationId: string;
  /** Path of the set's repository below the destination's place; empty: the place itself. */
  readonly repository: string;
}

/** What is protected, how, and where its backups go. */
export interface BackupSet {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly sources: readonly string[];
  readonly excludes: SetExcludes;
  readonly options: SetOptions;
  readonly destinations: readonly SetDestination[];
  /** True: the password was made here. False: the user gave it. */
  readonly passwordGenerated: boolean;
  readonly paused: boolean;
  /** True while its repositories are being removed. */
  readonly deleting: boolean;
  readonly createdAt: number;
  readonly changedAt: number;
}

/** What a set is made of. */
export interface SetOrder {
  readonly name: string;
  readonly sources: readonly string[];
  readonly excludes?: SetExcludes;
  readonly options?: SetOptions;
  readonly destinations: readonly { readonly destination: string; readonly repository?: string }[];
  /** Left out: one is made. */
  readonly password?: string;
}

/** What of a set is to change. */
export type SetUpdate =
  & Partial<Omit<SetOrder, "password">>
  & { readonly id: string; readonly paused?: boolean };

/** What a run does; `scrub` belongs to the server role. */
export type RunKind = "backup" | "restore" | "check" | "prune" | "forget" | "drill" | "scrub";

/** Where a run stands. The last four are ends. */
export type RunState =
  | "queued"
  | "waiting"
  | "running"
  | "suspended"
  | "done"
  | "incomplete"
  | "failed"
  | "stopped";

/** How far a run is. */
export interface RunProgress {
  readonly phase: string;
  readonly filesDone: number;
  readonly filesTotal?: number;
  readonly bytesDone: number;
  readonly bytesTotal?: number;
  /** The entry being worked on, as text. */
  readonly current?: string;
  readonly problems: number;
  /** When this was so. */
  readonly at: number;
}

/** Counts and bytes that came of a run, by its kind. Backups have `filesStored` and `bytesStored`. */
export type RunReport = Readonly<Record<string, unknown>>;

/** Everything that takes time, from its order to its end. */
export interface Run {
  /** Decimal digits; a later run has a greater number. */
  readonly id: string;
  readonly kind: RunKind;
  readonly state: RunState;
  readonly setId?: string;
  readonly destinationId?: string;
  readonly order: RunDetails;
  readonly orderedBy: string;
  readonly queuedAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** When a waiting run is tried again. */
  readonly nextTryAt?: number;
  readonly attempt: number;
  /** What ended it or makes it wait. */
  readonly code?: SgCode;
  readonly message?: string;
  readonly remedy?: string;
  readonly progress?: RunProgress;
  readonly report?: RunReport;
  readonly snapshotId?: string;
  readonly problemCount: number;
}

/** An entry that a run could not read or write. */
export interface RunProblem {
  /** Its place in the run's list, from 0. */
  readonly position: number;
  readonly code: string;
  readonly path?: string;
  readonly message: string;
}

/** Which runs are wanted; all conditions hold. */
export interface RunFilter {
  readonly set?: string;
  readonly destination?: string;
  readonly kinds?: readonly RunKind[];
  readonly states?: readonly RunState[];
  readonly since?: number;
  readonly until?: number;
}

/** A run as it is ordered. */
export interface StartOrder {
  readonly kind: Exclude<RunKind, "restore" | "scrub">;
  readonly set: string;
  /** Left out: all of the set's destinations for a backup, the first one else. */
  readonly destination?: string;
  /** Backup: read every file again. Check: read all data. */
  readonly full?: boolean;
  /** A user's name, or `schedule`. */
  readonly orderedBy: string;
}

/** A restore as it is ordered. */
export interface RestoreStart {
  readonly set: string;
  readonly destination?: string;
  /** An ID, or `latest`. */
  readonly snapshot: string;
  /** From `/` down; left out: everything. */
  readonly paths?: readonly Uint8Array[];
  /** An absolute path; left out: the original place. */
  readonly target?: string;
  readonly overwrite?: Overwrite;
  readonly verify?: boolean;
  readonly dryRun?: boolean;
  readonly orderedBy: string;
}

/** What was ordered beyond kind, set and destination; kept as JSON. */
export interface RunDetails {
  readonly full?: boolean;
  readonly snapshot?: string;
  /** Base64, from `/` down. */
  readonly paths?: readonly string[];
  readonly target?: string;
  readonly overwrite?: Overwrite;
  readonly verify?: boolean;
  readonly dryRun?: boolean;
  /** A forget that removes the whole repository, because the set goes. */
  readonly removeRepository?: boolean;
}

/** The state of a set at one time. */
export interface SetSnapshot {
  readonly id: string;
  readonly setId: string;
  readonly destinationId: string;
  readonly takenAt: number;
  readonly hostname: string;
  readonly paths: readonly string[];
  readonly tags: readonly string[];
  readonly files?: number;
  readonly bytes?: number;
}

/** What an entry of a snapshot is. */
export type EntryKind = "file" | "folder" | "symlink" | "other";

/** An entry of a snapshot. Names and paths are bytes. */
export interface SnapshotEntry {
  readonly name: Uint8Array;
  readonly path: Uint8Array;
  readonly kind: EntryKind;
  readonly size: number;
  readonly modifiedAt: number;
  /** As `ls` shows it. */
  readonly permissions: string;
  readonly owner: string;
  readonly group: string;
  readonly linkTarget?: Uint8Array;
}

/** One state of an entry over the snapshots that hold it. */
export interface FileVersion {
  readonly setId: string;
  readonly path: Uint8Array;
  readonly kind: EntryKind;
  readonly size: number;
  readonly modifiedAt: number;
  readonly firstSnapshot: SetSnapshot;
  readonly lastSnapshot: SetSnapshot;
  readonly snapshotCount: number;
}

/** What happened to an entry between two snapshots. */
export interface SnapshotDifference {
  /** `metadata`: only that; `type`: a folder became a file, or the like. */
  readonly change: "added" | "removed" | "changed" | "metadata" | "type";
  readonly path: Uint8Array;
  readonly sizeBefore?: number;
  readonly sizeAfter?: number;
}

/** What runs of one set and kind came to. */
export interface ReportLine {
  readonly setId?: string;
  readonly kind: RunKind;
  readonly done: number;
  readonly incomplete: number;
  readonly failed: number;
  readonly stopped: number;
  readonly filesStored: number;
  readonly bytesStored: number;
  readonly seconds: number;
}
