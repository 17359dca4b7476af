// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, compareBytes } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { type Node, sameNode, TreeBuilder } from "../format/mod.ts";
import type { Stat } from "../platform/mod.ts";
import { absolutePath, cleanComponents, type StreamSource } from "../source/mod.ts";
import { contentIds } from "./node_maker.ts";
import type { RunContext } from "./run_context.ts";

/** Stores a stream as the only file of a snapshot; resolves when everything is stored and indexed. */
export async function runStream(
  context: RunContext,
  source: StreamSource,
  signal: AbortSignal,
): Promise<BlobId> {
  const { needs, maker, clock } = context;
  const components = cleanComponents(source.name);
  const name = components.pop();
  if (!name) throw new SgError("SG1008", "Cannot store the stream: the file needs a name");
  const now = clock.now();
  const folder = absolutePath(components);
  context.currentFolder = folder;
  context.currentName = name;
  const saved = await needs.lanes.saveStream(
    source.stream,
    signal,
    (bytes) => context.bytesAnswered += bytes,
  );
  await source.finished;
  signal.throwIfAborted();
  const previous = await previousPath(context, [...components, name], signal);
  const content = contentIds(saved.content);
  const node = maker.make(name, madeUpStat("file", 0o644, saved.size, now), { content });
  const before = previous.at(-1);
  const sameContent = before?.content?.join() === content.join();
  context.fileDone(before ? sameContent ? "unchanged" : "changed" : "new", folder, name, saved.size);
  let tree = await saveOne(context, node);
  for (const component of components.reverse()) {
    const made = maker.make(component, madeUpStat("dir", 0o755, 0, now), { subtree: tree });
    const old = previous.find((other) => other.type === "dir" && compareBytes(other.name, component) === 0);
    if (!old) context.counts.dirsNew++;
    else if (sameNode(old, made)) context.counts.dirsUnmodified++;
    else context.counts.dirsChanged++;
    tree = await saveOne(context, made);
  }
  await needs.lanes.flush();
  await needs.checkpoint();
  return tree;
}

function saveOne(context: RunContext, node: Node): Promise<BlobId> {
  const builder = new TreeBuilder();
  builder.add(node);
  return context.needs.saveTree(builder.finish());
}

/** The nodes along a path of the parent snapshot, as far as they go. */
async function previousPath(
  context: RunContext,
  path: readonly Uint8Array[],
  signal: AbortSignal,
): Promise<Node[]> {
  const found: Node[] = [];
  let tree = context.options.parentTree;
  for (const name of path) {
    if (tree === undefined) break;
    const { nodes } = await context.needs.loadTree(tree, signal);
    const node = nodes.find((other) => compareBytes(other.name, name) === 0);
    if (!node) break;
    found.push(node);
    tree = node.subtree;
  }
  return found.length === path.length ? found : found.filter((node) => node.type === "dir");
}

function madeUpStat(kind: "file" | "dir", permissions: number, size: number, now: bigint): Stat {
  return {
    ...{ kind, permissions, size, allocated: size, dev: 0n, ino: 0n, rdev: 0n, links: 1, uid: 0, gid: 0 },
    ...{ mtime: now, atime: now, ctime: now },
  };
}
