// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, compareBytes, concatBytes, utf8 } from "../base/mod.ts";
import type { Node, Tree } from "../format/mod.ts";
import { walkTrees } from "../repository/mod.ts";
import type { RunOptions } from "./orders.ts";
import { resolveTree } from "./select.ts";
import type { Session } from "./session.ts";
import type { SessionRun } from "./session_run.ts";

/** What differs at one path: added, removed, content, type, or (asked for) metadata only. restic's letters. */
export type Change = "+" | "-" | "M" | "T" | "U";

/** One difference. Folders end with a slash in `path`. */
export interface Difference {
  /** Path inside the snapshots, byte for byte. */
  readonly path: Uint8Array;
  readonly change: Change;
}

/** Counts of one side of a comparison. Bytes are of the blobs that only this side has. */
export interface DiffSide {
  files: number;
  folders: number;
  others: number;
  dataBlobs: number;
  treeBlobs: number;
  bytes: number;
}

/** The sums of a comparison. */
export interface DiffStatistics {
  changedFiles: number;
  readonly added: DiffSide;
  readonly removed: DiffSide;
}

/** What to compare. */
export interface DiffOrder {
  /** Snapshot (`latest`, an ID or a prefix), with `:sub/folder` where only that is meant. */
  readonly from: string;
  readonly to: string;
  /** Report entries whose metadata alone differs, too. */
  readonly metadata?: boolean;
}

/**
 * Compares two snapshots, path by path in name order. Yields the differences; the generator's return value holds the
 * sums. Subtrees that are the same are looked into only for the sums, and only where a blob might lie in them, too.
 */
export async function* diffSnapshots(
  session: Session,
  order: DiffOrder,
  options: RunOptions,
): AsyncGenerator<Difference, DiffStatistics> {
  await using run = await session.begin({ exclusive: false }, options);
  const { signal } = run;
  const from = await resolveTree(run, order.from, { ...options, signal });
  const to = await resolveTree(run, order.to, { ...options, signal });
  const comparison = new Comparison(run, order.metadata ?? false, signal);
  yield* comparison.trees(from.treeId, to.treeId, utf8("/"));
  return await comparison.statistics();
}

const newSide = (): DiffSide => ({ files: 0, folders: 0, others: 0, dataBlobs: 0, treeBlobs: 0, bytes: 0 });

class Comparison {
  #changedFiles = 0;
  readonly #added = newSide();
  readonly #removed = newSide();
  readonly #blobsFrom = new Set<string>();
  readonly #blobsTo = new Set<string>();
  /** Trees that stand at the same place on both sides. */
  readonly #common = new Set<BlobId>();

  constructor(
    readonly session: SessionRun,
    readonly metadata: boolean,
    readonly signal: AbortSignal,
  ) {}

