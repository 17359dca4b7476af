// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, type Instant, shownPath } from "../base/mod.ts";
import { nameProblem, type Node, type Tree } from "../format/mod.ts";
import { failureOf } from "./failures.ts";
import type { DumpNeeds } from "./needs.ts";
import type { RestoreProblem } from "./options.ts";
import { type Select, type WalkedEntry, walkTree } from "./snapshot_walk.ts";

/** How to make an archive. */
export interface ArchiveOptions {
  readonly signal: AbortSignal;
  readonly select?: Select;
  /** Told of entries that are left out. */
  readonly onProblem: (problem: RestoreProblem) => void;
}

/** The entries for an archive: those with safe names in safe folders. Others are told and left out. */
export async function* archiveEntries(
  needs: DumpNeeds,
  root: BlobId | Tree,
  options: ArchiveOptions,
): AsyncGenerator<WalkedEntry, void> {
  const { signal, select, onProblem } = options;
  const refuse = (path: Uint8Array, why: string) =>
    onProblem({ code: "SG1013", path, message: `Cannot archive ${shownPath(path)}: ${why}` });
  const entries = walkTree(needs, root, {
    signal,
    ...(select ? { select } : {}),
    accept: (path, node) => {
      const wrong = nameProblem(node.name);
      if (wrong) refuse(path, `its name is not safe: ${wrong}`);
      return !wrong;
    },
    onRefused: (path, { code, message }) =>
      onProblem({ code, path, message: `Cannot archive ${shownPath(path)}: ${message}` }),
    onFailure: (path, error) => {
      const { code, why } = failureOf(error);
      onProblem({ code, path, message: `Cannot archive ${shownPath(path)}: ${why}` });
    },
  });
  for await (const entry of entries) {
    if (entry.node.type === "file" && entry.node.content === null) {
      onProblem({
        code: "SG1005",
        path: entry.path,
        message: `Cannot archive ${shownPath(entry.path)}: the snapshot lacks its content`,
      });
    } else yield entry;
  }
}

/** Tells of an entry that an archive of this kind cannot hold. */
export function leaveOut({ path, node }: WalkedEntry, kind: string, options: ArchiveOptions): void {
  options.onProblem({
    code: "SG1025",
    path,
    message: `Cannot archive ${shownPath(path)}: ${kind} cannot hold a ${node.type}`,
  });
}

/** File type bits of POSIX `st_mode`. */
export function typeBits(type: Node["type"]): number {
  switch (type) {
    case "dir":
      return 0o040000;
    case "symlink":
      return 0o120000;
    case "dev":
      return 0o060000;
    case "chardev":
      return 0o020000;
    case "fifo":
      return 0o010000;
    case "socket":
      return 0o140000;
    default:
      return 0o100000;
  }
}

const BILLION = 1_000_000_000n;

/** Whole seconds since 1970 of a time, rounded down. */
export function unixSeconds(time: Instant): bigint {
  const seconds = time / BILLION;
  return time % BILLION < 0n ? seconds - 1n : seconds;
}
