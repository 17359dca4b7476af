// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, compareBytes } from "../base/mod.ts";
import type { Node } from "../format/mod.ts";
import type { Fd, Stat } from "../platform/mod.ts";
import { childOf, type FolderListing, type RuleState, type Target } from "../source/mod.ts";
import type { KeptTree } from "./kept_tree.ts";
import type { NodeParts } from "./node_maker.ts";
import { TreeAssembly, type TreeAssemblyOptions } from "./tree_assembly.ts";

/** A folder that the walk is in, or that waits for the nodes of its entries. */
export class OpenFolder {
  readonly parent: OpenFolder | undefined;
  /** Place of this folder's node in the parent's tree. */
  readonly slot: number;
  readonly name: Uint8Array;
  /** Absolute, for rules and messages. */
  readonly path: Uint8Array;
  /** Undefined for the root, which has no node. */
  readonly stat: Stat | undefined;
  readonly xattrs: NodeParts["xattrs"];
  /** This folder's node in the parent snapshot, where that was read; */
  readonly previous: Node | undefined;
  /** else whether the folder above is kept, and this one's stat is what it was there. */
  readonly asKept: boolean;
  /** This folder's tree in the parent snapshot. */
  readonly before: BlobId | undefined;
  /** What the user named in or below this folder. */
  readonly target: Target | undefined;
  /** True when all of it is wanted; else only what leads to the target. */
  readonly whole: boolean;
  readonly rules: RuleState;
  /** Device that entries must be on; undefined where any will do. */
  readonly device: bigint | undefined;
  /** Its nodes as they come; */
  tree: TreeAssembly = new TreeAssembly(undefined);
  /** or the parent snapshot's tree in its place, which was not read because the entries are as they were. */
  kept: KeptTree | undefined;
  /** Descriptor; -1 while it is closed. */
  fd: Fd;
  /** Files under way that need the descriptor. */
  filesUnderWay = 0;
  listing: FolderListing;
  /** Where tag files hold: the only names that are kept. */
  onlyTags: readonly Uint8Array[] = [];
  /** Next entry to look at, and folders found so far and not entered. */
  nextEntry = 0;
  readonly subfolders: Subfolder[] = [];
  nextSubfolder = 0;
  /** True when the walk has left the folder for good. */
  left = false;
  #previousNodes: readonly Node[] = [];
  #nextPrevious = 0;

  constructor(parts: OpenFolderParts) {
    this.parent = parts.parent;
    this.slot = parts.slot;
    this.name = parts.name;
    this.path = parts.path;
    this.stat = parts.stat;
    this.xattrs = parts.xattrs;
    this.previous = parts.previous;
    this.asKept = parts.asKept;
    this.before = parts.before;
    this.target = parts.target;
    this.whole = parts.whole;
    this.rules = parts.rules;
    this.device = parts.device;
    this.fd = parts.fd;
    this.listing = parts.listing;
  }

  /** Begins the tree, with the parent snapshot's nodes to compare with, where there are some. */
  compareWith(nodes: readonly Node[] | undefined, options: TreeAssemblyOptions): void {
    this.#previousNodes = nodes ?? [];
    this.tree = new TreeAssembly(nodes, options);
  }

  /** True when the walk is through and no node is missing. */
  get assembled(): boolean {
    return this.left && (this.kept ?? this.tree).open === 0;
  }

  /** The parent snapshot's node of this name. Names must be asked for in ascending order. */
  previousOf(name: Uint8Array): Node | undefined {
    const nodes = this.#previousNodes;
    while (this.#nextPrevious < nodes.length) {
      const node = nodes[this.#nextPrevious]!;
      const order = compareBytes(node.name, name);
      if (order > 0) return undefined;
      this.#nextPrevious++;
      if (order === 0) return node;
    }
    return undefined;
  }

  /** What the user named by this very name in this folder. */
  targetOf(name: Uint8Array): Target | undefined {
    return this.target && childOf(this.target, name);
  }
}

/** A folder found in another one. */
export interface Subfolder {
  readonly entry: number;
  readonly slot: number;
  readonly previous: Node | undefined;
  /** Its tree in the parent snapshot. */
  readonly before: BlobId | undefined;
  /** Its stat as it was met, where the folder that it is in is kept. */
  readonly keptStat?: Stat;
  readonly target: Target | undefined;
}

/** What an {@link OpenFolder} is made of; see its fields. */
export interface OpenFolderParts {
  readonly parent: OpenFolder | undefined;
  readonly slot: number;
  readonly name: Uint8Array;
  readonly path: Uint8Array;
  readonly stat: Stat | undefined;
  readonly xattrs: NodeParts["xattrs"];
  readonly previous: Node | undefined;
  readonly asKept: boolean;
  readonly before: BlobId | undefined;
  readonly target: Target | undefined;
  readonly whole: boolean;
  readonly rules: RuleState;
  readonly device: bigint | undefined;
  readonly fd: Fd;
  readonly listing: FolderListing;
}
