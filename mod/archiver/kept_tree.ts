// Copyright the SpareGrid authors. Apache-2.0.
import type { BlobId } from "../base/mod.ts";
import type { Node } from "../format/mod.ts";
import type { Stat } from "../platform/mod.ts";
import type { FolderDigest } from "./folder_digests.ts";
import type { FolderLook } from "./folder_look.ts";
import type { NodeMaker, NodeParts } from "./node_maker.ts";
import { TreeAssembly, type TreeAssemblyOptions } from "./tree_assembly.ts";

/** What became of a folder in a {@link KeptTree}. */
export interface ChangedFolder {
  readonly name: Uint8Array;
  readonly stat: Stat;
  readonly subtree: BlobId;
  /** The parent snapshot's where left out. */
  readonly xattrs?: NodeParts["xattrs"];
}

/**
 * The parent snapshot's tree of a folder whose own entries are all as they were: it was not read, and stays as it is unless
 * one of its folders has changed within.
 */
export class KeptTree {
  readonly id: BlobId;
  readonly known: FolderDigest;
  /** What is in it today. */
  readonly look: FolderLook;
  readonly #changed = new Map<number, ChangedFolder | null>();
  #open: number;

  constructor(id: BlobId, known: FolderDigest, look: FolderLook) {
    this.id = id;
    this.known = known;
    this.look = look;
    this.#open = known.subtrees.length;
  }

  /** Folders that are not settled yet. */
  get open(): number {
    return this.#open;
  }

  /** True when a folder has changed: then {@link rebuilt} is needed. */
  get changed(): boolean {
    return this.#changed.size > 0;
  }

  /** Settles the n-th folder: `undefined` for one that is as it was, null for one that cannot be read. */
  settle(n: number, folder: ChangedFolder | null | undefined): void {
    this.#open--;
    if (folder !== undefined) this.#changed.set(n, folder);
  }

  /** The new tree. @param nodes those of the tree as it was. */
  rebuilt(nodes: readonly Node[], maker: NodeMaker, options: TreeAssemblyOptions): TreeAssembly {
    const tree = new TreeAssembly(nodes, options);
    let folders = 0;
    for (const node of nodes) {
      const changed = node.type === "dir" ? this.#changed.get(folders++) : undefined;
      if (changed === null) continue;
      if (!changed) tree.add(node);
      else {
        const { name, stat, subtree, xattrs = node.xattrs } = changed;
        tree.add(maker.make(name, stat, { subtree, ...(xattrs ? { xattrs } : {}) }));
      }
    }
    return tree;
  }
}
