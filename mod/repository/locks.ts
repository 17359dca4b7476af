// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, type Instant, type LockId, type Log } from "../base/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import { decodeLock, encodeLock, type Lock } from "../format/mod.ts";
import type { Storage, StorageCall, StoredFile } from "../storage/mod.ts";
import { damageOf } from "./index_loader.ts";
import { listFiles, type RepositoryFiles } from "./repository_files.ts";

const MINUTE_MS = 60_000;
/** A lock this old has no living holder. */
const STALE_MS = 30 * MINUTE_MS;
/** A living holder writes its lock anew this often. */
const REFRESH_MS = 5 * MINUTE_MS;
/** Work stops when the lock is this old: some time before others may take it for stale. */
const LOST_MS = 22.5 * MINUTE_MS;
/** How often the age is looked at; a suspended machine must notice soon after waking. */
const POLL_MS = 15_000;
/** After a failed refresh the next try comes this much later. */
const RETRY_REFRESH_MS = MINUTE_MS;
/** Time for a lock that was written at the same moment to come into sight. */
const SETTLE_MS = 200;
/** Waits between tries for a lock that another holds: doubled each time. */
const WAIT_MS_MIN = 5_000;
const WAIT_MS_MAX = 60_000;
/** A lock file that cannot be read may be in the middle of something: tries, and the wait between them. */
const READ_ATTEMPTS = 3;
const READ_WAIT_MS = 1_000;

/** How long giving back waits for what is on its way to a destination. */
const GRACE_MS = 500;

/** Who holds a lock of this process. */
export type LockOwner = Pick<Lock, "hostname" | "username" | "pid" | "uid" | "gid">;

/** The ports that locks need. */
export interface LockPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: LockOwner;
  /** True while a process with this number runs on this machine. */
  readonly processAlive: (pid: number) => boolean;
}

/** How to lock. */
export interface LockOptions {
  /** Alone: nobody else may hold any lock. Backup, restore and check share; forget, prune and repair do not. */
  readonly exclusive?: boolean;
  /** The run stores nothing: on a destination without room for a lock it goes on without one. */
  readonly readsOnly?: boolean;
  /** Ends the waiting, and aborts the lock's own signal. */
  readonly signal?: AbortSignal;
  /** How long to wait for others, milliseconds; 0 fails at once. */
  readonly retryForMs?: number;
  /** Called once when the waiting begins, with the lock that stands in the way. */
  readonly onWait?: (holder: Lock) => void;
  /** Called when the lock's file is stored and only time must pass: for work that needs no lock. */
  readonly onSettling?: () => void;
}

/** A lock with its name, as a list shows it. */
export interface NamedLock {
  readonly id: LockId;
  readonly lock: Lock;
}

/** A lock file that was stored, and when its content was made. */
interface WrittenLock {
  readonly id: LockId;
  readonly at: Instant;
  readonly atMs: number;
}

/** The conflict that a lock met; carries the lock in the way. */
class Conflict extends Error {
  constructor(readonly other: Lock) {
    super("locked");
  }
}

/**
 * A lock held in the repository, kept fresh until it is disposed. Work under it listens to `signal`: it aborts with
 * SG1018 when the lock could not be kept, or with the reason of the signal that it was asked with.
 */
export class RepositoryLock implements AsyncDisposable {
  readonly #files: RepositoryFiles;
  readonly #ports: LockPorts;
  readonly #lost = new AbortController();
  readonly #stop = new AbortController();
  readonly #exclusive: boolean;
  readonly #readsOnly: boolean;
  readonly signal: AbortSignal;
  #id: LockId | undefined;
  #refreshedAt: Instant;
  #refreshedMs: number;
  #keeping: Promise<void> | undefined;
  #renewing: Promise<void> | undefined;
  readonly #underWay = new Set<Promise<unknown>>();

