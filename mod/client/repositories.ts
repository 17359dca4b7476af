// Copyright the SpareGrid authors. Apache-2.0.
import type { Catalog, SetDestinationRow } from "../catalog/mod.ts";
import { isSgError, type SgCode, SgError } from "../errors/mod.ts";
import { type Ports, Session, type SessionOptions } from "../job/mod.ts";
import type { KdfCost, Repository } from "../repository/mod.ts";
import type { Destinations } from "./destinations.ts";
import { notFound } from "./fields.ts";
import type { BackupSet } from "./records.ts";
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
  /** Hears sentences worth a line. */
  readonly note?: (message: string) => void;
}

/** How a repository is opened or made. */
type Opening = SessionOptions & { readonly password: string };
/** Repositories kept open for reading: each holds its index in memory. */
const READERS_MAX = 4;
/** What a reader meets that does not know of a prune. */
const STALE: ReadonlySet<SgCode> = new Set<SgCode>(["SG1005", "SG1006", "SG1028"]);
/** Answers to the question, not failures of the reader. */
const PASSED_UP: ReadonlySet<SgCode> = new Set<SgCode>(["SG1010", "SG1011", "SG1036", "SG1040"]);

/** A repository that is open for reading. */
interface Reader {
  readonly opening: Promise<Session>;
  users: number;
}

/** Names a place. */
export function placeKey(setId: string, destinationId: string): string {
  return `${setId}/${destinationId}`;
}

/** Opens the repositories of sets, for runs and for browsing. */
export class Repositories implements AsyncDisposable {
  readonly #parts: RepositoryParts;
  readonly #stop = new AbortController();
  readonly #readers = new Map<string, Reader>();

  constructor(parts: RepositoryParts) {
    this.#parts = parts;
  }

  /**
   * Does work in a session of the set's repository. SG1036 for a set or destination that is gone; SG1002 where there is no
   * repository yet; SG0136 where there was one in a folder and it is not there now; and the failures of opening.
   */
  async use<T>(place: Place, options: UseOptions, work: (session: Session) => Promise<T>): Promise<T> {
    await using session = await this.#open(place, options);
    return await work(session);
  }

  /**
   * Does work with the set's repository, its index loaded, for reading without a lock; it is kept open for the next one. What
   * is stale, because somebody has pruned since, is opened again once. Failures as of {@link use}.
   */
  async read<T>(place: Place, signal: AbortSignal, work: (repository: Repository) => Promise<T>): Promise<T> {
    const key = placeKey(place.setId, place.destinationId);
    const kept = this.#readers.has(key);
    try {
      return await this.#withReader(place, key, signal, work);
    } catch (error) {
      if (isSgError(error) && PASSED_UP.has(error.code)) throw error;
      await this.#dropReader(key);
      if (!kept || signal.aborted || !isSgError(error) || !STALE.has(error.code)) throw error;
    }
    return await this.#withReader(place, key, signal, work);
  }

  /** The set and its destination's row. SG1036. */
  async find({ setId, destinationId }: Place): Promise<{ set: BackupSet; row: SetDestinationRow }> {
    const set = await this.#parts.sets.get(setId);
    const rows = (await this.#parts.catalog.sets.get(setId))?.destinations;
    const row = rows?.find((each) => each.destinationId === destinationId);
    if (!row) throw notFound("destination of the set", destinationId);
    return { set, row };
  }

  async #withReader<T>(
    place: Place,
    key: string,
    signal: AbortSignal,
    work: (repository: Repository) => Promise<T>,
  ): Promise<T> {
    let reader = this.#readers.get(key);
    // The latest used stands last.
    this.#readers.delete(key);
    reader ??= { opening: this.#openReader(place), users: 0 };
    this.#readers.set(key, reader);
    reader.users++;
    try {
      const { repository } = await untilAborted(reader.opening, signal);
      return await work(repository);
    } finally {
      reader.users--;
      await this.#trimReaders();
    }
  }

  /** Opened for many: it does not end with the one who asked first. */
  async #openReader(place: Place): Promise<Session> {
    const { signal } = this.#stop;
    const session = await this.#open(place, { signal });
    try {
      await session.loadIndex(signal);
      return session;
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #trimReaders(): Promise<void> {
    for (const [key, { users }] of this.#readers) {
      if (this.#readers.size <= READERS_MAX) return;
      if (users === 0) await this.#dropReader(key);
    }
  }

  async #dropReader(key: string): Promise<void> {
    const reader = this.#readers.get(key);
    this.#readers.delete(key);
    try {
      await (await reader?.opening)?.[Symbol.asyncDispose]();
    } catch {
      // It never opened: there is nothing to close.
    }
  }

  async #open(place: Place, options: UseOptions): Promise<Session> {
    const { catalog, ports } = this.#parts;
    const { set, row } = await this.find(place);
    const session = await this.#sessionOptions(set, place, options);
    // The storage tries again and again; that a destination is away is to be known at once.
    await this.#parts.destinations.assertReachable(place.destinationId, options.signal);
    try {
      const opened = await this.#withStorage(row, (storage) => Session.open(ports, storage, session));
      if (row.madeAt === null) await this.#noteMade(place);
      return opened;
    } catch (error) {
      if (!isSgError(error, "SG1002")) throw error;
      if (row.madeAt !== null) throw await this.#goneAway(row, error);
      if (!options.make) throw error;
    }
    const made = await this.#make(row, session);
    await catalog.sets.made(set.id, place.destinationId, this.#now());
    return made;
  }

  /** Makes the repository, or opens the one that somebody made meanwhile. */
  async #make(row: SetDestinationRow, session: Opening): Promise<Session> {
    const { ports, kdf } = this.#parts;
    try {
      const options = { ...session, ...(kdf && { kdf }) };
      return await this.#withStorage(row, (storage) => Session.init(ports, storage, options));
    } catch (error) {
      if (!isSgError(error, "SG1004")) throw error;
      return await this.#withStorage(row, (storage) => Session.open(ports, storage, session));
    }
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
    { destinationId }: Place,
    { signal, note = () => {} }: UseOptions,
  ): Promise<Opening> {
    const { sets, destinations, cacheFolder, threads } = this.#parts;
    const { kind } = await destinations.get(destinationId);
    return {
      ...{ signal, note, password: await sets.password(set.id), compression: set.options.compression },
      ...(cacheFolder === undefined ? {} : { cacheFolder, cacheStorage: kind !== "folder" }),
      ...(threads === undefined ? {} : { threads }),
    };
  }

  async #noteMade({ setId, destinationId }: Place): Promise<void> {
    await this.#parts.catalog.sets.made(setId, destinationId, this.#now());
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

  #now(): number {
    return Number(this.#parts.ports.clock.now() / 1_000_000n);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#readers.keys()].map((key) => this.#dropReader(key)));
  }
}

/** The promise's value, unless the signal aborts before. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
