// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, type Log, MIB, type Random } from "../base/mod.ts";
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
import {
  type LockOptions,
  Repository,
  type RepositoryLock,
  type RepositoryPorts,
} from "../repository/mod.ts";
import { type Storage, withCache } from "../storage/mod.ts";
import { Lanes, type SavePack } from "./lanes.ts";
import type { Compression, RunObserver, RunOptions } from "./orders.ts";

/** The ports of the engine: everything it asks of the world but storage. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly fs: FileSystem;
  readonly log: Log;
}

/** How to open or make a repository. */
export interface SessionOptions {
  readonly password: string;
  readonly signal: AbortSignal;
  /** Hears sentences worth a line, such as that a lock is waited for. */
  readonly note: (message: string) => void;
  /** The user's cache folder: resume journals and, with `cacheStorage`, metadata of the repository. None where left out. */
  readonly cacheFolder?: string;
  /** Keep indexes, snapshots and trees in the cache folder: worth it where the storage is far away. */
  readonly cacheStorage?: boolean;
  /** Take no lock. For reading from a place that allows none. */
  readonly noLock?: boolean;
  /** How long to wait for a locked repository, milliseconds; 0 where left out. */
  readonly retryLockMs?: number;
  /** `auto` where left out. */
  readonly compression?: Compression;
  /** Size at which a pack is closed, bytes; 16 MiB where left out. */
  readonly packBytesTarget?: number;
  /** Open and hash again what was sealed, before it counts as stored; true where left out. */
  readonly verify?: boolean;
  /** Worker threads of the data path; one per processor, at most 8, where left out. 0: all on this thread. */
  readonly threads?: number;
}

/** Threads beyond this number wait for each other at the main thread. */
const THREADS_MAX = 8;
/** Metadata of one repository in the cache folder. */
const CACHE_BYTES_MAX = 2048 * MIB;

/**
 * An open repository with what a run needs around it: ports, lanes, locks. One session serves one command, or one
 * run after the other; but one backup only, because the index remembers what that claimed, and the counts are its own.
 */
export class Session implements AsyncDisposable {
  readonly ports: Ports;
  readonly repository: Repository;
  readonly options: SessionOptions;
  #lanes: Lanes | undefined;
  #savePack: SavePack = (pack) => this.repository.savePack(pack);
  #indexLoaded = false;
  #backedUp = false;

  private constructor(ports: Ports, repository: Repository, options: SessionOptions) {
    this.ports = ports;
    this.repository = repository;
    this.options = options;
  }

  /** Makes a repository and opens it. SG1004 where there is one. */
  static async init(ports: Ports, storage: Storage, options: SessionOptions): Promise<Session> {
    return new Session(ports, await Repository.init(storage, repositoryPorts(ports), options), options);
  }

  /** Opens a repository. SG1002 none here, SG1001 wrong password, SG1007 unknown version, SG1005 damaged. */
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

  /**
   * Locks the repository for the length of a run; waits as long as the session's options say. Work under the lock
   * listens to the lock's signal, which the run's signal ends too. A run that shares the lock and yet `stores` something
   * says so: it needs the lock even where there is no room for it.
   */
  async lock(
    { exclusive, stores = false }: { readonly exclusive: boolean; readonly stores?: boolean },
    { signal, observer }: RunOptions,
  ): Promise<RunLock> {
    if (this.options.noLock && !exclusive) {
      return { signal, explain: (work) => work(), [Symbol.asyncDispose]: () => Promise.resolve() };
    }
    const order: LockOptions = {
      exclusive,
      readsOnly: !exclusive && !stores,
      signal,
      retryForMs: this.options.retryLockMs ?? 0,
      onWait: ({ username, hostname, pid }) =>
        observer.note(`The repository is locked by process ${pid} of ${username} on ${hostname}; waiting`),
    };
    return await this.repository.lock(order);
  }

  /** Says that a backup begins. SG1023 when it is not the session's first. */
  beginBackup(): void {
    if (this.#backedUp) {
      throw new SgError("SG1023", "Cannot back up: this session has backed up before; open another one");
    }
    this.#backedUp = true;
  }

  /**
   * Loads the index, once. Snapshots that a run works on must be listed before, so that all they name is known. With an
   * observer a damaged index file is told and left out: what the others list can still be read.
   */
  async loadIndex(signal: AbortSignal, observer?: RunObserver): Promise<void> {
    if (this.#indexLoaded) return;
    await this.repository.loadIndex({
      signal,
      ...(observer && {
        onDamage: (_, { message }) =>
          observer.note(`${message}. Going on without it; to mend it: sparegrid repair index`),
      }),
    });
    this.#indexLoaded = true;
  }

  /** The lanes, started at first use. From now on `savePack` says where sealed packs go: into the repository where left out. */
  lanes(savePack: SavePack = (pack) => this.repository.savePack(pack)): Lanes {
    const { repository, ports, options } = this;
    const threads = options.threads ?? Math.min(navigator.hardwareConcurrency, THREADS_MAX);
    const seed = {
      reader: repository.readerSeed(),
      table: repository.table.handle,
      writer: repository.writerSeed(),
      chunkerSecret: repository.secret("chunker"),
    };
    this.#savePack = savePack;
    return this.#lanes ??= new Lanes(seed, ports, (pack) => this.#savePack(pack), { threads });
  }

  /** Ends the threads and closes the storage. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#lanes?.[Symbol.dispose]();
    await this.repository.storage.close();
  }
}

/** A lock, or its stand-in where none is taken. */
export type RunLock = Pick<RepositoryLock, "signal" | "explain" | typeof Symbol.asyncDispose>;

function repositoryPorts({ clock, random, log }: Ports): RepositoryPorts {
  const { name, uid, gid } = currentUser();
  const owner = { hostname: hostName(), username: name, pid: processId(), uid, gid };
  return { clock, random, log, owner, processAlive };
}
