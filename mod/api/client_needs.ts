// Copyright the SpareGrid authors. Apache-2.0.
// What the API wants from the client role: faces of `client`, named so that they do not clash with the contract's own types.
import type {
  BackupSet,
  BackupSets,
  CursorPage,
  Destination,
  Destinations,
  ReportLine,
  RestoreStart,
  Run,
  RunFilter,
  RunKind,
  RunLists,
  RunProblem,
  SetExcludes,
  SetSnapshot,
  StartOrder,
} from "../client/mod.ts";
import type { OnChange, Page } from "./needs.ts";

/** A backup set. */
export type BackupSetRecord = BackupSet;
/** A destination. */
export type DestinationRecord = Destination;
/** An entry that a run could not read or write. */
export type ProblemRecord = RunProblem;
/** What runs of one set and kind came to. */
export type ReportLineRecord = ReportLine;
/** A run. */
export type RunRecord = Run;
/** The state of a set at one time. */
export type SnapshotRecord = SetSnapshot;

/** What a set would store and leave out. */
export interface SetPreviewRecord {
  readonly files: number;
  readonly bytes: number;
  readonly excludedFiles: number;
  readonly excludedBytes: number;
  readonly excluded: readonly { readonly path: string; readonly bytes: number }[];
  readonly complete: boolean;
}

/** What an entry is. */
export type EntryKindName = "file" | "folder" | "symlink" | "other";
/** What happened to an entry. */
export type ChangeName = "added" | "removed" | "changed" | "metadata" | "type";

/** An entry of a snapshot. Names and paths are bytes. */
export interface EntryRecord {
  readonly name: Uint8Array;
  readonly path: Uint8Array;
  readonly kind: EntryKindName;
  readonly size: number;
  readonly modifiedAt: number;
  readonly permissions: string;
  readonly owner: string;
  readonly group: string;
  readonly linkTarget?: Uint8Array;
}

/** One state of a file over the snapshots that hold it. */
export interface FileVersionRecord {
  readonly setId: string;
  readonly path: Uint8Array;
  readonly kind: EntryKindName;
  readonly size: number;
  readonly modifiedAt: number;
  readonly firstSnapshot: SnapshotRecord;
  readonly lastSnapshot: SnapshotRecord;
  readonly snapshotCount: number;
}

/** What happened to an entry between two snapshots. */
export interface DifferenceRecord {
  readonly change: ChangeName;
  readonly path: Uint8Array;
  readonly sizeBefore?: number;
  readonly sizeAfter?: number;
}

/** A page of a list whose cursors its owner makes; `total` where it is known without more work. */
export type OwnPage<Row> = CursorPage<Row> & { readonly total?: number };

/** Destinations of this machine. */
export type DestinationNeeds = Pick<
  Destinations,
  "page" | "count" | "byId" | "usage" | "create" | "update" | "remove" | "test"
>;

/** Backup sets. */
export interface SetNeeds extends
  Pick<
    BackupSets,
    "page" | "count" | "byId" | "byName" | "byDestination" | "create" | "update" | "recoverySheet"
  > {
  preview(sources: readonly string[], excludes: SetExcludes, signal: AbortSignal): Promise<SetPreviewRecord>;
  remove(id: string, withBackups: boolean, orderedBy: string): Promise<void>;
}

/** Runs. */
export interface RunNeeds extends Pick<RunLists, "page" | "count" | "byId" | "last" | "problems" | "report"> {
  /** Runs that are not over, with the progress of now. */
  live(): Promise<readonly RunRecord[]>;
  /** One run, or one for each destination. */
  start(
    order: Omit<StartOrder, "kind" | "set"> & { readonly kind: RunKind; readonly set?: string },
  ): Promise<RunRecord[]>;
  restore(order: RestoreStart): Promise<RunRecord>;
  suspend(id: string): Promise<RunRecord>;
  resume(id: string): Promise<RunRecord>;
  stop(id: string): Promise<RunRecord>;
  /** Calls back with the IDs of runs that changed, until disposed. Urgent: another state. */
  watch(onChange: OnChange): Disposable;
}

/** Which runs are wanted. */
export type RunFilterFacts = RunFilter;

/** Snapshots and what is in them. */
export interface SnapshotNeeds {
  /** The latest first; `after` is a snapshot's time and ID. */
  page(
    set: string,
    destination: string | undefined,
    page: Page<readonly [number, string]>,
  ): Promise<readonly SnapshotRecord[]>;
  count(set: string, destination: string | undefined): Promise<number>;
  /** How many snapshots each of these sets has, and the latest. */
  summary(
    sets: readonly string[],
  ): Promise<ReadonlyMap<string, { readonly count: number; readonly last?: SnapshotRecord }>>;
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