  async *trees(from: BlobId, to: BlobId, path: Uint8Array): AsyncGenerator<Difference, void> {
    if (from === to) {
      this.#common.add(from);
      return;
    }
    this.#blobsFrom.add(`t${from}`);
    this.#blobsTo.add(`t${to}`);
    const [a, b] = await Promise.all([this.#load(from), this.#load(to)]);
    let i = 0, j = 0;
    while (i < a.nodes.length || j < b.nodes.length) {
      const left = a.nodes[i], right = b.nodes[j];
      const order = !left ? 1 : !right ? -1 : compareBytes(left.name, right.name);
      if (order < 0) yield* this.#oneSided(left!, path, "-"), i++;
      else if (order > 0) yield* this.#oneSided(right!, path, "+"), j++;
      else yield* this.#pair(left!, right!, path), i++, j++;
    }
  }

  async *#pair(a: Node, b: Node, path: Uint8Array): AsyncGenerator<Difference, void> {
    const here = joined(path, b);
    if (a.type !== b.type) {
      yield { path: here, change: "T" };
      this.#count(a, this.#removed, this.#blobsFrom);
      this.#count(b, this.#added, this.#blobsTo);
    } else if (a.type === "file" && !sameContent(a, b)) {
      this.#changedFiles++;
      yield { path: here, change: "M" };
    } else if (this.metadata && metadataDiffers(a, b)) {
      yield { path: here, change: "U" };
    }
    if (a.type === b.type) {
      this.#collect(a, this.#blobsFrom);
      this.#collect(b, this.#blobsTo);
    }
    if (a.subtree && b.subtree) yield* this.trees(a.subtree, b.subtree, here);
    else if (a.subtree) yield* this.#below(a.subtree, joined(path, a), "-");
    else if (b.subtree) yield* this.#below(b.subtree, here, "+");
  }

  async *#oneSided(node: Node, path: Uint8Array, change: "+" | "-"): AsyncGenerator<Difference, void> {
    const here = joined(path, node);
    yield { path: here, change };
    const [side, blobs] = change === "+" ? [this.#added, this.#blobsTo] : [this.#removed, this.#blobsFrom];
    this.#count(node, side, blobs);
    if (node.subtree) yield* this.#below(node.subtree, here, change);
  }

  async *#below(tree: BlobId, path: Uint8Array, change: "+" | "-"): AsyncGenerator<Difference, void> {
    (change === "+" ? this.#blobsTo : this.#blobsFrom).add(`t${tree}`);
    for (const node of (await this.#load(tree)).nodes) yield* this.#oneSided(node, path, change);
  }

  #load(tree: BlobId): Promise<Tree> {
    return this.session.repository.loadTree(tree, this.signal);
  }

  #count(node: Node, side: DiffSide, blobs: Set<string>): void {
    if (node.type === "file") side.files++;
    else if (node.type === "dir") side.folders++;
    else side.others++;
    this.#collect(node, blobs);
  }

  #collect(node: Node, blobs: Set<string>): void {
    for (const id of node.content ?? []) blobs.add(`d${id}`);
  }

  async statistics(): Promise<DiffStatistics> {
    const removed = this.#blobsFrom.difference(this.#blobsTo);
    const added = this.#blobsTo.difference(this.#blobsFrom);
    if (removed.size + added.size > 0) await this.#dropCommon(removed, added);
    this.#weigh(removed, this.#removed);
    this.#weigh(added, this.#added);
    return { changedFiles: this.#changedFiles, added: this.#added, removed: this.#removed };
  }

  /** Takes away what lies in a common tree as well: a copy of a file adds no blob. */
  async #dropCommon(...sides: readonly Set<string>[]): Promise<void> {
    const drop = (key: string) => sides.forEach((side) => side.delete(key));
    const tree = (id: BlobId, { nodes }: Tree) => {
      drop(`t${id}`);
      for (const node of nodes) for (const blob of node.content ?? []) drop(`d${blob}`);
    };
    await walkTrees(this.session.repository, this.#common, { tree }, this.signal);
  }

  /** Sums up blobs. */
  #weigh(blobs: ReadonlySet<string>, side: DiffSide): void {
    for (const key of blobs) {
      const type = key[0] === "t" ? "tree" : "data";
      if (type === "tree") side.treeBlobs++;
      else side.dataBlobs++;
      side.bytes += this.session.repository.plainLength(type, key.slice(1) as BlobId) ?? 0;
    }
  }
}

function joined(path: Uint8Array, node: Node): Uint8Array {
  return concatBytes(node.type === "dir" ? [path, node.name, utf8("/")] : [path, node.name]);
}

function sameContent(a: Node, b: Node): boolean {
  const x = a.content ?? [], y = b.content ?? [];
  return x.length === y.length && x.every((id, at) => id === y[at]);
}

/** True when something of the metadata differs that a restore would set. */
function metadataDiffers(a: Node, b: Node): boolean {
  if (a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid || a.mtime !== b.mtime) return true;
  if (a.device !== b.device) return true;
  if (compareBytes(a.linkTarget ?? new Uint8Array(), b.linkTarget ?? new Uint8Array()) !== 0) return true;
  const attributes = (node: Node) =>
    JSON.stringify([...(node.xattrs ?? [])].map((x) => [x.name, x.value?.toBase64() ?? null]).sort());
  return attributes(a) !== attributes(b);
}
