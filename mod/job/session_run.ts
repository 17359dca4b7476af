// Copyright the SpareGrid authors. Apache-2.0.
import type { Repository, RepositoryLock } from "../repository/mod.ts";
import type { LanePool } from "./lane_pool.ts";
import type { Lanes, SavePack } from "./lanes.ts";
import type { RunObserver } from "./orders.ts";
import type { Ports, SessionOptions } from "./session_options.ts";

/** A lock, or its stand-in where none is taken. */
export type RunLock = Pick<RepositoryLock, "signal" | "explain" | typeof Symbol.asyncDispose>;

/** What a run gets from its session. */
export interface RunParts {
  readonly ports: Ports;
  readonly options: SessionOptions;
  readonly repository: Repository;
  readonly pool: LanePool;
  readonly lock: RunLock;
}

/**
 * One run in a session: its lock, its view of the repository with counts of its own, its lanes. Several may go on at a time.
 * It is disposed at the end, however that comes, and leaves the session fit for the next one.
 */
export class SessionRun implements AsyncDisposable {
  readonly ports: Ports;
  readonly options: SessionOptions;
  readonly repository: Repository;
  /** Ends with the lock (SG1018) and with the run's own signal. */
  readonly signal: AbortSignal;
  readonly #pool: LanePool;
  readonly #lock: RunLock;
  #lanes: Lanes | undefined;
  #indexLoaded = false;

  constructor({ ports, options, repository, pool, lock }: RunParts) {
    this.ports = ports;
    this.options = options;
    this.repository = repository;
    this.signal = lock.signal;
    this.#pool = pool;
    this.#lock = lock;
  }

  /** Does the run's work; see {@link RepositoryLock.explain}. */
  explain<T>(work: () => Promise<T>): Promise<T> {
    return this.#lock.explain(work);
  }

  /**
   * Loads of the index what no earlier run has loaded. Snapshots that the run works on must be listed before, so that all
   * they name is known. With an observer a damaged index file is told and left out: what the others list can still be read.
   */
  async loadIndex(observer?: RunObserver): Promise<void> {
    if (this.#indexLoaded) return;
    await this.repository.loadIndex({
      signal: this.signal,
      ...(observer && {
        onDamage: (_, { message }) =>
          observer.note(`${message}. Going on without it; to mend it: sparegrid repair index`),
      }),
    });
    this.#indexLoaded = true;
  }

  /** The lanes, whose threads start with their first work. `savePack` says where sealed packs go: into the repository where left out. */
  lanes(savePack: SavePack = (pack) => this.repository.savePack(pack)): Lanes {
    if (this.#lanes) this.#lanes.saveInto(savePack);
    return this.#lanes ??= this.#pool.take(this.repository, savePack);
  }

  /** Gives back lanes, lock and index. Never throws. */
  async [Symbol.asyncDispose](): Promise<void> {
    const quiet = !this.#lanes || this.#pool.giveBack(this.#lanes);
    try {
      await this.#lock[Symbol.asyncDispose]();
    } finally {
      this.repository.end({ abandoned: !quiet });
    }
  }
}
