// Copyright the SpareGrid authors. Apache-2.0.
import type { BlobId } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { RefusedNode, Tree } from "../format/mod.ts";
import { damageOf } from "./index_loader.ts";
import type { Repository } from "./repository.ts";

/** Packs of trees that are read at once. */
const PACKS_AT_ONCE = 4;

/** Who hears what a walk meets. All methods are quick. */
export interface TreeVisitor {
  /** Each tree once, in any order. */
  tree(id: BlobId, tree: Tree): void;
  /** Entries of a tree that cannot be read; the rest goes to `tree`. Without it, such a tree counts as damaged. */
  refused?(id: BlobId, entries: readonly RefusedNode[]): void;
  /** A tree that is missing (SG1028) or cannot be read; the walk goes on. Without it, that ends the walk. */
  damaged?(id: BlobId, error: SgError): void;
  /** A whole tree of a root was added to the work; how many trees are done and known. */
  progress?(done: number, known: number): void;
}

/** A set of entries of the blob table: one bit each. */
export class EntrySet {
  #bits: Uint8Array;

  constructor(entries: number) {
    this.#bits = new Uint8Array((entries >> 3) + 1);
  }

  /** True when it was not in the set before. */
  add(entry: number): boolean {
    const at = entry >> 3;
    if (at >= this.#bits.length) {
      const grown = new Uint8Array(at * 2);
      grown.set(this.#bits);
      this.#bits = grown;
    }
    const bit = 1 << (entry & 7);
    if (this.#bits[at]! & bit) return false;
    this.#bits[at]! |= bit;
    return true;
  }

  /** True when the entry is in the set. */
  has(entry: number): boolean {
    return (this.#bits[entry >> 3]! & 1 << (entry & 7)) !== 0;
  }
}

/**
 * Visits every tree that the roots lead to, each once. The order follows the packs: all trees wanted of a pack are read
 * while the pack is in memory, so that each pack is loaded about once, whatever the shape of the folders.
 */
export async function walkTrees(
  repository: Repository,
  roots: Iterable<BlobId>,
  visitor: TreeVisitor,
  signal?: AbortSignal,
): Promise<void> {
  const walk = new Walk(repository, visitor, signal);
  for (const root of roots) walk.want(root);
  await walk.run();
}

class Walk {
  readonly #repository: Repository;
  readonly #visitor: TreeVisitor;
  readonly #signal: AbortSignal | undefined;
  readonly #seen: EntrySet;
  /** Trees that no index lists, so that each is told of once. */
  readonly #missing = new Set<BlobId>();
  /** Entries to visit, by pack. */
  readonly #wanted = new Map<number, number[]>();
  #known = 0;
  #done = 0;
  #active = 0;
  #wake: (() => void)[] = [];
  #failure: { error: unknown } | undefined;

  constructor(repository: Repository, visitor: TreeVisitor, signal: AbortSignal | undefined) {
    this.#repository = repository;
    this.#visitor = visitor;
    this.#signal = signal;
    this.#seen = new EntrySet(repository.table.count);
  }

  /** Adds a tree to the work unless it was met before. */
  want(id: BlobId): void {
    const { table } = this.#repository;
    const entry = table.findHex("tree", id);
    if (entry < 0 || table.isPending(entry)) return this.#tellMissing(id);
    if (!this.#seen.add(entry)) return;
    this.#known++;
    const pack = table.packOf(entry);
    const list = this.#wanted.get(pack);
    if (list) list.push(entry);
    else this.#wanted.set(pack, [entry]);
  }

  async run(): Promise<void> {
    const width = Math.min(PACKS_AT_ONCE, this.#repository.storage.connections);
    await Promise.all(Array.from({ length: width }, () => this.#lane()));
    if (this.#failure) throw this.#failure.error;
    this.#signal?.throwIfAborted();
    // Prune removes what a walk did not meet: one that ends early must never pass for a whole one.
    if (this.#wanted.size > 0 || this.#done !== this.#known) {
      throw new SgError("SG1023", `Visited ${this.#done} of ${this.#known} trees`);
    }
  }

  async #lane(): Promise<void> {
    while (!this.#failure) {
      const next = this.#takePack();
      if (next !== undefined) {
        this.#active++;
        try {
          await this.#visitPack(next);
        } catch (error) {
          this.#failure ??= { error };
        } finally {
          this.#active--;
          for (const wake of this.#wake.splice(0)) wake();
        }
      } else if (this.#active === 0) return;
      else await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** The pack with the most trees waiting. */
  #takePack(): number | undefined {
    let best: number | undefined;
    let most = 0;
    for (const [pack, entries] of this.#wanted) {
      if (entries.length > most) [best, most] = [pack, entries.length];
    }
    return best;
  }

  async #visitPack(pack: number): Promise<void> {
    for (;;) {
      const entries = this.#wanted.get(pack);
      this.#wanted.delete(pack);
      if (!entries) return;
      entries.sort((a, b) => this.#repository.table.offsetOf(a) - this.#repository.table.offsetOf(b));
      for (const entry of entries) {
        this.#signal?.throwIfAborted();
        await this.#visit(entry);
      }
    }
  }

  async #visit(entry: number): Promise<void> {
    const id = this.#repository.table.idOf(entry);
    let tree: Tree;
    try {
      tree = await this.#repository.loadTree(id, this.#signal, { strict: !this.#visitor.refused });
    } catch (error) {
      const damage = damageOf(error);
      if (!damage || !this.#visitor.damaged) throw error;
      this.#done++;
      return this.#visitor.damaged(id, damage);
    }
    this.#done++;
    if (tree.refused) this.#visitor.refused!(id, tree.refused);
    this.#visitor.tree(id, tree);
    for (const { type, subtree } of tree.nodes) {
      if (type === "dir" && subtree !== undefined) this.want(subtree);
    }
    this.#visitor.progress?.(this.#done, this.#known);
  }

  #tellMissing(id: BlobId): void {
    if (this.#missing.has(id)) return;
    this.#missing.add(id);
    const error = new SgError("SG1028", `Cannot load tree blob ${id}: no index lists it`, {
      context: { blob: id },
    });
    if (!this.#visitor.damaged) throw error;
    this.#visitor.damaged(id, error);
  }
}
