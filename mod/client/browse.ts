// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, fromBase64, toBase64, utf8Text } from "../base/mod.ts";
import type { Catalog, SnapshotRow } from "../catalog/mod.ts";
import { SgError } from "../errors/mod.ts";
import { type Node, permissionsOf } from "../format/mod.ts";
import type { Repository } from "../repository/mod.ts";
import { joinPath, splitPath } from "../source/mod.ts";
import { entryKind } from "./entry_kind.ts";
import { limitOf, notFound, refused } from "./fields.ts";
import { FolderCache } from "./folder_cache.ts";
import type { CursorPage, PageOrder, SnapshotDifference, SnapshotEntry } from "./records.ts";
import type { Place } from "./repositories.ts";
import { TreeComparison } from "./tree_comparison.ts";
import { entryOf, openFolder, type TreeFolder } from "./tree_folder.ts";

/** What browsing stands on. */
export interface BrowseParts {
  readonly catalog: Catalog;
  /** Opens a place for reading, and does the work. */
  readonly read: <T>(
    place: Place,
    signal: AbortSignal,
    work: (repository: Repository) => Promise<T>,
  ) => Promise<T>;
  /** Memory for folders, bytes; see {@link FolderCache}. */
  readonly cacheBytesMax?: number;
}

/** A folder inside a snapshot. */
export interface SnapshotFolder {
  readonly set: string;
  readonly snapshot: string;
  /** From `/` down, byte for byte. */
  readonly path: Uint8Array;
}

/**
 * Looks into snapshots: folders page by page, and what differs between two. It reads the trees on the way and keeps them for
 * the next page; nothing is walked that no page shows.
 */
export class Browse {
  readonly #parts: BrowseParts;
  readonly #cache: FolderCache;

  constructor(parts: BrowseParts) {
    this.#parts = parts;
    this.#cache = new FolderCache(parts.cacheBytesMax);
  }

  /** Entries of a folder in order of their names' bytes. SG1036 no such snapshot, SG1011 no such folder in it. */
  async entries(
    { set, snapshot, path }: SnapshotFolder,
    page: PageOrder<string>,
    signal: AbortSignal,
  ): Promise<CursorPage<SnapshotEntry>> {
    const row = await this.#snapshot(set, snapshot);
    const folder = await this.#folderAt(row, path, signal);
    const after = page.after === undefined ? undefined : bytesOf(page.after);
    const from = after ? placeBehind(folder, after) : 0;
    const nodes = folder.nodes(from, from + limitOf(page));
    return {
      rows: nodes.map((node) => entryFacts(node, joinPath(path, node.name))),
      cursors: nodes.map(({ name }) => toBase64(name)),
      more: from + limitOf(page) < folder.count,
      total: folder.count,
    };
  }

  /**
   * What differs between two snapshots of a set, in order of paths, a folder before what is in it; below `path` where that is
   * given. SG1036 no such snapshot, SG1011 where `path` is a folder in neither.
   */
  async diff(
    order: { readonly set: string; readonly from: string; readonly to: string; readonly path?: Uint8Array },
    page: PageOrder<string>,
    signal: AbortSignal,
  ): Promise<CursorPage<SnapshotDifference>> {
    const path = order.path ?? new Uint8Array([0x2f]);
    const [from, to] = await Promise.all([
      this.#snapshot(order.set, order.from),
      this.#snapshot(order.set, order.to),
    ]);
    const after = page.after === undefined ? undefined : bytesOf(page.after);
    const limit = limitOf(page);
    const found: SnapshotDifference[] = [];
    const comparison = new TreeComparison(
      (tree) => this.#load(from, tree, signal),
      (tree) => this.#load(to, tree, signal),
      signal,
    );
    const [a, b] = [await this.#treeAt(from, path, signal), await this.#treeAt(to, path, signal)];
    if (a === undefined && b === undefined) throw noFolder(path);
    const behind = after === undefined ? undefined : below(path, after);
    for await (const difference of comparison.run(a, b, path, behind)) {
      found.push(difference);
      if (found.length > limit) break;
    }
    const rows = found.slice(0, limit);
    return { rows, cursors: rows.map((row) => toBase64(row.path)), more: found.length > limit };
  }

  /** The tree of a folder; undefined where the snapshot has none there. */
  async #treeAt(row: SnapshotRow, path: Uint8Array, signal: AbortSignal): Promise<string | undefined> {
    let tree: string = row.tree;
    for (const name of splitPath(path)) {
      const inner = entryOf(await this.#load(row, tree, signal), name)?.subtree;
      if (inner === undefined) return undefined;
      tree = inner;
    }
    return tree;
  }

  async #folderAt(row: SnapshotRow, path: Uint8Array, signal: AbortSignal): Promise<TreeFolder> {
    const tree = await this.#treeAt(row, path, signal);
    if (tree === undefined) throw noFolder(path);
    return await this.#load(row, tree, signal);
  }

