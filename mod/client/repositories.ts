// Copyright the SpareGrid authors. Apache-2.0.
import { nowMs } from "../base/mod.ts";
import type { Catalog, SetDestinationRow } from "../catalog/mod.ts";
import { isSgError, type SgCode, SgError } from "../errors/mod.ts";
import { type Ports, Session, type SessionOptions } from "../job/mod.ts";
import type { KdfCost, OpenedKey, Repository } from "../repository/mod.ts";
import type { Destinations } from "./destinations.ts";
import { notFound } from "./fields.ts";
import type { BackupSet } from "./records.ts";
import { SessionPool } from "./session_pool.ts";
import type { BackupSets } from "./sets.ts";

/** A set's repository at one of its destinations. */
export interface Place {
  readonly setId: string;
  readonly destinationId: string;
}

/** What opening repositories stands on. */
export interface RepositoryParts {
  readonly catalog: Catalog;
  readonly destinations: Destinations;
  readonly sets: BackupSets;
  readonly ports: Ports;
  /** Resume journals, and metadata of far repositories. */
  readonly cacheFolder?: string;
  /** Threads of the data path for each repository; see {@link SessionOptions}. */
  readonly threads?: number;
  /** Cost of a new repository's password; for tests. */
  readonly kdf?: KdfCost;
}

/** How to use a repository. */
export interface UseOptions {
  readonly signal: AbortSignal;
  /** Make the repository where there never was one. */
  readonly make?: boolean;
}

/** What a reader meets that does not know of a prune. */
const STALE: ReadonlySet<SgCode> = new Set<SgCode>(["SG1005", "SG1006", "SG1028"]);

/** Names a place. */
export function placeKey(setId: string, destinationId: string): string {
  return `${setId}/${destinationId}`;
}

/**
 * Opens the repositories of sets, for runs and for browsing, and keeps them open: the key is derived and the index loaded
 * once, not for each run.
 */
export class Repositories implements AsyncDisposable {
  readonly #parts: RepositoryParts;
  readonly #pool: SessionPool;
  /** Opened keys, so that a repository that is opened again need not derive its key again. Never logged. */
  readonly #keys = new Map<string, OpenedKey>();

  constructor(parts: RepositoryParts) {
    this.#parts = parts;
    this.#pool = new SessionPool(parts.ports.clock);
  }

  /**
   * Does work in a session of the set's repository. SG1036 for a set or destination that is gone; SG1002 where there is no
   * repository yet; SG0136 where there was one in a folder and it is not there now; and the failures of opening.
   */
  async use<T>(place: Place, options: UseOptions, work: (session: Session) => Promise<T>): Promise<T> {
    const { set, row } = await this.find(place);
    const shape = await this.#parts.destinations.shape(place.destinationId, row.repository);
    const order = {
      key: placeKey(place.setId, place.destinationId),
      // With other options, or another way to the destination, it is another session.
      shape: `${set.options.compression} ${shape}`,
      open: (signal: AbortSignal) => this.#open(place, { ...options, signal }),
    };
    const lent = this.#pool.lend(order);
    try {
      return await lent.use(options.signal, work);
    } catch (error) {
      // Before a run begins it sees whether its repository is still there; what was kept open may be of another drive.
      if (!lent.warm || !isSgError(error, "SG1002")) throw error;
      lent.spoil();
    } finally {
      await lent[Symbol.asyncDispose]();
    }
    await using again = this.#pool.lend(order);
    return await again.use(options.signal, work);
  }

  /**
   * Does work with the set's repository, its index loaded, for reading without a lock. What is stale, because somebody has
   * pruned since, is loaded again once. Failures as of {@link use}.
   */
  async read<T>(place: Place, signal: AbortSignal, work: (repository: Repository) => Promise<T>): Promise<T> {
    return await this.use(place, { signal }, async (session) => {
      try {
        return await readOnce(session, signal, work);
      } catch (error) {
        if (signal.aborted || !isSgError(error) || !STALE.has(error.code)) throw error;
      }
      session.rest();
      return await readOnce(session, signal, work);
    });
  }

