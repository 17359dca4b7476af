// Copyright the SpareGrid authors. Apache-2.0.
import type { BlobId } from "../base/mod.ts";
import type { Node } from "../format/mod.ts";
import { EntrySet, type Repository } from "../repository/mod.ts";
import type { PatternSet, PatternState } from "../source/mod.ts";

/** Pattern states for which trees without a match are remembered; names alone have one or two. */
const STATES_MAX = 64;

/** A folder on the way down. */
interface Level {
  readonly state: PatternState;
  /** Undefined where nothing is to be remembered. */
  readonly barren: EntrySet | undefined;
  readonly entry: number;
  found: boolean;
}

/**
 * Judges the entries of one walk after the other by patterns, and remembers the trees that held no match: snapshots share
 * most of their trees, and each is looked into once. What a tree holds for a pattern depends on how far the pattern has
 * got above it, so it is remembered by both.
 */
export class Finder {
  readonly #repository: Repository;
  readonly #patterns: PatternSet;
  readonly #wanted: (node: Node) => boolean;
  readonly #levels: Level[] = [];
  readonly #barren = new Map<string, EntrySet>();

  /** `wanted` says what an entry must fulfil besides the patterns; always the same for the same entry. */
  constructor(repository: Repository, patterns: PatternSet, wanted: (node: Node) => boolean) {
    this.#repository = repository;
    this.#patterns = patterns;
    this.#wanted = wanted;
  }

  /** Begins a walk; false where the tree is known to hold no match. */
  begin(root: BlobId): boolean {
    this.#levels.length = 0;
    return this.#enter(this.#patterns.start, root);
  }

  /** Ends a walk that came to its end. */
  readonly end = (): void => {
    const { barren, entry, found } = this.#levels.pop()!;
    if (!found && entry >= 0) barren?.add(entry);
  };

  /** Goes into a folder of the present one; false where it is known to hold no match. */
  readonly enter = ({ name, subtree }: Node): boolean => {
    const state = this.#patterns.descend(this.#levels.at(-1)!.state, name);
    return this.#enter(state, subtree);
  };

  /** True when an entry of the present folder fits. */
  fits(node: Node): boolean {
    const { state } = this.#levels.at(-1)!;
    if (!this.#wanted(node)) return false;
    if (this.#patterns.judge(state, node.name, node.type === "dir") !== "in") return false;
    this.keep();
    return true;
  }

  /** Says that the folders down to the present one must be looked into again. */
  keep(): void {
    for (let i = this.#levels.length - 1; i >= 0 && !this.#levels[i]!.found; i--) {
      this.#levels[i]!.found = true;
    }
  }

  #enter(state: PatternState, tree: BlobId | undefined): boolean {
    const entry = tree === undefined ? -1 : this.#repository.table.findHex("tree", tree);
    const barren = this.#barrenFor(state);
    if (entry >= 0 && barren?.has(entry)) return false;
    this.#levels.push({ state, barren, entry, found: false });
    return true;
  }

  #barrenFor(state: PatternState): EntrySet | undefined {
    const key = JSON.stringify(state);
    let set = this.#barren.get(key);
    if (!set && this.#barren.size < STATES_MAX) {
      this.#barren.set(key, set = new EntrySet(this.#repository.table.count));
    }
    return set;
  }
}
