// Copyright the SpareGrid authors. Apache-2.0.
import { MIB } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import {
  currentUser,
  type FileSystem,
  hostName,
  keepMemorySmall,
  processAlive,
  processId,
  raiseOpenFileLimit,
} from "../platform/mod.ts";
import { type LockOptions, type OpenedKey, Repository, type RepositoryPorts } from "../repository/mod.ts";
import { type Storage, withCache } from "../storage/mod.ts";
import { LanePool } from "./lane_pool.ts";
import type { RunOptions } from "./orders.ts";
import type { Ports, SessionOptions } from "./session_options.ts";
import { type RunLock, SessionRun } from "./session_run.ts";

/** Threads beyond this number wait for each other at the main thread. */
const THREADS_MAX = 8;
/** Metadata of one repository in the cache folder. */
const CACHE_BYTES_MAX = 2048 * MIB;

/** What a run wants of its session. */
export interface RunNeeds {
  /** Alone in the repository: forget, prune, repair. */
  readonly exclusive: boolean;
  /** The run shares the lock and yet stores something: it needs one even where there is no room for it. */
  readonly stores?: boolean;
  /** The run will use the index for sure: it is loaded while the lock settles. */
  readonly usesIndex?: boolean;
  /** The run will have work for the lanes for sure: their threads start while the lock settles. */
  readonly usesLanes?: boolean;
  /** Nothing of the index that was loaded before: for runs that judge the index files, or change what they list. */
  readonly freshIndex?: boolean;
}

/**
 * An open repository for any number of runs, one after the other or beside each other: deriving the key, loading the index and
 * starting threads are paid for once. Each run has a lock and counts of its own; before it uses the index, that is
 * brought up to what others have added and removed since.
 *
 * A run that failed or was stopped leaves the session fit for the next. What only an unfinished run knew is forgotten; at most
 * the index is loaded again.
 */
export class Session implements AsyncDisposable {
  readonly ports: Ports;
  /** For what needs no lock: its ID, its snapshots. */
  readonly repository: Repository;
  readonly options: SessionOptions;
  readonly #pool: LanePool;
  #ended = false;

  private constructor(ports: Ports, repository: Repository, options: SessionOptions) {
    this.ports = ports;
    this.repository = repository;
    this.options = options;
    const threads = options.threads ?? threadsFor(ports.fs);
    this.#pool = new LanePool(ports, threads);
  }

  /** Makes a repository and opens it. SG1004 where there is one. */
  static async init(
    ports: Ports,
    storage: Storage,
    options: SessionOptions & { readonly password: string },
  ): Promise<Session> {
    return new Session(ports, await Repository.init(storage, repositoryPorts(ports), options), options);
  }

  /** Opens a repository. SG1002 none here, SG1001 wrong password or key, SG1007 unknown version, SG1005 damaged. */
  static async open(ports: Ports, storage: Storage, options: SessionOptions): Promise<Session> {
    raiseOpenFileLimit();
    keepMemorySmall();
    const { cacheFolder, cacheStorage } = options;
    const { fs, clock, random } = ports;
    const decorate = (inner: Storage, repositoryId: string) =>
      cacheFolder === undefined || !cacheStorage ? inner : withCache(inner, {
        ...{ fs, clock, random, repositoryId },
        path: `${cacheFolder}/repositories`,
        maxBytes: CACHE_BYTES_MAX,
      });
    const repository = await Repository.open(storage, repositoryPorts(ports), { ...options, decorate });
    return new Session(ports, repository, options);
  }

  /** The key with which {@link Session.open} opens this repository at once, without a password. Never log it. */
  get key(): OpenedKey {
    return this.repository.key;
  }

  /**
   * Begins a run: proves that the repository is still there (SG1002 where the session must be opened anew), and locks the repository for its length; waits as long as the session's options say. Work under the lock
   * listens to the run's signal, which ends with the given one too. Runs that share the lock may go on beside each other;
   * two that store beside each other cost the memory of a second index.
   */
  async begin(
    needs: RunNeeds,
    { signal, observer }: Pick<RunOptions, "signal" | "observer">,
  ): Promise<SessionRun> {
    if (this.#ended) throw new SgError("SG1023", "Cannot begin a run: the session has ended");
    const { exclusive, stores = false, usesIndex = false, usesLanes = false, freshIndex = false } = needs;
    await this.repository.assertSame({ signal });
    const repository = this.repository.forRun({ fresh: freshIndex, writes: exclusive || stores });
    const parts = { ports: this.ports, options: this.options, repository, pool: this.#pool };
    if (this.options.noLock && !exclusive) {
      const lock: RunLock = {
        signal,
        explain: (work) => work(),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
      return new SessionRun({ ...parts, lock });
    }
    const order: LockOptions = {
      exclusive,
      readsOnly: !exclusive && !stores,
      signal,
      retryForMs: this.options.retryLockMs ?? 0,
      onWait: ({ username, hostname, pid }) =>
        observer.note(`The repository is locked by process ${pid} of ${username} on ${hostname}; waiting`),
    };
    const stop = new AbortController();
    let loaded: Promise<void> | undefined;
    // Not before: reading an index keeps this thread busy, and the lock would be stored only behind it.
    const onSettling = () => {
      if (usesIndex) loaded ??= this.#loadAhead(AbortSignal.any([signal, stop.signal]));
      if (usesLanes) this.#pool.startThreads();
    };
    try {
      const lock = await repository.lock({ ...order, onSettling });
      await loaded;
      return new SessionRun({ ...parts, lock });
    } finally {
      stop.abort();
    }
  }

  /**
   * Loads the index before the lock that it is to be used under has settled, which takes as long. It is kept for the
   * run, which looks under its lock whether it is still true, as with one that an earlier run left; until all is loaded no run
   * takes it. Never rejects: the run itself meets what fails here.
   */
  async #loadAhead(signal: AbortSignal): Promise<void> {
    if (this.repository.indexKept) return;
    const ahead = this.repository.forRun({ fresh: true, writes: false });
    try {
      await ahead.loadIndex({ signal, onDamage: () => {} });
    } catch {
      // It is not kept then.
    } finally {
      ahead.end();
    }
  }

  /**
   * Gives back threads, memory, descriptors and connections that no run uses: for a session that lies idle. A drive can be
   * taken away then. The next run starts and loads again what it needs; the key is kept.
   */
  rest(): void {
    this.#pool.rest();
    this.repository.rest();
  }

  /** Ends the threads and closes the storage. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    this.#pool[Symbol.dispose]();
    await this.repository.storage.close();
  }
}

/** Lanes get folders by their descriptors, so they have threads of their own only where any thread may use these. */
function threadsFor({ traits }: FileSystem): number {
  return traits.byDescriptor ? Math.min(navigator.hardwareConcurrency, THREADS_MAX) : 0;
}

function repositoryPorts({ clock, random, log }: Ports): RepositoryPorts {
  const { name, uid, gid } = currentUser();
  const owner = { hostname: hostName(), username: name, pid: processId(), uid, gid };
  return { clock, random, log, owner, processAlive };
}
