// Copyright the SpareGrid authors. Apache-2.0.
import type { LooksAhead } from "../archiver/mod.ts";
import type { BlobId, Instant, SnapshotId } from "../base/mod.ts";
import type { SgCode } from "../errors/mod.ts";
import type { SnapshotSummary } from "../format/mod.ts";
import type { NamedSnapshot, SnapshotFilter } from "../repository/mod.ts";
import type { WalkedEntry } from "../restorer/mod.ts";

/** Which snapshots a command means, a snapshot with its name, one entry met while walking a snapshot. */
export type { NamedSnapshot, SnapshotFilter, WalkedEntry as ListedEntry };

/** Something that went wrong with one entry while the run went on. */
export interface Problem {
  readonly code: SgCode;
  /** The entry, byte for byte, where there is one. */
  readonly path?: Uint8Array;
  /** What happened, ready to print; names the entry. */
  readonly message: string;
}

/** How far a run is. Fields that a run does not know stay undefined. */
export interface Progress {
  /** What is being done, in a word or two: `scanning`, `saving`, `restoring`, `checking packs` … */
  readonly phase: string;
  readonly filesDone: number;
  readonly filesTotal?: number;
  readonly bytesDone: number;
  readonly bytesTotal?: number;
  /** The entry being worked on, byte for byte. */
  readonly current?: Uint8Array;
  /** Problems so far. */
  readonly problems: number;
}

/** What becomes of one entry of a backup or a restore, for `--verbose` and `--dry-run`. */
export interface EntryFate {
  readonly path: Uint8Array;
  readonly fate: "new" | "changed" | "unchanged" | "restored" | "updated" | "kept" | "excluded";
  readonly bytes: number;
}

/** Who listens to a run. All methods are quick and never throw. `progress` is asked for, not pushed: see {@link RunOptions}. */
export interface RunObserver {
  problem(problem: Problem): void;
  entry?(entry: EntryFate): void;
  /** A sentence worth a line: `repository locked by …, waiting`. */
  note(message: string): void;
}

/** What every run takes. */
export interface RunOptions {
  readonly signal: AbortSignal;
  readonly observer: RunObserver;
  /**
   * Called by the run with a function that gives the progress of the moment; call it as often as you draw. Where it is left
   * out, nobody watches, and nothing is counted ahead.
   */
  readonly onStart?: (progress: () => Progress) => void;
}

/** Zstd effort, as restic's `--compression`. */
export type Compression = "off" | "fastest" | "auto" | "max";

/** Rules of what a backup leaves out. Patterns are gitignore-style, see mod/source. */
export interface ExcludeOptions {
  /** `--exclude` patterns, in order. */
  readonly patterns?: readonly string[];
  /** `--iexclude`: the same without regard to case. */
  readonly patternsIgnoringCase?: readonly string[];
  /** `--exclude-if-present NAME[:HEADER]`. */
  readonly ifPresent?: readonly string[];
  /** `--exclude-caches`: folders with a valid CACHEDIR.TAG. */
  readonly caches?: boolean;
  /** `--exclude-larger-than`, bytes. */
  readonly largerThan?: number;
  /** `--one-file-system`. */
  readonly oneFileSystem?: boolean;
}

/** An order to back up. */
export interface BackupOrder {
  /** Paths as typed; made absolute by the run. Empty with stdin or command. */
  readonly paths: readonly (string | Uint8Array)[];
  readonly excludes?: ExcludeOptions;
  /** Reads this stream as one file instead of paths. */
  readonly stdin?: { readonly name: string; readonly stream: ReadableStream<Uint8Array> };
  /** Runs this command and stores its output as one file; a failing command makes the run fail, without a snapshot. */
  readonly command?: { readonly name: string; readonly argv: readonly string[] };
  readonly tags?: readonly string[];
  readonly hostname?: string;
  /** Time of the snapshot; now where left out. */
  readonly time?: Instant;
  /** Snapshot to compare with; the latest of the same host and paths where left out. */
  readonly parent?: string;
  /** `--full` (restic: `--force`): read every file again. */
  readonly full?: boolean;
  readonly dryRun?: boolean;
  /** Store access times too (restic's `--with-atime`). */
  readonly withAtime?: boolean;
  readonly ignoreInode?: boolean;
  readonly ignoreCtime?: boolean;
  /** Make no snapshot where nothing changed. */
  readonly skipIfUnchanged?: boolean;
  /** What `lookAhead` sees of its folders; the caller disposes of it. */
  readonly ahead?: LooksAhead;
}

/** What came of a backup. */
export interface BackupReport {
  /** Undefined for a dry run and where it was skipped as unchanged. */
  readonly snapshotId?: SnapshotId;
  readonly parent?: SnapshotId;
  readonly tree: BlobId;
  readonly summary: SnapshotSummary;
  readonly problems: number;
  /** False when something could not be read: exit status 3. */
  readonly complete: boolean;
}

/** What to do with a file that exists at the target. */
export type Overwrite = "always" | "if-changed" | "if-newer" | "never";

/** An order to restore. */
export interface RestoreOrder {
  /** `latest`, an ID or a prefix, with `:sub/folder` behind it where only that is wanted. */
  readonly snapshot: string;
  /** Folder to restore into; undefined = the original place (`/`). */
  readonly target?: string;
  /** Patterns: with any, only what matches is restored. Bytes for names that are not UTF-8. */
  readonly includes?: readonly (string | Uint8Array)[];
  readonly includesIgnoringCase?: readonly string[];
  readonly excludes?: readonly string[];
  readonly excludesIgnoringCase?: readonly string[];
  readonly overwrite?: Overwrite;
  /** Remove what is in the target's folders but not in the snapshot. */
  readonly delete?: boolean;
  /** Read everything back and compare. */
  readonly verify?: boolean;
  readonly dryRun?: boolean;
  /** Filters for `latest`. */
  readonly filter?: SnapshotFilter;
}

/** What came of a restore. */
export interface RestoreReport {
  readonly snapshotId: SnapshotId;
  readonly filesRestored: number;
  readonly filesUpdated: number;
  readonly filesKept: number;
  readonly filesDeleted: number;
  readonly foldersRestored: number;
  readonly othersRestored: number;
  /** Bytes written. */
  readonly bytesWritten: number;
  readonly bytesTotal: number;
  readonly filesVerified: number;
  readonly problems: number;
  readonly complete: boolean;
}
