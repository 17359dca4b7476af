// Copyright the SpareGrid authors. Apache-2.0.

/** How long a client counts as alive that was not heard of, ms: a machine may sleep over a night and a day. */
export const SESSION_MS = 24 * 3_600_000;
/** A lock that is removed so soon behind another's storing may have been replaced by it, ms. */
const REFRESH_MS = 60_000;

/** The run of one client, as far as it shows: from its first lock on, over all that replace it. */
interface Chain {
  /** Sequence number of the repository when it began: what has a greater one may be part of it. */
  startSequence: number;
  /** Packs were stored while it held a lock. */
  uploads: boolean;
  /** A snapshot came over a connection that is its own. */
  snapshot: boolean;
  /** When something of it was last seen. */
  seenAt: number;
  locks: number;
}

/** What is left of a session whose client may still be alive, though its lock is gone. Plain data, to be kept. */
export interface OrphanSession {
  readonly startSequence: number;
  /** When it counts as dead, ms since 1970. */
  readonly untilMs: number;
}

/**
 * The live upload sessions of one repository: which packs may be needed by a client that has not said so yet. A server
 * cannot read what it keeps; it sees lock files come and go, packs, snapshots, and over which connection.
 *
 * A session is the time from a client's lock on, with packs stored meanwhile. It is over when the client removes its lock
 * itself: over a connection that stored this lock, or packs while it was the only one. A lock that was replaced by a
 * younger one hands its session on. When somebody else removes the lock (`unlock`), or it cannot be told who, the client
 * may be asleep and go on later: unless a snapshot came, the session counts as live for {@link SESSION_MS} more. Where it
 * cannot be told whose a snapshot was, the oldest session is the one that stays.
 *
 * All times are ms since 1970.
 */
export class UploadSessions {
  readonly #locks = new Map<string, { readonly chain: Chain; readonly storedAt: number }>();
  /** Whose connections these are, as far as that is certain. A connection belongs to one client for all of its life. */
  readonly #owners = new WeakMap<object, Chain>();
  #orphans: OrphanSession[];
  /** Snapshots that came from one of several clients, and count for one of them. */
  #openSnapshots = 0;
  /** Until then a client may come back whose lock was removed before it had stored anything. */
  #suspectUntilMs = 0;

  constructor(orphans: readonly OrphanSession[] = []) {
    this.#orphans = [...orphans];
  }

  /** A lock that was there when the server started: its client may have stored packs from `startSequence` on. */
  found(lock: string, startSequence: number, storedAt: number): void {
    const chain = { startSequence, uploads: true, snapshot: false, seenAt: storedAt, locks: 1 };
    this.#locks.set(lock, { chain, storedAt });
  }

  /** A lock was stored over `connection`; `sequence` is the repository's now. */
  lockStored(lock: string, connection: object, sequence: number, now: number): void {
    const own = this.#owners.get(connection);
    // A client that has a lock and stores another one refreshes it.
    const chain = own !== undefined && own.locks > 0
      ? own
      : { startSequence: sequence, uploads: false, snapshot: false, seenAt: now, locks: 0 };
    chain.locks++;
    chain.seenAt = now;
    this.#locks.set(lock, { chain, storedAt: now });
    this.#owners.set(connection, chain);
  }

  /** A pack is about to be stored. */
  packComing(connection: object, sequence: number, now: number): void {
    const chains = this.#chains();
    for (const chain of chains) chain.uploads = true;
    this.#seen(chains, connection, now);
    if (chains.length === 0 && now < this.#suspectUntilMs) {
      this.#orphans.push({ startSequence: sequence, untilMs: now + SESSION_MS });
      this.#suspectUntilMs = 0;
    }
  }

  /** An index was stored. */
  indexStored(connection: object, now: number): void {
    this.#seen(this.#chains(), connection, now);
  }

  /** A snapshot was stored. */
  snapshotStored(connection: object, now: number): void {
    const chains = this.#chains();
    this.#seen(chains, connection, now);
    const own = this.#owners.get(connection);
    if (own !== undefined) own.snapshot = true;
    else if (chains.length > 0) this.#openSnapshots++;
  }

  /** A lock was removed over `connection`. */
  lockRemoved(lock: string, connection: object, now: number): void {
    const entry = this.#locks.get(lock);
    if (entry === undefined) return;
    this.#locks.delete(lock);
    const { chain } = entry;
    if (--chain.locks > 0) return;
    this.#ended(chain, connection, now);
    if (this.#locks.size === 0) this.#openSnapshots = 0;
  }

  #ended(chain: Chain, connection: object, now: number): void {
    const heir = this.#youngest(chain, now - REFRESH_MS);
    if (heir !== undefined) return handOn(chain, heir);
    if (this.#owners.get(connection) === chain || chain.snapshot) return;
    if (!chain.uploads) {
      this.#suspectUntilMs = now + SESSION_MS;
      return;
    }
    if (this.#openSnapshots > 0) {
      this.#openSnapshots--;
      const other = this.#youngest(chain, 0);
      if (other !== undefined) handOn(chain, other);
      return;
    }
    this.#orphans.push({ startSequence: chain.startSequence, untilMs: now + SESSION_MS });
  }

  /**
   * The sequence number at which the oldest live session began: packs with a greater one must stay. Undefined where none is
   * live.
   */
  oldestStart(now: number): number | undefined {
    const starts = this.orphans(now).map(({ startSequence }) => startSequence);
    for (const { startSequence, uploads, seenAt } of this.#chains()) {
      if (uploads && seenAt + SESSION_MS > now) starts.push(startSequence);
    }
    return starts.length === 0 ? undefined : Math.min(...starts);
  }

  /** What a restart must not forget. */
  orphans(now: number): readonly OrphanSession[] {
    return this.#orphans = this.#orphans.filter(({ untilMs }) => untilMs > now);
  }

  /** True while a client holds a lock and has stored packs: a backup, or whatever else writes, is under way. */
  active(now: number): boolean {
    return this.#chains().some(({ uploads, seenAt }) => uploads && seenAt + SESSION_MS > now);
  }

  /** Something of a client that writes came; where there is but one, the connection is its own. */
  #seen(chains: readonly Chain[], connection: object, now: number): void {
    const own = this.#owners.get(connection);
    if (own !== undefined && own.locks > 0) own.seenAt = now;
    else if (chains.length === 1) {
      this.#owners.set(connection, chains[0]!);
      chains[0]!.seenAt = now;
    } else for (const chain of chains) chain.seenAt = now;
  }

  #chains(): Chain[] {
    return [...new Set([...this.#locks.values()].map(({ chain }) => chain))];
  }

  /** The client, but `except`, whose lock is the youngest, stored at or after a time. */
  #youngest(except: Chain, since: number): Chain | undefined {
    let youngest: { readonly chain: Chain; readonly storedAt: number } | undefined;
    for (const entry of this.#locks.values()) {
      if (entry.chain === except || entry.storedAt < since) continue;
      if (youngest === undefined || entry.storedAt > youngest.storedAt) youngest = entry;
    }
    return youngest?.chain;
  }
}

/** One session becomes part of another: the older start counts for both. */
function handOn(chain: Chain, heir: Chain): void {
  if (!chain.uploads) return;
  heir.startSequence = Math.min(heir.startSequence, chain.startSequence);
  heir.uploads = true;
}
