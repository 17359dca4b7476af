// Copyright the SpareGrid authors. Apache-2.0.
import { setImmediate } from "node:timers";
import type { Clock, Instant } from "../base/mod.ts";
import type { FileSystem, Stat } from "../platform/mod.ts";
import type { ExcludeRules } from "../source/mod.ts";
import { type FolderLook, lookAtFolder } from "./folder_look.ts";
import { NodeMaker, type OwnerNames } from "./node_maker.ts";
import { SourceWalk, type WalkedFolder } from "./source_walk.ts";

/** What was seen longer ago than this, milliseconds, is looked at again: a snapshot shows the present. */
const AGE_MS_MAX = 5_000;
/** Folders kept at most: some kilobyte each. */
const FOLDERS_MAX = 20_000;
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
 * afterwards is the next run's. Only folders that are as the parent snapshot has them are taken from here.
 */
export class LooksAhead implements Disposable {
  /** When the looking began. */
  readonly since: Instant;
  readonly #clock: Clock;
  readonly #began: number;
  readonly #walk: SourceWalk;
  readonly #seen = new Map<string, SeenFolder>();

  /** Begins to look, in the breaks of the thread. Dispose of it to end that. */
  constructor({ fs, clock, owners, paths, rules, withAtime }: LooksAheadParts) {
    this.#clock = clock;
    this.since = clock.now();
    this.#began = clock.monotonicMs();
    const maker = new NodeMaker(owners, { withAtime });
    this.#walk = new SourceWalk(fs, rules, paths, {
      folder: (folder, stat) => this.#keep(folder, stat, rules, maker),
    });
    setImmediate(() => this.#look());
  }

  /** True while what was seen may stand for the present. */
  get fresh(): boolean {
    return this.#clock.monotonicMs() - this.#began < AGE_MS_MAX;
  }

  /** Ends the looking: from here on the run looks for itself. */
  stop(): void {
    this.#walk[Symbol.dispose]();
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
    this.stop();
    this.#seen.clear();
  }

  #look(): void {
    const end = this.#clock.monotonicMs() + BREATH_MS;
    while (!this.#walk.done && this.#clock.monotonicMs() < end) this.#walk.step();
    if (!this.fresh) this[Symbol.dispose]();
    if (this.#seen.size >= FOLDERS_MAX) this.stop();
    if (!this.#walk.done) setImmediate(() => this.#look());
  }

  #keep(folder: WalkedFolder, stat: Stat, rules: ExcludeRules, maker: NodeMaker): void {
    const look = lookAtFolder(folder, rules, maker);
    if (look) this.#seen.set(folder.path.toHex(), { stat, look });
  }
}