  #load({ setId, destinationId }: SnapshotRow, tree: string, signal: AbortSignal): Promise<TreeFolder> {
    return this.#cache.get(
      tree,
      () =>
        this.#parts.read({ setId, destinationId }, signal, async (repository) => {
          const bytes = await repository.loadBlob("tree", tree as BlobId, signal);
          return await openFolder(bytes, `tree ${tree}`, signal);
        }),
    );
  }

  async #snapshot(set: string, id: string): Promise<SnapshotRow> {
    const row = await this.#parts.catalog.snapshots.get(set, id);
    if (!row) throw notFound("snapshot of the set", id);
    return row;
  }
}

/** Where the entries behind `name` begin. */
function placeBehind(folder: TreeFolder, name: Uint8Array): number {
  const at = folder.placeOf(name);
  return entryOf(folder, name) ? at + 1 : at;
}

/** The names that lead from a folder to a path in it. SG1040 where it lies elsewhere. */
function below(folder: Uint8Array, path: Uint8Array): Uint8Array[] {
  const above = splitPath(folder), names = splitPath(path);
  const fits = above.every((name, at) => names[at] !== undefined && utf8Text(name) === utf8Text(names[at]));
  if (!fits) throw refused("after", "it is not a cursor of this list");
  return names.slice(above.length);
}

function bytesOf(cursor: string): Uint8Array {
  try {
    return fromBase64(cursor);
  } catch {
    throw refused("after", "it is not a cursor of this list");
  }
}

function noFolder(path: Uint8Array): SgError {
  return new SgError(
    "SG1011",
    `Cannot open folder ${JSON.stringify(utf8Text(path))}: the snapshot has none there`,
  );
}

const LETTERS: Readonly<Record<Node["type"], string>> = {
  ...{ file: "-", dir: "d", symlink: "l", dev: "b", chardev: "c", fifo: "p", socket: "s", irregular: "?" },
};

function entryFacts(node: Node, path: Uint8Array): SnapshotEntry {
  const { name, type, size, mtime, user, group, uid, gid, linkTarget } = node;
  return {
    ...{
      name,
      path,
      kind: entryKind(type),
      size: Number(size),
      modifiedAt: Number(mtime / 1_000_000n),
    },
    permissions: `${LETTERS[type]}${permissionText(permissionsOf(node.mode))}`,
    ...{ owner: user || String(uid), group: group || String(gid) },
    ...(linkTarget ? { linkTarget } : {}),
  };
}

/** As `ls` shows permissions. */
function permissionText(permissions: number): string {
  const triple = (bits: number, special: boolean, letter: string) => {
    const last = bits & 1 ? (special ? letter : "x") : special ? letter.toUpperCase() : "-";
    return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${last}`;
  };
  return triple(permissions >> 6 & 7, (permissions & 0o4000) !== 0, "s") +
    triple(permissions >> 3 & 7, (permissions & 0o2000) !== 0, "s") +
    triple(permissions & 7, (permissions & 0o1000) !== 0, "t");
}
