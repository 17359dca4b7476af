// Copyright the SpareGrid authors. Apache-2.0.
import type { BlobId } from "../base/mod.ts";
import { type Node, TreeBuilder } from "../format/mod.ts";
import type { FolderDigest } from "./folder_digests.ts";
import { ListingDigest } from "./listing_digest.ts";
import type { LongTree } from "./needs.ts";

/** Settled slots at the front are cut off when there are so many. */
const TRIM = 4096;

/** What a {@link TreeAssembly} is to do besides. */
export interface TreeAssemblyOptions {
  /** Whether {@link TreeAssembly.digest} will be asked for. */
  readonly digested?: boolean;
  /** Begins what takes a long tree; without it, all of it lies in memory. */
  readonly beginLong?: () => LongTree;
}

/**
 * Collects the nodes of one folder in order while some of them are still under way. As long as every node is the
 * parent's node itself nothing is encoded: a folder that did not change costs a count. From the first difference on
 * nodes are encoded as they come, so that a folder of a million entries never holds them all.
 */
export class TreeAssembly {
  readonly #previous: readonly Node[];
  readonly #hasPrevious: boolean;
  /** Slots from `#first` on: a node, null for none, undefined while under way. */
  #slots: (Node | null | undefined)[] = [];
  #first = 0;
  #head = 0;
  #open = 0;
  #same = 0;
  readonly #beginLong: (() => LongTree) | undefined;
  #builder: TreeBuilder<LongTree> | undefined;
  readonly #digest: ListingDigest | undefined;
  readonly #subtrees: BlobId[] = [];

  /**
   * @param previous nodes of the parent's tree, where there is one.
   */
  constructor(previous: readonly Node[] | undefined, { digested, beginLong }: TreeAssemblyOptions = {}) {
    this.#previous = previous ?? [];
    this.#hasPrevious = previous !== undefined;
    this.#digest = digested ? new ListingDigest() : undefined;
    this.#beginLong = beginLong;
  }

  /** Slots that are not filled yet. */
  get open(): number {
    return this.#open;
  }

  /** Keeps the next place for a node that comes later. */
  reserve(): number {
    this.#open++;
    return this.#first + this.#slots.push(undefined) - 1;
  }

  /** Fills a reserved place; null leaves it out. */
  fill(slot: number, node: Node | null): void {
    this.#open--;
    this.#slots[slot - this.#first] = node;
    while (this.#head < this.#slots.length) {
      const settled = this.#slots[this.#head];
      if (settled === undefined) break;
      this.#slots[this.#head++] = null;
      if (settled) this.#emit(settled);
    }
    if (this.#head === this.#slots.length || this.#head >= TRIM) {
      this.#slots = this.#slots.slice(this.#head);
      this.#first += this.#head;
      this.#head = 0;
    }
  }

  /** Adds a node that is ready. */
  add(node: Node): void {
    if (this.#slots.length === 0) this.#emit(node);
    else this.#slots.push(node);
  }

  /** The encoded tree; undefined when it is the parent's, node for node. All slots must be filled. */
  finish(): Uint8Array<ArrayBuffer> | LongTree | undefined {
    if (this.#hasPrevious && !this.#builder && this.#same === this.#previous.length) return undefined;
    return this.#building().finish();
  }

  /** What the next run shall know of the tree; undefined where it must look itself. To be asked once, when it is finished. */
  digest(): FolderDigest | undefined {
    const digest = this.#digest?.end();
    return digest && { digest, subtrees: this.#subtrees };
  }

  #emit(node: Node): void {
    if (this.#digest) this.#describe(this.#digest, node);
    if (!this.#builder && node === this.#previous[this.#same]) this.#same++;
    else this.#building().add(node);
  }

  #building(): TreeBuilder<LongTree> {
    if (!this.#builder) {
      this.#builder = new TreeBuilder(this.#beginLong);
      for (let i = 0; i < this.#same; i++) this.#builder.add(this.#previous[i]!);
    }
    return this.#builder;
  }

  #describe(digest: ListingDigest, node: Node): void {
    const { type, content, subtree, error, generic } = node;
    if (type === "dir") {
      if (subtree === undefined) digest.spoil();
      else this.#subtrees.push(subtree);
    }
    if ((type === "file" && content === null) || error !== undefined || generic !== undefined) digest.spoil();
    digest.add(node.name, node);
  }
}