  /** The set and its destination's row. SG1036. */
  async find({ setId, destinationId }: Place): Promise<{ set: BackupSet; row: SetDestinationRow }> {
    const set = await this.#parts.sets.get(setId);
    const rows = (await this.#parts.catalog.sets.get(setId))?.destinations;
    const row = rows?.find((each) => each.destinationId === destinationId);
    if (!row) throw notFound("destination of the set", destinationId);
    return { set, row };
  }

  async #open(place: Place, options: UseOptions): Promise<Session> {
    const { set, row } = await this.find(place);
    // The storage tries again and again; that a destination is away is to be known at once.
    await this.#parts.destinations.assertReachable(place.destinationId, options.signal);
    const session = await this.#openOrMake(set, row, options);
    this.#keys.set(placeKey(place.setId, place.destinationId), session.key);
    if (row.madeAt === null) {
      const now = nowMs(this.#parts.ports.clock);
      await this.#parts.catalog.sets.made(set.id, place.destinationId, now);
    }
    return session;
  }

  async #openOrMake(set: BackupSet, row: SetDestinationRow, options: UseOptions): Promise<Session> {
    try {
      return await this.#openThere(set, row, options.signal);
    } catch (error) {
      if (!isSgError(error, "SG1002")) throw error;
      if (row.madeAt !== null) throw await this.#goneAway(row, error);
      if (!options.make) throw error;
    }
    const { ports, kdf, sets } = this.#parts;
    const password = await sets.password(set.id);
    const session = {
      ...await this.#sessionOptions(set, row, options.signal),
      password,
      ...(kdf && { kdf }),
    };
    try {
      return await this.#withStorage(row, (storage) => Session.init(ports, storage, session));
    } catch (error) {
      // Somebody made it meanwhile.
      if (!isSgError(error, "SG1004")) throw error;
      return await this.#openThere(set, row, options.signal);
    }
  }

  /** Opens with the key of before, or else with the password. */
  async #openThere(set: BackupSet, row: SetDestinationRow, signal: AbortSignal): Promise<Session> {
    const { ports, sets } = this.#parts;
    const session = await this.#sessionOptions(set, row, signal);
    const name = placeKey(row.setId, row.destinationId);
    const key = this.#keys.get(name);
    if (key) {
      try {
        return await this.#withStorage(row, (storage) => Session.open(ports, storage, { ...session, key }));
      } catch (error) {
        // Another repository is there by now.
        if (!isSgError(error, "SG1001")) throw error;
        this.#keys.delete(name);
      }
    }
    const password = await sets.password(set.id);
    return await this.#withStorage(row, (storage) => Session.open(ports, storage, { ...session, password }));
  }

  async #withStorage(
    { destinationId, repository }: SetDestinationRow,
    open: (storage: Awaited<ReturnType<Destinations["open"]>>) => Promise<Session>,
  ): Promise<Session> {
    const storage = await this.#parts.destinations.open(destinationId, repository);
    try {
      return await open(storage);
    } catch (error) {
      await storage.close();
      throw error;
    }
  }

  async #sessionOptions(
    set: BackupSet,
    { destinationId }: SetDestinationRow,
    signal: AbortSignal,
  ): Promise<SessionOptions> {
    const { destinations, cacheFolder, threads, ports } = this.#parts;
    const { kind } = await destinations.get(destinationId);
    return {
      ...{ signal, compression: set.options.compression },
      note: (message) => ports.log.write("info", message, { set: set.name }),
      ...(cacheFolder === undefined ? {} : { cacheFolder, cacheStorage: kind !== "folder" }),
      ...(threads === undefined ? {} : { threads }),
    };
  }

  /** A repository that was seen before is not there: at a folder the drive is away, and nothing must be begun anew. */
  async #goneAway({ destinationId }: SetDestinationRow, cause: SgError): Promise<SgError> {
    const { kind, place } = await this.#parts.destinations.get(destinationId);
    if (kind !== "folder") return cause;
    return new SgError(
      "SG0136",
      `Cannot find the repository that was in ${place}: another drive may be there`,
      {
        cause,
        remedy:
          "Plug in or mount the drive that holds the backups; the run starts by itself when it is back.",
      },
    );
  }

  /** Closes all; what is in use fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#keys.clear();
    await this.#pool[Symbol.asyncDispose]();
  }
}

async function readOnce<T>(
  session: Session,
  signal: AbortSignal,
  work: (repository: Repository) => Promise<T>,
): Promise<T> {
  const repository = session.repository.forRun({ fresh: false, writes: false });
  try {
    await repository.loadIndex({ signal });
    return await work(repository);
  } finally {
    repository.end();
  }
}
