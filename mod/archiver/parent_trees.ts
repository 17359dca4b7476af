// Copyright the SpareGrid authors. Apache-2.0.
import type { BlobId } from "../base/mod.ts";
import type { Tree } from "../format/mod.ts";
import type { ArchiverNeeds } from "./needs.ts";

/** Trees asked for before they are needed. */
const AHEAD_MAX = 24;

/** Loads trees of the parent snapshot a little ahead of the walk. */
export class ParentTrees {
  readonly #load: ArchiverNeeds["loadTree"];
  readonly #signal: AbortSignal;
  readonly #ahead = new Map<BlobId, Promise<Tree>>();

  constructor(load: ArchiverNeeds["loadTree"], signal: AbortSignal) {
    this.#load = load;
    this.#signal = signal;
  }

  /** True while more may be asked for. */
  get roomy(): boolean {
    return this.#ahead.size < AHEAD_MAX;
  }

  /** Begins to load a tree that will be taken soon. */
  expect(id: BlobId): void {
    if (this.#ahead.has(id)) return;
    const tree = this.#load(id, this.#signal);
    tree.catch(() => {}); // met when it is taken; a tree that never is may fail unseen
    this.#ahead.set(id, tree);
  }

  /** Forgets a tree that will not be taken after all. */
  drop(id: BlobId): void {
    this.#ahead.delete(id);
  }

  /** The tree. @throws what loading throws. */
  take(id: BlobId): Promise<Tree> {
    const tree = this.#ahead.get(id) ?? this.#load(id, this.#signal);
    this.#ahead.delete(id);
    return tree;
  }
}
