// Copyright the SpareGrid authors. Apache-2.0.
// What the API wants from the client role: rooms of `client`, and their records by names that do not clash with the
// contract's own types.
import type {
  BackupSet,
  Browse,
  Client,
  Conductor,
  Destination,
  Destinations,
  EntryKind,
  FileVersion,
  ReportLine,
  Run,
  RunProblem,
  Search,
  SetExcludes,
  SetSnapshot,
  SnapshotBook,
  SnapshotDifference,
  SnapshotEntry,
} from "../client/mod.ts";

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
/** An entry of a snapshot. Names and paths are bytes. */
export type EntryRecord = SnapshotEntry;
/** One state of a file over the snapshots that hold it. */
export type FileVersionRecord = FileVersion;
/** What happened to an entry between two snapshots. */
export type DifferenceRecord = SnapshotDifference;
/** What an entry is. */
export type EntryKindName = EntryKind;
/** What happened to an entry. */
export type ChangeName = SnapshotDifference["change"];

/** What a set would store and leave out. */
export interface SetPreviewRecord {
  readonly files: number;
  readonly bytes: number;
  readonly excludedFiles: number;
  readonly excludedBytes: number;
  readonly excluded: readonly { readonly path: string; readonly bytes: number }[];
  readonly complete: boolean;
}

/** Runs of the client, and how a set goes. */
export type ConductorNeeds = Pick<
  Conductor,
  "live" | "start" | "restore" | "suspend" | "resume" | "stop" | "removeSet" | "onChange"
>;

/** What the client role knows and does. */
export interface ClientNeeds extends Pick<Client, "refresh"> {
  readonly destinations: Pick<
    Destinations,
    "page" | "count" | "byId" | "usage" | "create" | "update" | "remove" | "test"
  >;
  readonly sets: Pick<
    Client["sets"],
    "page" | "count" | "byId" | "byName" | "byDestination" | "create" | "update" | "recoverySheet"
  >;
  readonly runs: ConductorNeeds;
  readonly snapshots: Pick<SnapshotBook, "page" | "count" | "summary">;
  readonly browse: Pick<Browse, "entries" | "diff">;
  readonly search: Pick<Search, "search" | "history">;
  preview(sources: readonly string[], excludes: SetExcludes, signal: AbortSignal): Promise<SetPreviewRecord>;
}