  private constructor(files: RepositoryFiles, ports: LockPorts, options: LockOptions) {
    this.#files = files;
    this.#ports = ports;
    this.#exclusive = options.exclusive ?? false;
    this.#readsOnly = options.readsOnly ?? false;
    this.signal = options.signal ? AbortSignal.any([options.signal, this.#lost.signal]) : this.#lost.signal;
    this.#refreshedAt = ports.clock.now();
    this.#refreshedMs = ports.clock.monotonicMs();
  }

  /** The lock file's name; undefined where the destination takes none and reading goes on without a lock. */
  get id(): LockId | undefined {
    return this.#id;
  }

  /**
   * Locks. SG1003 when others hold it, SG1014 when an exclusive lock cannot be written. `before` is the caller's lock of
   * before, should that have been lost.
   */
  static async acquire(
    files: RepositoryFiles,
    ports: LockPorts,
    options: LockOptions = {},
    before?: RepositoryLock,
  ): Promise<RepositoryLock> {
    if (before) await before.#removeIfLost();
    const { clock } = ports;
    const { retryForMs = 0, signal } = options;
    const end = clock.monotonicMs() + retryForMs;
    for (let wait = WAIT_MS_MIN, told = false;; wait = Math.min(2 * wait, WAIT_MS_MAX)) {
      const lock = new RepositoryLock(files, ports, options);
      try {
        await lock.#take(options);
        return lock;
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
        const left = end - clock.monotonicMs();
        if (left <= 0) throw lockedBy(files.storage, error.other);
        if (!told) options.onWait?.(error.other);
        told = true;
        await clock.sleep(Math.min(wait, left), signal);
      }
    }
  }

  /**
   * Proves that nobody has taken the lock for stale up to now, whatever the clocks say: whoever does so removes its file
   * before they begin. SG1018 when it is gone. To be asked before and after whatever must not happen beside others' work: a
   * process may be stopped anywhere, for hours, and {@link signal} tells of it only some time after it goes on.
   */
  async assertHeld(): Promise<void> {
    for (let id = this.#id; id !== undefined && !this.#stop.signal.aborted; id = this.#id) {
      if (this.#lost.signal.aborted) throw this.#lost.signal.reason;
      try {
        await this.#find(id);
        return;
      } catch (error) {
        // It may just have been written anew, under another name.
        if (id !== this.#id) continue;
        // Where the storage does not answer, the clock must do.
        if (!isSgError(error, "SG1006") && this.#ageMs() < LOST_MS) return;
        this.#lose(error);
      }
    }
  }

  /**
   * Does the work of a run. What it fails with because somebody else has come in and changed things (a file that is gone, a
   * blob that no index lists) is told as what it is, SG1018, and not as damage.
   */
  async explain<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (damageOf(error) || isSgError(error, "SG1028")) await this.assertHeld();
      throw error;
    }
  }

  /**
   * Makes one call that changes what others rely on, only while the lock is young; `guard` goes with the call (see
   * StorageCall). Was the machine asleep until the call was about to take effect, it is made again, if the lock turns out
   * to be ours still. SG1018 when it is not.
   */
  async guarded<T>(call: (guard: () => void) => Promise<T>): Promise<T> {
    const old = new SgError("SG1018", `The lock in ${this.#files.storage.location} has become old`);
    const guard = () => {
      if (this.#lost.signal.aborted || this.#ageMs() >= LOST_MS) throw old;
    };
    for (;;) {
      await this.#assertYoung();
      try {
        return await call(guard);
      } catch (error) {
        if (error !== old) throw error;
      }
    }
  }

  async #assertYoung(): Promise<void> {
    while (this.#id !== undefined && !this.#stop.signal.aborted) {
      if (this.#lost.signal.aborted) throw this.#lost.signal.reason;
      if (this.#ageMs() < LOST_MS) return;
      await this.#renew().catch((error) => this.#lose(error));
    }
  }

  /**
   * Does work that stores what others will rely on: the lock is not given back before it has ended. What was sent and
   * not answered may arrive late, when somebody else is alone in the repository.
   */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const running = work();
    this.#underWay.add(running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(running);
    }
  }

  /**
   * Gives the lock back. Never throws: a lock that stays behind becomes stale. It stays behind when a destination does not
   * answer; once it is lost, what has to be put right because of that is waited for.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#awaitUnderWay();
    this.#stop.abort();
    await this.#keeping;
    if (this.#underWay.size === 0) await this.#removeOwn();
    else this.#ports.log.write("warning", "The lock stays for half an hour: the destination does not answer");
  }

  async #awaitUnderWay(): Promise<void> {
    const grace = new AbortController();
    const { clock } = this.#ports;
    const waited = async () => {
      await clock.sleep(GRACE_MS, grace.signal).catch(() => {});
      if (!this.#lost.signal.aborted) return;
      while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    };
    await Promise.race([Promise.allSettled(this.#underWay), waited()]);
    grace.abort();
  }

  async #take({ signal, onSettling }: LockOptions): Promise<void> {
    await this.#assertFree(signal);
    try {
      this.#adopt(await this.#write(signal));
    } catch (error) {
      if (this.#exclusive || !this.#mayDoWithout(error)) throw error;
      this.#ports.log.write("info", "The destination takes no lock: reading goes on without one");
      return;
    }
    try {
      const settled = this.#ports.clock.sleep(SETTLE_MS, signal);
      onSettling?.();
      await settled;
      await this.#assertFree(signal);
    } catch (error) {
      await this.#removeOwn();
      throw error;
    }
    this.#keeping = this.#keep();
  }

  /** A backup must not: once there is room again, it would store what a prune does not know of. */
  #mayDoWithout(error: unknown): boolean {
    if (isSgError(error, "SG1014")) return true;
    return this.#readsOnly && (isSgError(error, "SG0200") || isSgError(error, "SG0178"));
  }

  async #write(signal?: AbortSignal): Promise<WrittenLock> {
    const { owner, clock } = this.#ports;
    const at = clock.now();
    const atMs = clock.monotonicMs();
    const json = encodeLock({ time: at, exclusive: this.#exclusive, ...owner });
    return { id: await this.#files.save("locks", json, signal ? { signal } : {}) as LockId, at, atMs };
  }

  #adopt({ id, at, atMs }: WrittenLock): void {
    this.#id = id;
    this.#refreshedAt = at;
    this.#refreshedMs = atMs;
  }

  async #removeOwn(): Promise<void> {
    const id = this.#id;
    this.#id = undefined;
    if (id !== undefined) await removeQuietly(this.#files.storage, id, this.#ports.log);
  }

  /** Drops stale locks; throws a Conflict when a living one stands in the way. */
  async #assertFree(signal: AbortSignal | undefined): Promise<void> {
    const call = signal ? { signal } : {};
    const files = await listFiles(this.#files.storage, "locks", call);
    for (const file of files) {
      if (file.name === this.#id) continue;
      const lock = await this.#read(file, call);
      if (!lock) continue;
      if (isStale(lock, this.#ports)) await removeQuietly(this.#files.storage, file.name, this.#ports.log);
      else if (this.#exclusive || lock.exclusive) throw new Conflict(lock);
    }
  }

  /** Undefined when the lock has gone meanwhile. One that cannot be read may be anything, so it counts as held. */
  async #read(file: StoredFile, call: StorageCall): Promise<Lock | undefined> {
    for (let attempt = 1;; attempt++) {
      try {
        return await readLock(this.#files, file, call);
      } catch (error) {
        if (isSgError(error, "SG1006")) return undefined;
        if (!isSgError(error, "SG1005")) throw error;
        if (attempt === READ_ATTEMPTS) {
          throw new SgError("SG1003", `Cannot lock ${this.#files.storage.location}: ${error.message}`, {
            cause: error,
            remedy: "Make sure that nothing else uses the repository, then: sparegrid unlock --remove-all",
          });
        }
      }
      await this.#ports.clock.sleep(READ_WAIT_MS, call.signal);
    }
  }

  /** Age of the lock. The larger of both clocks: the one stops while a machine sleeps, the other can be set back. */
  #ageMs(): number {
    const { clock } = this.#ports;
    const byDay = Number((clock.now() - this.#refreshedAt) / 1_000_000n);
    return Math.max(byDay, clock.monotonicMs() - this.#refreshedMs);
  }

  async #keep(): Promise<void> {
    const { clock, log } = this.#ports;
    const stop = AbortSignal.any([this.#stop.signal, this.signal]);
    for (let dueMs = REFRESH_MS; !stop.aborted;) {
      try {
        await clock.sleep(POLL_MS, stop);
      } catch {
        return;
      }
      const age = this.#ageMs();
      if (age < dueMs) continue;
      try {
        await this.#renew();
        dueMs = REFRESH_MS;
      } catch (error) {
        if (isSgError(error, "SG1006") || this.#ageMs() >= LOST_MS) return this.#lose(error);
        dueMs = this.#ageMs() + RETRY_REFRESH_MS;
        log.write(
          "warning",
          `The lock in ${this.#files.storage.location} could not be refreshed: ${text(error)}`,
        );
      }
    }
  }

  /** As {@link #refresh}; whoever asks meanwhile waits for the same. */
  #renew(): Promise<void> {
    return this.#renewing ??= this.#refresh().finally(() => this.#renewing = undefined);
  }

  /**
   * Writes the lock anew. It lives on only if the old one is still there behind that: whoever took it for stale has removed
   * it before they looked a second time, and so either they see the new one or we miss the old one.
   */
  async #refresh(): Promise<void> {
    const old = this.#id!;
    const { storage } = this.#files;
    const stale = this.#ageMs() >= LOST_MS;
    if (stale) await this.#find(old);
    const fresh = await this.#write();
    try {
      if (stale) await this.#ports.clock.sleep(SETTLE_MS);
      await this.#find(old);
    } catch (error) {
      await removeQuietly(storage, fresh.id, this.#ports.log);
      throw error;
    }
    this.#adopt(fresh);
    await removeQuietly(storage, old, this.#ports.log);
  }

  /** Removes the file of a lock that was lost, should it be there after all: it would keep its owner out until it is stale. */
  async #removeIfLost(): Promise<void> {
    if (this.#lost.signal.aborted && this.#id) {
      await removeQuietly(this.#files.storage, this.#id, this.#ports.log);
    }
  }

  /** SG1006 when the lock's file is gone. Looks twice: the first answer may be about another name, spoilt on its way. */
  async #find(id: LockId): Promise<void> {
    const look = () => this.#files.storage.stat({ type: "locks", name: id });
    await look().catch((error) => {
      if (isSgError(error, "SG1006")) return look();
      throw error;
    });
  }

  #lose(cause: unknown): void {
    const message = `The lock in ${this.#files.storage.location} was lost: ${text(cause)}`;
    this.#lost.abort(new SgError("SG1018", message, { cause }));
  }
}

/** All locks that can be read. */
export async function listLocks(files: RepositoryFiles, call: StorageCall = {}): Promise<NamedLock[]> {
  const found: NamedLock[] = [];
  for (const file of await listFiles(files.storage, "locks", call)) {
    try {
      found.push({ id: file.name as LockId, lock: await readLock(files, file, call) });
    } catch (error) {
      if (!isSgError(error, "SG1005") && !isSgError(error, "SG1006")) throw error;
    }
  }
  return found;
}

/** Removes stale locks, or all of them, whoever holds them. Gives how many were removed. */
export async function unlock(
  files: RepositoryFiles,
  ports: Pick<LockPorts, "clock" | "owner" | "processAlive">,
  options: StorageCall & { readonly removeAll?: boolean } = {},
): Promise<number> {
  const { removeAll, ...call } = options;
  const names = removeAll
    ? (await listFiles(files.storage, "locks", call)).map(({ name }) => name)
    : (await listLocks(files, call)).filter(({ lock }) => isStale(lock, ports)).map(({ id }) => id);
  let removed = 0;
  for (const name of names) {
    try {
      await files.storage.remove({ type: "locks", name }, call);
      removed++;
    } catch (error) {
      if (!isSgError(error, "SG1006")) throw error;
    }
  }
  return removed;
}

async function readLock(files: RepositoryFiles, file: StoredFile, call: StorageCall): Promise<Lock> {
  return decodeLock(await files.load("locks", file, call), `locks/${file.name}`);
}

function isStale(
  lock: Lock,
  { clock, owner, processAlive }: Pick<LockPorts, "clock" | "owner" | "processAlive">,
) {
  if (clock.now() - lock.time > BigInt(STALE_MS) * 1_000_000n) return true;
  return lock.hostname === owner.hostname && lock.hostname !== "" && !processAlive(lock.pid);
}

async function removeQuietly(storage: Storage, name: string, log: Log): Promise<void> {
  try {
    await storage.remove({ type: "locks", name });
  } catch (error) {
    if (!isSgError(error, "SG1006")) log.write("warning", `A lock could not be removed: ${text(error)}`);
  }
}

function lockedBy(storage: Storage, { exclusive, hostname, username, pid, time }: Lock): SgError {
  const since = new Date(Number(time / 1_000_000n)).toISOString();
  return new SgError(
    "SG1003",
    `Cannot lock ${storage.location}: locked ${
      exclusive ? "exclusively " : ""
    }by process ${pid} of ${username} on ${hostname} since ${since}`,
    { context: { hostname, username, pid, exclusive } },
  );
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
