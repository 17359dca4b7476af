// Copyright the SpareGrid authors. Apache-2.0.
import { compareBytes } from "../base/mod.ts";
import type { Node } from "../format/mod.ts";
import { joinPath } from "../source/mod.ts";
import type { SnapshotDifference } from "./records.ts";
import type { TreeFolder } from "./tree_folder.ts";

type Load = (tree: string) => Promise<TreeFolder>;

/** Entries decoded at a time. */
const ENTRIES = 500;

/**
 * Compares two trees entry by entry, in order of names, a folder before what is in it. Trees that are the same are not
 * looked into. It can begin behind any path, and then reads only the folders on the way there.
 */
export class TreeComparison {
  readonly #loadFrom: Load;
  readonly #loadTo: Load;
  readonly #signal: AbortSignal;

  constructor(loadFrom: Load, loadTo: Load, signal: AbortSignal) {
    this.#loadFrom = loadFrom;
    this.#loadTo = loadTo;
    this.#signal = signal;
  }

  /** Differences below `path`; `behind`: the names that lead to the last one that was told. */
  async *run(
    from: string | undefined,
    to: string | undefined,
    path: Uint8Array,
    behind: readonly Uint8Array[] = [],
  ): AsyncGenerator<SnapshotDifference, void> {
    if (from === to) return;
    const [a, b] = await Promise.all([
      from === undefined ? undefined : this.#loadFrom(from),
      to === undefined ? undefined : this.#loadTo(to),
    ]);
    const [first, ...rest] = behind;
    const left = new Cursor(a, first), right = new Cursor(b, first);
    for (;;) {
      this.#signal.throwIfAborted();
      const x = left.node, y = right.node;
      if (!x && !y) return;
      const order = !x ? 1 : !y ? -1 : compareBytes(x.name, y.name);
      const [before, after] = [order <= 0 ? x : undefined, order >= 0 ? y : undefined];
      const name = (before ?? after)!.name;
      const told = first !== undefined && compareBytes(name, first) === 0;
      yield* this.#pair(before, after, joinPath(path, name), told ? rest : undefined);
      if (before) left.next();
      if (after) right.next();
    }
  }

  /** One entry, and what is in it. `behind`: the entry itself was told before. */
  async *#pair(
    before: Node | undefined,
    after: Node | undefined,
    path: Uint8Array,
    behind: readonly Uint8Array[] | undefined,
  ): AsyncGenerator<SnapshotDifference, void> {
    const change = behind ? undefined : changeOf(before, after);
    if (change) {
      yield {
        ...{ change, path },
        ...(before ? { sizeBefore: Number(before.size) } : {}),
        ...(after ? { sizeAfter: Number(after.size) } : {}),
      };
    }
    const [from, to] = [before?.subtree, after?.subtree];
    if (from !== undefined || to !== undefined) yield* this.run(from, to, path, behind);
  }
}

/** A way through a folder from a name on. */
class Cursor {
  readonly #folder: TreeFolder | undefined;
  #at: number;
  #nodes: readonly Node[] = [];
  #place = 0;

  constructor(folder: TreeFolder | undefined, from: Uint8Array | undefined) {
    this.#folder = folder;
    this.#at = folder && from ? folder.placeOf(from) : 0;
    this.#fill();
  }

  get node(): Node | undefined {
    return this.#nodes[this.#place];
  }

  next(): void {
    if (++this.#place >= this.#nodes.length) this.#fill();
  }

  /** Entries that cannot be read are left out, so a part may be empty though it is not the last. */
  #fill(): void {
    this.#place = 0;
    this.#nodes = [];
    while (this.#folder && this.#nodes.length === 0 && this.#at < this.#folder.count) {
      this.#nodes = this.#folder.nodes(this.#at, this.#at + ENTRIES);
      this.#at += ENTRIES;
    }
  }
}

function changeOf(
  before: Node | undefined,
  after: Node | undefined,
): SnapshotDifference["change"] | undefined {
  if (!before) return "added";
  if (!after) return "removed";
  if (before.type !== after.type) return "type";
  if (!sameContent(before, after)) return "changed";
  return sameMetadata(before, after) ? undefined : "metadata";
}

function sameContent(a: Node, b: Node): boolean {
  const x = a.content ?? [], y = b.content ?? [];
  return x.length === y.length && x.every((id, at) => id === y[at]) && a.device === b.device &&
    compareBytes(a.linkTarget ?? new Uint8Array(), b.linkTarget ?? new Uint8Array()) === 0;
}

/** A folder's own time changes with each entry in it, which is told by itself. */
function sameMetadata(a: Node, b: Node): boolean {
  const attributes = (node: Node) =>
    JSON.stringify((node.xattrs ?? []).map(({ name, value }) => [name, value?.toBase64() ?? null]).sort());
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid &&
    (a.type === "dir" || a.mtime === b.mtime) &&
    attributes(a) === attributes(b);
}
