// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, compareBytes, utf8 } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { Tree } from "../format/mod.ts";
import type { FoundSnapshot } from "../repository/mod.ts";
import type { Select } from "../restorer/mod.ts";
import { PatternSet, splitPath } from "../source/mod.ts";
import type { RunOptions, SnapshotFilter } from "./orders.ts";
import { readableTrees } from "./readable_trees.ts";
import type { SessionRun } from "./session_run.ts";

/** A snapshot that was named, with the tree of the folder that was asked for (the root where none was). */
export interface ResolvedTree extends FoundSnapshot {
  readonly treeId: BlobId;
}

/**
 * The tree that `latest`, an ID, a prefix, or one of these with `:sub/folder` behind it means. Loads the index, as much of
 * it as can be read. SG1010 no such snapshot, SG1011 no such folder in it.
 */
export async function resolveTree(
  session: SessionRun,
  name: string,
  { signal, observer }: Pick<RunOptions, "signal" | "observer">,
  filter: SnapshotFilter = {},
): Promise<ResolvedTree> {
  const found = await session.repository.findSnapshot(name, { signal, filter });
  await session.loadIndex(observer);
  const treeId = await folderTree(session, found.snapshot.tree, found.folder, signal);
  return { ...found, treeId };
}

/** The tree of the folder at `path` below the tree `root`. SG1011 where there is none. */
export async function folderTree(
  session: Pick<SessionRun, "repository">,
  root: BlobId,
  path: string | Uint8Array,
  signal: AbortSignal,
): Promise<BlobId> {
  const components = splitPath(typeof path === "string" ? utf8(path) : path);
  let at = root;
  for (const [depth, component] of components.entries()) {
    const tree: Tree = await readableTrees(session.repository).loadTree(at, signal);
    const node = tree.nodes.find(({ name }) => compareBytes(name, component) === 0);
    if (node?.subtree === undefined) {
      const shown = components.slice(0, depth + 1).map((part) => new TextDecoder().decode(part)).join("/");
      throw new SgError(
        "SG1011",
        `Cannot open folder /${shown}: the snapshot has ${node ? "no folder" : "nothing"} there`,
      );
    }
    at = node.subtree;
  }
  return at;
}

/** Patterns of what is wanted of a snapshot. */
export interface SelectPatterns {
  readonly includes?: readonly (string | Uint8Array)[];
  readonly includesIgnoringCase?: readonly string[];
  readonly excludes?: readonly string[];
  readonly excludesIgnoringCase?: readonly string[];
}

/** The selection that patterns make: with includes only what matches one, never what matches an exclude. */
export function selectBy(patterns: SelectPatterns): Select | undefined {
  const set = (list: readonly (string | Uint8Array)[] = [], ignoreCase = false) =>
    new PatternSet(list, { ignoreCase });
  const includes = [set(patterns.includes), set(patterns.includesIgnoringCase, true)].filter(({ size }) =>
    size > 0
  );
  const excludes = [set(patterns.excludes), set(patterns.excludesIgnoringCase, true)].filter(({ size }) =>
    size > 0
  );
  if (includes.length === 0 && excludes.length === 0) return undefined;
  return (path, isFolder) => {
    if (excludes.some((each) => each.match(path, isFolder) === "in")) return "no";
    if (includes.length === 0) return "yes";
    const verdicts = includes.map((each) => each.match(path, isFolder));
    if (verdicts.includes("in")) return "yes";
    return isFolder && verdicts.includes("below") ? "below" : "no";
  };
}
