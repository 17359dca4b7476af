// Copyright the SpareGrid authors. Apache-2.0.
import { setImmediate } from "node:timers";
import type { Clock, Instant } from "../base/mod.ts";
import type { FileSystem, Stat } from "../platform/mod.ts";
import type { ExcludeRules } from "../source/mod.ts";
import { Estimator } from "./estimator.ts";
import { type FolderLook, FolderLooking } from "./folder_look.ts";
import { NodeMaker, type OwnerNames } from "./node_maker.ts";
import type { WalkedFolder } from "./source_walk.ts";

/** What was seen longer ago than this, milliseconds, is looked at again: a snapshot shows the present. */
const AGE_MS_MAX = 5_000;
/** Folders kept at most: some kilobyte each. */
const FOLDERS_MAX = 20_000;
/** Larger folders are left to the run: all of a folder is looked at in one go here. */
const ENTRIES_MAX = 50_000;
/** Milliseconds after which others get their turn. */
const BREATH_MS = 0.2;

/** A folder and what was in it. */
export interface SeenFolder {
  readonly stat: Stat;
  readonly look: FolderLook;
}

/** What to look at, and as whose run would. */
export interface LooksAheadParts {
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly owners: OwnerNames;
  /** Absolute. */
  readonly paths: readonly Uint8Array[];
  readonly rules: ExcludeRules;
  readonly withAtime: boolean;
}

/**
 * Looks at the folders of a source before there is a repository to compare them with: deriving a key and taking a lock are
 * mostly waiting, and looking is half the work of a backup of what has not changed.
 *
 * To a run it is as if it had begun at {@link since}: what it takes from here is what it would have found then, and what changes
 * afterwards is the next run's. Only folders that are as the parent snapshot has them are taken from here. Where there is none, what
 * was met is counted already.
 */
export class LooksAhead implements Disposable {
  /** When the looking began. */
  readonly since: Instant;
  readonly #clock: Clock;
  readonly #began: number;
  readonly #met: Estimator;
  readonly #seen = new Map<string, SeenFolder>();
  #looking = true;
  #keeping = true;

  /** Begins to look, in the breaks of the thread. Dispose of it to end that. */
  constructor({ fs, clock, owners, paths, rules, withAtime }: LooksAheadParts) {
    this.#clock = clock;
    this.since = clock.now();
    this.#began = clock.monotonicMs();
    const maker = new NodeMaker(owners, { withAtime });
    this.#met = new Estimator(fs, rules, paths, (folder, stat) => {
      if (this.#keeping) this.#keep(folder, stat, rules, maker);
    });
    setImmediate(() => this.#look());
  }

  /** True while what was seen may stand for the present. */
  get fresh(): boolean {
    return this.#clock.monotonicMs() - this.#began < AGE_MS_MAX;
  }

  /** Forgets the folders that were seen: from here on files are counted, and that is all. */
  onlyCount(): void {
    this.#keeping = false;
    this.#seen.clear();
  }

  /**
   * Ends the looking: from here on the run looks for itself. Gives the count of what was met, which whoever takes it may go on
   * with, and ends.
   */
  stop(): Estimator {
    this.#looking = this.#keeping = false;
    return this.#met;
  }

  /** The folder at `path` as it was seen, if it was; each is given out once. */
  take(path: Uint8Array): SeenFolder | undefined {
    if (!this.fresh) this.#seen.clear();
    const key = path.toHex();
    const seen = this.#seen.get(key);
    this.#seen.delete(key);
    return seen;
  }

  /** Ends the looking, and forgets what was seen. */
  [Symbol.dispose](): void {
    this.stop()[Symbol.dispose]();
    this.#seen.clear();
  }

  #look(): void {
    const end = this.#clock.monotonicMs() + BREATH_MS;
    while (this.#goesOn && this.#clock.monotonicMs() < end) this.#met.step();
    if (this.#goesOn) setImmediate(() => this.#look());
  }

  get #goesOn(): boolean {
    return this.#looking && !this.#met.done && this.fresh && this.#seen.size < FOLDERS_MAX;
  }

  #keep(folder: WalkedFolder, stat: Stat, rules: ExcludeRules, maker: NodeMaker): void {
    if (folder.listing.count > ENTRIES_MAX) return;
    const looking = new FolderLooking(folder, rules, maker);
    looking.step(ENTRIES_MAX);
    const look = looking.end();
    if (look) this.#seen.set(folder.path.toHex(), { stat, look });
  }
}
