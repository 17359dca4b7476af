// Copyright the SpareGrid authors. Apache-2.0.
// What the API wants from the client role: faces of `client`, named so that they do not clash with the contract's own types.
import type {
  BackupSet,
  BackupSets,
  Conductor,
  CursorPage,
  Destination,
  Destinations,
  ReportLine,
  Run,
  RunProblem,
  SetExcludes,
  SetSnapshot,
  SnapshotBook,
} from "../client/mod.ts";
import type { Page } from "./needs.ts";

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
export type SetNeeds = Pick<
  BackupSets,
  "page" | "count" | "byId" | "byName" | "byDestination" | "create" | "update" | "recoverySheet"
>;

/** Runs of the client, and how a set goes. */
export type ConductorNeeds = Pick<
  Conductor,
  "live" | "start" | "restore" | "suspend" | "resume" | "stop" | "removeSet" | "onChange"
>;

/** Snapshots and what is in them. */
export interface SnapshotNeeds extends Pick<SnapshotBook, "page" | "count" | "summary"> {
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
  readonly runs: ConductorNeeds;
  readonly snapshots: SnapshotNeeds;
  preview(sources: readonly string[], excludes: SetExcludes, signal: AbortSignal): Promise<SetPreviewRecord>;
}
