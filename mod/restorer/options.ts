// Copyright the SpareGrid authors. Apache-2.0.
import type { Random } from "../base/mod.ts";
import type { SgCode } from "../errors/mod.ts";
import type { Node } from "../format/mod.ts";
import type { FileSystem, Stat } from "../platform/mod.ts";
import type { Select } from "./snapshot_walk.ts";

/** What to do with a file that exists at the target. */
export type OverwriteRule = "always" | "if-changed" | "if-newer" | "never";

/**
 * True when what is at the target stays as it is by the rule. `sameContent` is asked only when it matters: whether it is, as far as
 * a look tells, what the snapshot has.
 */
export function staysByRule(
  rule: OverwriteRule | undefined,
  isThere: Pick<Stat, "mtime">,
  { mtime }: Node,
  sameContent: () => boolean,
): boolean {
  switch (rule) {
    case "never":
      return true;
    case "if-newer":
      return isThere.mtime >= mtime;
    case "if-changed":
      return isThere.mtime === mtime && sameContent();
    default:
      return false;
  }
}

/** Something that went wrong with one entry while the restore went on. */
export interface RestoreProblem {
  readonly code: SgCode;
  /** Path inside the snapshot. */
  readonly path: Uint8Array;
  /** Ready to print; names the entry. */
  readonly message: string;
}

/** What became of one entry (in a dry run: would become). */
export interface RestoreFate {
  /** Path inside the snapshot. */
  readonly path: Uint8Array;
  readonly fate: "restored" | "updated" | "kept" | "excluded";
  readonly bytes: number;
}

/** The ports of a restore. */
export interface RestorePorts {
  readonly fs: FileSystem;
  readonly random: Random;
}

/** How to restore. */
export interface RestoreOptions {
  readonly signal: AbortSignal;
  /** Quick; never throws. */
  readonly onProblem: (problem: RestoreProblem) => void;
  readonly onEntry?: (fate: RestoreFate) => void;
  /** Called once, with counters that go on changing. */
  readonly onStart?: (counters: Readonly<RestoreCounters>) => void;
  /** The process is root: a refused change of owner is a problem. Otherwise it is expected. */
  readonly privileged: boolean;
  /** What is restored; everything where left out. */
  readonly select?: Select;
  /** `always` where left out. */
  readonly overwrite?: OverwriteRule;
  /** Remove what the snapshot does not hold from the folders that are restored. */
  readonly delete?: boolean;
  /** With `delete`: only in these folders of the snapshot and below; everywhere where left out. */
  readonly deleteBelow?: readonly Uint8Array[];
  /** Read every file back that was written, and compare. */
  readonly verify?: boolean;
  /** Change nothing; say what would be done. */
  readonly dryRun?: boolean;
  /** Make everything durable at the end; true where left out. */
  readonly sync?: boolean;
}

/** How far a restore is, and in the end what came of it. */
export interface RestoreCounters {
  /** Files met that are selected. */
  filesFound: number;
  /** Files that are dealt with, well or not. */
  filesDone: number;
  /** New files. */
  filesRestored: number;
  /** Files that were there with another content. */
  filesUpdated: number;
  /** Files that were there and kept their content. */
  filesKept: number;
  /** Entries removed because the snapshot does not hold them. */
  filesDeleted: number;
  foldersRestored: number;
  /** Links, devices, fifos, sockets. */
  othersRestored: number;
  /** Bytes of content written. */
  bytesWritten: number;
  /** Bytes of content in the files found. */
  bytesTotal: number;
  /** Bytes of content in the files that are dealt with. */
  bytesDone: number;
  filesVerified: number;
  problems: number;
  /** Path inside the snapshot of a file being worked on. */
  current: Uint8Array | undefined;
}

/** Counters before the start. */
export function newCounters(): RestoreCounters {
  return {
    filesFound: 0,
    filesDone: 0,
    filesRestored: 0,
    filesUpdated: 0,
    filesKept: 0,
    filesDeleted: 0,
    foldersRestored: 0,
    othersRestored: 0,
    bytesWritten: 0,
    bytesTotal: 0,
    bytesDone: 0,
    filesVerified: 0,
    problems: 0,
    current: undefined,
  };
}
