// Copyright the SpareGrid authors. Apache-2.0.
import { compareBytes, utf8 } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { Node } from "../format/mod.ts";
import { dumpFile, type DumpNeeds, tarTree, zipTree } from "../restorer/mod.ts";
import { absolutePath, splitPath } from "../source/mod.ts";
import type { RunOptions, SnapshotFilter } from "./orders.ts";
import { readableTrees } from "./readable_trees.ts";
import { folderTree, resolveTree } from "./select.ts";
import type { Session } from "./session.ts";
import type { SessionRun } from "./session_run.ts";

/** What to write out. */
export interface DumpOrder {
  /** `latest`, an ID or a prefix, with `:sub/folder` where paths start there. */
  readonly snapshot: string;
  /** A file, or a folder, inside the snapshot; `/` for all of it. */
  readonly path: string;
  /** Form of a folder. */
  readonly archive: "tar" | "zip";
  readonly filter: SnapshotFilter;
}

/**
 * The content of a file, or a folder as an archive, in pieces. Entries that an archive cannot hold are told to the
 * observer. SG1010, SG1011 when snapshot or path is not there.
 */
export async function* runDump(
  session: Session,
  order: DumpOrder,
  options: RunOptions,
): AsyncGenerator<Uint8Array, void> {
  await using run = await session.begin({ exclusive: false, usesIndex: true }, options);
  const { signal } = run;
  const { treeId } = await resolveTree(run, order.snapshot, { ...options, signal }, order.filter);
  const { repository } = run;
  const needs: DumpNeeds = {
    ...readableTrees(repository),
    loadBlob: (id, stop) => repository.loadBlob("data", id, stop),
  };
  const components = splitPath(utf8(order.path));
  const name = components.pop();
  const parent = await folderTree(run, treeId, absolutePath(components), signal);
  const node = name && await nodeIn(run, parent, name, order.path, signal);
  if (node && node.type !== "dir") return yield* dumpFile(needs, node, signal);
  const root = node ? node.subtree : parent;
  if (root === undefined) throw new SgError("SG1005", `Cannot dump ${order.path}: the folder has no tree`);
  const archive = order.archive === "zip" ? zipTree : tarTree;
  yield* archive(needs, root, { signal, onProblem: (problem) => options.observer.problem(problem) });
}

async function nodeIn(
  session: SessionRun,
  tree: Parameters<typeof folderTree>[1],
  name: Uint8Array,
  path: string,
  signal: AbortSignal,
): Promise<Node> {
  const { nodes } = await readableTrees(session.repository).loadTree(tree, signal);
  const node = nodes.find((each) => compareBytes(each.name, name) === 0);
  if (node) return node;
  throw new SgError("SG1011", `Cannot dump ${path}: the snapshot has nothing there`);
}
